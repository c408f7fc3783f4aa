//! What every measurement of the ledger stands on.

pub(crate) mod database;
pub(crate) mod handlers;
pub(crate) mod rows;
pub(crate) mod shown;
pub(crate) mod world;

use serde::Serialize;
use store::Engine;

use rows::Row;

/// Everything measured on one database.
#[derive(Serialize)]
pub(crate) struct Measured {
    pub(crate) engine: &'static str,
    pub(crate) version: String,
    pub(crate) rows: Vec<Row>,
}

/// The database's name as people write it.
pub(crate) fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}
