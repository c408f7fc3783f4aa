//! A database that is made for one measurement and removed after it.

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqliteConnection};
use store::{Db, Engine, Keyring};
use tempfile::TempDir;

use crate::Failure;

/// Where it is.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    address: String,
    server: Option<String>,
    folder: TempDir,
}

/// A connection past the product.
pub(crate) enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    /// A file beside this program, or a database on the server.
    pub(crate) async fn create(engine: Engine, server: Option<&str>) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(crate::report::folder()?)?;
        let address = match server {
            None => folder.path().join("atlas.db").display().to_string(),
            Some(server) => {
                let name = format!("atlas_bench_{}", model::Ambient::system().uuid().simple());
                let mut connection = PgConnection::connect(server).await?;
                connection.execute(AssertSqlSafe(format!("create database {name}"))).await?;
                with_database(server, &name)
            }
        };
        Ok(Self { engine, address, server: server.map(str::to_owned), folder })
    }

    /// Its address as a program takes it, with the password.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The file with its key.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.path().join("atlas.key")
    }

    /// Opens it as the product does.
    pub(crate) async fn open(&self) -> Result<Db, Failure> {
        let keys = Keyring::from_file(self.key_file());
        Ok(Db::open(&self.address.parse()?, keys, model::Ambient::system()).await?)
    }

    /// Opens it past the product.
    pub(crate) async fn raw(&self) -> Result<Raw, Failure> {
        Ok(match self.engine {
            Engine::Sqlite => Raw::Sqlite(SqliteConnectOptions::new().filename(&self.address).connect().await?),
            Engine::Postgres => Raw::Postgres(self.address.parse::<PgConnectOptions>()?.connect().await?),
        })
    }

    /// Name and version of the database program.
    pub(crate) async fn version(&self) -> Result<String, Failure> {
        if self.engine == Engine::Sqlite {
            let mut memory = SqliteConnection::connect("sqlite::memory:").await?;
            let version: String = memory.fetch_one("select sqlite_version()").await?.try_get(0)?;
            return Ok(format!("SQLite {version}, WAL, synchronous FULL"));
        }
        let mut connection = PgConnection::connect(&self.address).await?;
        let setting = |row: sqlx::postgres::PgRow| row.try_get::<String, _>(0);
        let version = setting(connection.fetch_one("show server_version").await?)?;
        let durable = setting(connection.fetch_one("show synchronous_commit").await?)?;
        let synced = setting(connection.fetch_one("show fsync").await?)?;
        Ok(format!("PostgreSQL {version}, synchronous_commit {durable}, fsync {synced}"))
    }

    /// Its name on the server.
    pub(crate) fn name(&self) -> Result<&str, Failure> {
        let (_, name) = self.address.rsplit_once('/').ok_or("the address has no database")?;
        Ok(name.split('?').next().unwrap_or(name))
    }

    /// What it takes on disk, in bytes.
    pub(crate) async fn bytes(&self) -> Result<i64, Failure> {
        let size = match self.engine {
            Engine::Sqlite => "select page_count * page_size from pragma_page_count, pragma_page_size",
            Engine::Postgres => "select pg_database_size(current_database())",
        };
        self.raw().await?.number(size.to_owned()).await
    }

    /// Drops it.
    pub(crate) async fn remove(self) -> Result<(), Failure> {
        if let Some(server) = &self.server {
            let name = self.name()?;
            let mut connection = PgConnection::connect(server).await?;
            connection.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await?;
        }
        Ok(())
    }
}

impl Raw {
    /// Runs a statement of ours; the rows it touched.
    pub(crate) async fn execute(&mut self, statement: String) -> Result<u64, Failure> {
        Ok(match self {
            Self::Sqlite(connection) => connection.execute(AssertSqlSafe(statement)).await?.rows_affected(),
            Self::Postgres(connection) => connection.execute(AssertSqlSafe(statement)).await?.rows_affected(),
        })
    }

    /// The only column of the rows that a query of ours gives.
    pub(crate) async fn texts(&mut self, query: String) -> Result<Vec<String>, Failure> {
        Ok(match self {
            Self::Sqlite(connection) => sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(connection).await?,
            Self::Postgres(connection) => sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(connection).await?,
        })
    }

    /// The only number that a query of ours gives.
    pub(crate) async fn number(&mut self, query: String) -> Result<i64, Failure> {
        Ok(match self {
            Self::Sqlite(connection) => connection.fetch_one(AssertSqlSafe(query)).await?.try_get(0)?,
            Self::Postgres(connection) => connection.fetch_one(AssertSqlSafe(query)).await?.try_get(0)?,
        })
    }
}

/// The server's address with another database.
fn with_database(server: &str, name: &str) -> String {
    let (start, query) =
        server.split_once('?').map_or((server, String::new()), |(start, rest)| (start, format!("?{rest}")));
    let authority = start.find("://").map_or(0, |at| at + 3);
    let end = start[authority..].find('/').map_or(start.len(), |at| authority + at);
    format!("{}/{name}{query}", &start[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_of_an_address_is_replaced() {
        assert_eq!(with_database("postgres://a:b@h:5/postgres", "x"), "postgres://a:b@h:5/x");
        assert_eq!(with_database("postgres://a@h?b=c", "x"), "postgres://a@h/x?b=c");
    }
}
