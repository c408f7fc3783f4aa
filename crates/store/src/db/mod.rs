//! The seam between the two engines: everything above it is written once.

mod changes;
mod connect;
mod copy;
mod lent;
mod parts;
mod reserved;
mod schema;
pub(crate) mod sql;
mod tx;
mod url;

use std::sync::Arc;

use model::Ambient;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{PgPool, SqlitePool};
use tokio::sync::watch;

pub use changes::{RunChange, RunChanges};
pub use connect::ServeLock;
pub use copy::{CopyProgress, DatabaseCopy};
pub(crate) use reserved::Reserved;
pub use schema::Migrated;
use sql::{Statement, sql};
pub(crate) use tx::{Row, Tx};
pub use url::DatabaseUrl;

use crate::keys::{Keyring, Keys};
use crate::{StoreError, TenantScope};

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file next to the program.
    Sqlite = 0,
    /// A server, for several nodes.
    Postgres = 1,
}

/// Runs the same expression on whichever engine a value holds.
macro_rules! on {
    ($value:expr, $name:ident => $body:expr) => {
        match $value {
            Self::Sqlite($name) => $body,
            Self::Postgres($name) => $body,
        }
    };
}
pub(crate) use on;

/// The connections. Those that are set apart are made with the options.
enum Pools {
    Sqlite(SqlitePools),
    Postgres(PostgresPools),
}

/// SQLite has one writer at a time: a pool of one queues writers here instead of in the file's lock.
struct SqlitePools {
    write: SqlitePool,
    read: SqlitePool,
    /// Absent: the pool was given, and serves for everything.
    options: Option<SqliteConnectOptions>,
    path: std::path::PathBuf,
}

struct PostgresPools {
    main: PgPool,
    options: PgConnectOptions,
    listener: tokio::task::JoinHandle<()>,
}

struct Inner {
    pools: Pools,
    keys: Keys,
    ambient: Ambient,
    changed: watch::Sender<u64>,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

impl Db {
    /// Opens the database and its key. A brand-new one gets its schema and, with a key file, its key; an older one is
    /// refused with the hint to run `tenantatlas migrate`, a newer one is refused.
    pub async fn open(url: &DatabaseUrl, keys: Keyring, ambient: Ambient) -> Result<Self, StoreError> {
        let (changed, _) = watch::channel(0);
        let pools = connect::open(url, &changed).await?;
        schema::check_or_create(&pools).await?;
        let keys = keys.unlock(&pools, &ambient).await?;
        Ok(Self(Arc::new(Inner { pools, keys, ambient, changed })))
    }

    /// A new SQLite database on a pool that the caller made, which then serves every read, write and beat: for tests that
    /// bring a clock or faults of their own.
    #[doc(hidden)]
    pub async fn on_given_pool(pool: SqlitePool, keys: Keyring, ambient: Ambient) -> Result<Self, StoreError> {
        let (changed, _) = watch::channel(0);
        let pools = SqlitePools { write: pool.clone(), read: pool, options: None, path: std::path::PathBuf::new() };
        let pools = Pools::Sqlite(pools);
        schema::check_or_create(&pools).await?;
        let keys = keys.unlock(&pools, &ambient).await?;
        Ok(Self(Arc::new(Inner { pools, keys, ambient, changed })))
    }

    /// Brings the schema up to this version's, oldest step first.
    pub async fn migrate(url: &DatabaseUrl) -> Result<Migrated, StoreError> {
        let (changed, _) = watch::channel(0);
        let pools = connect::open(url, &changed).await?;
        let migrated = schema::migrate(&pools).await;
        pools.close().await;
        migrated
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match &self.0.pools {
            Pools::Sqlite(_) => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Time and randomness. Leases and times of runs follow the database's clock instead.
    pub fn ambient(&self) -> &Ambient {
        &self.0.ambient
    }

    /// The database's clock, milliseconds since the Unix epoch; also shows that it answers.
    pub async fn ping(&self) -> Result<i64, StoreError> {
        let rows = self.fetch("installation", sql!("select now_ms() as now")).await?;
        rows.first().expect("a select without a table gives one row").get("now")
    }

    /// Closes all connections, after their open work.
    pub async fn close(self) {
        self.0.pools.close().await;
    }

    /// Keeps a second server off an SQLite file for as long as the answer lives; a killed server's lock ends with it.
    pub fn serve_lock(&self) -> Result<ServeLock, StoreError> {
        connect::serve_lock(&self.0.pools)
    }

    /// The only door to a tenant's data.
    pub fn tenant<'a>(&'a self, scope: &'a TenantScope) -> crate::TenantDb<'a> {
        crate::TenantDb::new(self, scope)
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// Reads outside a transaction.
    pub(crate) async fn fetch(&self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
        self.0.pools.fetch(table, statement).await
    }

    /// One writing statement, a transaction of its own.
    pub(crate) async fn execute(&self, statement: Statement) -> Result<u64, StoreError> {
        match &self.0.pools {
            Pools::Sqlite(pools) => tx::run::execute(&pools.write, statement).await,
            Pools::Postgres(pools) => tx::run::execute(&pools.main, statement).await,
        }
    }

    /// A named write transaction.
    pub(crate) async fn begin(&self, name: &'static str) -> Result<Tx, StoreError> {
        tracing::trace!(transaction = name, "begin");
        self.0.pools.begin(connect::BEGIN).await
    }

    /// A named write transaction until whose end no other one chooses runs or changes what a choice depends on.
    pub(crate) async fn begin_choice(&self, name: &'static str) -> Result<Tx, StoreError> {
        tracing::trace!(transaction = name, "begin");
        self.0.pools.begin(connect::BEGIN_CHOICE).await
    }

    /// Commits a transaction that changed runs, and tells this process. `wake` also tells the others.
    pub(crate) async fn commit_runs(&self, mut tx: Tx, wake: bool) -> Result<(), StoreError> {
        if wake && tx.engine() == Engine::Postgres {
            tx.fetch("pg_notify", sql!("select 1::bigint as done from pg_notify('tenantatlas_runs', '')")).await?;
        }
        tx.commit().await?;
        self.0.changed.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }
}

impl Pools {
    pub(crate) async fn fetch(&self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(pools) => tx::run::fetch(&pools.read, table, statement).await,
            Self::Postgres(pools) => tx::run::fetch(&pools.main, table, statement).await,
        }
    }

    /// `postgres` is the statement it begins with there.
    async fn begin(&self, postgres: &'static str) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite(pools) => Tx::Sqlite(connect::begin_sqlite(&pools.write).await?),
            Self::Postgres(pools) => Tx::Postgres(lent::Lent::begin(&pools.main, postgres).await?),
        })
    }

    async fn close(&self) {
        match self {
            Self::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            Self::Postgres(pools) => {
                pools.listener.abort();
                pools.main.close().await;
            }
        }
    }
}

impl Drop for PostgresPools {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Reads and writes for what lives below the [`Db`], such as the key check.
pub(crate) struct PoolsRef<'a>(&'a Pools);

impl PoolsRef<'_> {
    pub(crate) async fn fetch(&self, table: &'static str, statement: Statement) -> Result<Vec<Row>, StoreError> {
        self.0.fetch(table, statement).await
    }

    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        self.0.begin(connect::BEGIN).await
    }
}

impl Keyring {
    async fn unlock(self, pools: &Pools, ambient: &Ambient) -> Result<Keys, StoreError> {
        Keys::unlock(self, &PoolsRef(pools), ambient).await
    }
}
