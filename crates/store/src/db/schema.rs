//! The schema: append-only steps, and the refusal of what this version does not know.

use sqlx::migrate::{MigrateError, Migrator};

use super::sql::sql;
use super::{Pools, SqlitePools};
use crate::StoreError;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// What [`crate::Db::migrate`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Schema number before; 0 for a new database.
    pub from: i64,
    /// Schema number now.
    pub to: i64,
}

fn known() -> i64 {
    SQLITE.iter().map(|step| step.version).max().unwrap_or(0)
}

/// The schema number in the database, 0 for an empty one.
async fn found(pools: &Pools) -> Result<i64, StoreError> {
    let there = match pools {
        Pools::Sqlite(_) => sql!("select count(*) as tables from sqlite_master where name = '_sqlx_migrations'"),
        Pools::Postgres(_) => {
            sql!("select count(*) as tables from pg_class where oid = to_regclass('_sqlx_migrations')")
        }
    };
    let tables: i64 = pools.fetch("_sqlx_migrations", there).await?[0].get("tables")?;
    if tables == 0 {
        return Ok(0);
    }
    let rows = pools
        .fetch("_sqlx_migrations", sql!("select coalesce(max(version), 0) as version from _sqlx_migrations"))
        .await?;
    rows[0].get("version")
}

pub(super) async fn check_or_create(pools: &Pools) -> Result<(), StoreError> {
    if found(pools).await? == 0 {
        return migrate(pools).await.map(|_| ());
    }
    require_current(pools).await?;
    let half = pools.fetch("database_copy", sql!("select name from database_copy limit 1")).await?;
    if half.is_empty() { Ok(()) } else { Err(StoreError::HalfCopied) }
}

/// Refuses a schema that is not this version's.
pub(super) async fn require_current(pools: &Pools) -> Result<(), StoreError> {
    let (found, known) = (found(pools).await?, known());
    match found {
        found if found > known => Err(StoreError::NewerSchema { found, known }),
        found if found < known => Err(StoreError::OlderSchema { found, known }),
        _ => Ok(()),
    }
}

pub(super) async fn migrate(pools: &Pools) -> Result<Migrated, StoreError> {
    let (found, known) = (found(pools).await?, known());
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    match pools {
        Pools::Sqlite(sqlite) => step_by_step(pools, sqlite).await?,
        Pools::Postgres(pools) => POSTGRES.run(&pools.main).await.map_err(why)?,
    }
    Ok(Migrated { from: found, to: known })
}

/// Tries without a step done by anybody. A busy database is waited for in each of them.
const TRIES_MAX: usize = 3;

/// PostgreSQL's migrator takes a lock. SQLite's has none: of programs that take a step at once all but one fail, and find
/// the step done when they look again. While somebody gets on, it is worth looking.
async fn step_by_step(pools: &Pools, sqlite: &SqlitePools) -> Result<(), StoreError> {
    let (mut seen, mut tries) = (0, 0);
    loop {
        let Err(error) = SQLITE.run(&sqlite.write).await else { return Ok(()) };
        let error = why(error);
        let now = found(pools).await.unwrap_or(seen);
        tries = if now > seen { 0 } else { tries + 1 };
        seen = now;
        if tries > TRIES_MAX || !matches!(error, StoreError::Busy(_) | StoreError::Refused(_)) {
            return Err(error);
        }
    }
}

fn why(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Unreachable(Box::new(other)),
    }
}
