//! A database for one test: a file in a temporary folder, or a database of its own on the tests' PostgreSQL.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use model::Ambient;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use store::{DatabaseUrl, Db, Engine, Keyring};
use tempfile::TempDir;

use crate::server::script;
use crate::{canary, invariants};

/// Where the tests' PostgreSQL is: an address that may create databases.
const POSTGRES: &str = "TENANTATLAS_TEST_POSTGRES";

/// One empty database and the folder with its key.
pub struct TestDatabase {
    engine: Engine,
    address: String,
    server: Option<String>,
    folder: TempDir,
    forbidden: Mutex<Vec<String>>,
}

impl TestDatabase {
    pub(crate) fn in_folder(parent: &Path) -> Self {
        let folder = TempDir::new_in(parent).expect("a temporary folder");
        let address = folder.path().join("atlas.db").display().to_string();
        Self { engine: Engine::Sqlite, address, server: None, folder, forbidden: Mutex::default() }
    }

    pub(crate) async fn create(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::in_folder(&std::env::temp_dir()),
            Engine::Postgres => {
                let server = std::env::var(POSTGRES)
                    .unwrap_or_else(|_| panic!("{POSTGRES} is not set; scripts/test starts a PostgreSQL and sets it"));
                Self::on_server(&server).await
            }
        }
    }

    pub(crate) async fn on_server(server: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = format!("atlas_test_{}", Ambient::system().uuid().simple());
        on_server(server, &format!("create database {name}")).await;
        let (address, server) = (with_database(server, &name), Some(server.to_owned()));
        Self { engine: Engine::Postgres, address, server, folder, forbidden: Mutex::default() }
    }

    /// Makes the other one, which is empty, what this one is now, as a backup and its restore do: rows and key.
    pub async fn copy_to(&self, other: &Self) {
        match self.engine {
            Engine::Sqlite => drop(self.execute(&format!("vacuum into '{}'", other.address)).await),
            Engine::Postgres => drop(script("copy", &[(&self.address).into(), (&other.address).into()]).await),
        }
        std::fs::copy(self.key_file(), other.key_file()).expect("the key can be copied");
    }

    /// Lets each be found at the other's address, on the same PostgreSQL. Every connection to them is ended.
    pub async fn swap_with(&self, other: &Self) {
        let server = self.server.as_deref().expect("only databases of a server are swapped");
        let (one, two) = (name_of(&self.address), name_of(&other.address));
        let between = format!("{one}_swapped");
        for (from, to) in [(one, &between[..]), (two, one), (&between, two)] {
            let end = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{from}'");
            let mut connection = postgres(server).await;
            // Whoever was ended may be back before the name is changed.
            loop {
                connection.execute(AssertSqlSafe(end.clone())).await.expect("the owner may end connections");
                let rename = format!("alter database {from} rename to {to}");
                if connection.execute(AssertSqlSafe(rename)).await.is_ok() {
                    break;
                }
            }
        }
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Its address as the command line takes it, with the password: for programs that a test starts.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its address.
    pub fn url(&self) -> DatabaseUrl {
        self.address.parse().expect("the test made this address")
    }

    /// The file that holds its key once it was opened.
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("atlas.key")
    }

    /// The folder with the key, and with the database when it is SQLite.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens it with the machine's clock; the first time also makes its schema and key.
    pub async fn open(&self) -> Db {
        self.open_with(Ambient::system()).await
    }

    /// Opens it with a clock of the test's.
    pub async fn open_with(&self, ambient: Ambient) -> Db {
        Db::open(&self.url(), Keyring::from_file(self.key_file()), ambient).await.expect("the test's database opens")
    }

    /// Opens it by another address, such as a proxy's.
    pub async fn open_at(&self, address: &str) -> Db {
        let url: DatabaseUrl = address.parse().expect("the test made this address");
        Db::open(&url, Keyring::from_file(self.key_file()), Ambient::system()).await.expect("the database opens")
    }

    /// Runs one statement past the product, as somebody with the database's password could; the rows it touched.
    pub async fn execute(&self, statement: &str) -> u64 {
        self.try_execute(statement).await.expect("the statement runs")
    }

    /// Holds what these statements take until the answer is released: another program in the middle of a transaction.
    pub async fn hold(&self, statements: &[&str]) -> Holding {
        self.try_hold(statements).await.expect("the statements run")
    }

    /// The same, unless somebody else holds it already.
    pub async fn try_hold(&self, statements: &[&str]) -> Result<Holding, sqlx::Error> {
        let mut holding = match self.engine {
            Engine::Sqlite => Holding::Sqlite(sqlite(&self.address).await),
            Engine::Postgres => Holding::Postgres(postgres(&self.address).await),
        };
        for statement in statements {
            holding.execute(statement).await?;
        }
        Ok(holding)
    }

    /// A number read past the product.
    pub async fn number(&self, query: &str) -> i64 {
        invariants::number(self.engine, &self.address, query).await
    }

    /// Whether the database itself refuses the statement.
    pub async fn is_refused(&self, statement: &str) -> bool {
        matches!(self.try_execute(statement).await, Err(sqlx::Error::Database(_)))
    }

    async fn try_execute(&self, statement: &str) -> Result<u64, sqlx::Error> {
        let statement = AssertSqlSafe(statement.to_owned());
        match self.engine {
            Engine::Sqlite => {
                let mut connection = sqlite(&self.address).await;
                let done = connection.execute(statement).await;
                connection.close().await?;
                Ok(done?.rows_affected())
            }
            Engine::Postgres => {
                let mut connection = postgres(&self.address).await;
                let done = connection.execute(statement).await;
                connection.close().await?;
                Ok(done?.rows_affected())
            }
        }
    }

    /// After the test this text may be nowhere in the database: not in a row, a file, its log or its index.
    pub fn forbid(&self, text: impl Into<String>) {
        self.forbidden.lock().expect("no test panics while it holds this").push(text.into());
    }

    /// Fails when an invariant does not hold or a forbidden text is in the database. Runs after every test.
    pub async fn check(&self) {
        if !self.was_opened().await {
            return;
        }
        invariants::check(self.engine, &self.address).await;
        let forbidden = self.forbidden.lock().expect("no test panics while it holds this").clone();
        for text in forbidden {
            let found = self.places_of(&text).await;
            assert!(found.is_empty(), "a text that must not be stored is in {found:?}");
        }
    }

    /// A test that has nothing to do without the shared folder never opens its database.
    async fn was_opened(&self) -> bool {
        match self.engine {
            Engine::Sqlite => Path::new(&self.address).exists(),
            Engine::Postgres => {
                let mut connection = postgres(&self.address).await;
                let tables =
                    sqlx::query_scalar::<_, i64>("select count(*) from pg_tables where tablename = 'operation_runs'");
                tables.fetch_one(&mut connection).await.expect("the catalogue can be read") > 0
            }
        }
    }

    /// Where in the database a text can be read by somebody without the key.
    pub async fn places_of(&self, text: &str) -> Vec<String> {
        match self.engine {
            Engine::Sqlite => canary::in_folder(self.folder.path(), text),
            Engine::Postgres => canary::in_postgres(&mut postgres(&self.address).await, text).await,
        }
    }

    pub(crate) async fn remove(self) {
        if let Some(server) = &self.server {
            on_server(server, &format!("drop database {} with (force)", name_of(&self.address))).await;
        }
    }
}

/// An open transaction of another program.
pub enum Holding {
    /// On a file.
    Sqlite(sqlx::SqliteConnection),
    /// On a server.
    Postgres(sqlx::PgConnection),
}

impl Holding {
    /// Runs one more statement in it.
    pub async fn execute(&mut self, statement: &str) -> Result<(), sqlx::Error> {
        let statement = AssertSqlSafe(statement.to_owned());
        match self {
            Self::Sqlite(connection) => connection.execute(statement).await.map(drop),
            Self::Postgres(connection) => connection.execute(statement).await.map(drop),
        }
    }

    /// Ends it without a change.
    pub async fn release(self) {
        self.end("rollback").await;
    }

    /// Ends it, and what it changed is there.
    pub async fn commit(self) {
        self.end("commit").await;
    }

    async fn end(mut self, statement: &str) {
        self.execute(statement).await.expect("the transaction ends");
    }
}

async fn sqlite(path: &str) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    options.connect().await.expect("the test's database file opens")
}

async fn postgres(address: &str) -> sqlx::PgConnection {
    sqlx::PgConnection::connect(address).await.expect("the tests' PostgreSQL answers")
}

async fn on_server(server: &str, statement: &str) {
    let mut connection = postgres(server).await;
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .expect("the tests' PostgreSQL lets a test make its database");
    connection.close().await.expect("the connection closes");
}

/// The database that an address of ours ends with.
fn name_of(address: &str) -> &str {
    let (_, name) = address.rsplit_once('/').expect("the test made this address");
    name.split('?').next().expect("split gives at least one piece")
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
        assert_eq!(with_database("postgres://a@h", "x"), "postgres://a@h/x");
        assert_eq!(with_database("postgres:///postgres?host=/run&user=a", "x"), "postgres:///x?host=/run&user=a");
    }
}
