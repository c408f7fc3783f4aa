//! Opening the connections, and what each is for.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Executor as _, Sqlite, SqlitePool, Transaction};
use tokio::sync::watch;

use super::url::Target;
use super::{DatabaseUrl, Pools, PostgresPools, SqlitePools};
use crate::StoreError;

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Tries of the first connection before the last one.
const BUSY_TRIES: usize = 3;
const BUSY_PAUSE: Duration = Duration::from_millis(200);
const READERS: u32 = 6;
const POSTGRES_CONNECTIONS: u32 = 16;

pub(super) async fn open(url: &DatabaseUrl, changed: &watch::Sender<u64>) -> Result<Pools, StoreError> {
    match &url.0 {
        Target::Sqlite(path) => sqlite(path).await,
        Target::Postgres(options) => postgres(options, changed).await,
    }
}

async fn sqlite(path: &Path) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .statement_cache_capacity(200)
        // A row is handed over by waking a thread; with room for all of a batch that happens once.
        .row_buffer_size(1_024)
        .pragma("cache_size", "-65536")
        // 16 MiB: a sync changes the same pages again and again, and each checkpoint waits for the disk once more.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("temp_store", "memory");
    // SQLite itself rolls back what met a full disk; sqlx does not learn of it and would believe in that transaction for
    // ever, so a connection that seems to be inside one while nobody holds it is replaced.
    let outside = one_sqlite().before_acquire(|connection, _| {
        let inside = connection.is_in_transaction();
        Box::pin(async move { Ok(!inside) })
    });
    let write = first_connection(outside, &options).await.map_err(|error| why_not(path, error))?;
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options.clone().pragma("query_only", "on"));
    Ok(Pools::Sqlite(SqlitePools { write, read, options: Some(options), path: path.to_owned() }))
}

/// Programs that make one database at once switch its journal at once, and SQLite tells some of them that it is busy
/// without waiting.
async fn first_connection(pool: SqlitePoolOptions, options: &SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    for _ in 0..BUSY_TRIES {
        match pool.clone().connect_with(options.clone()).await.map_err(StoreError::from) {
            Err(StoreError::Busy(_)) => tokio::time::sleep(BUSY_PAUSE).await,
            answer => return answer,
        }
    }
    Ok(pool.connect_with(options.clone()).await?)
}

pub(super) fn one_sqlite() -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT)
}

pub(super) fn one_postgres() -> PgPoolOptions {
    postgres_pool().max_connections(1)
}

/// A process that stops inside a transaction, and cannot even be told apart from a slow one, keeps its locks no longer
/// than 5 s. Statements are short, so compiling one, which a high guess of its cost would start, takes a thousand times as
/// long as running it.
const SESSION: &str = "set idle_in_transaction_session_timeout = '5s'; set jit = off";

/// A connection that was idle for so long is asked whether it lives before it is used: the pool asked it when it came
/// back, and to ask again at each use costs a busy node a message more for every statement.
const IDLE: Duration = Duration::from_secs(1);

/// It is not asked for longer than this: after the other side vanished without a word each of them would take its turn at
/// the whole time for a connection.
const ALIVE: Duration = Duration::from_secs(1);

fn postgres_pool() -> PgPoolOptions {
    PgPoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                Ok(meta.idle_for < IDLE || matches!(tokio::time::timeout(ALIVE, connection.ping()).await, Ok(Ok(()))))
            })
        })
        .after_connect(|connection, _| Box::pin(async move { connection.execute(SESSION).await.map(drop) }))
}

/// How a write transaction begins on PostgreSQL.
pub(super) const BEGIN: &str = "begin";

/// The same, and until its end no other one that begins so goes on. The number is ours among the advisory locks. SQLite
/// has one writer at a time anyway.
pub(super) const BEGIN_CHOICE: &str = "begin; select pg_advisory_xact_lock(8386093281337500517)";

/// Begins a write transaction.
pub(super) async fn begin_sqlite(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, StoreError> {
    Ok(write.begin_with("begin immediate").await?)
}

/// Why a file cannot be opened, in more words than SQLite has: it says the same of a folder, a letter and a
/// read-only disk.
fn why_not(path: &Path, error: StoreError) -> StoreError {
    if !matches!(error, StoreError::Unreachable(_)) {
        return error;
    }
    if path.is_dir() || is_another_kind(path) {
        return StoreError::NotADatabase { path: path.display().to_string() };
    }
    match writable(path) {
        Err(denied) if matches!(denied.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            StoreError::ReadOnly(Box::new(denied))
        }
        Err(full) if full.kind() == ErrorKind::StorageFull => StoreError::DiskFull(Box::new(full)),
        _ => error,
    }
}

/// Every SQLite file begins with these bytes (sqlite.org/fileformat.html 1.3). An empty file is a new database.
fn is_another_kind(path: &Path) -> bool {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut start));
    read.is_ok() && !start.is_empty() && start != MAGIC
}

/// Writes a byte beside the database, which needs to be possible as much as writing the database itself.
fn writable(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        File::options().append(true).open(path)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".probe");
    let written = File::create(&beside).and_then(|mut file| file.write_all(&[0; 4096]).and_then(|()| file.sync_all()));
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => written.and(Err(error)),
        _ => written,
    }
}

async fn postgres(options: &PgConnectOptions, changed: &watch::Sender<u64>) -> Result<Pools, StoreError> {
    let options = options.clone().application_name("tenantatlas").statement_cache_capacity(300);
    let main = postgres_pool().max_connections(POSTGRES_CONNECTIONS).connect_with(options.clone()).await?;
    let listener = tokio::spawn(listen(options.clone(), changed.clone()));
    Ok(Pools::Postgres(PostgresPools { main, options, listener }))
}

/// Passes on the other nodes' hints. A lost connection costs nothing but a hint: polling is the floor.
async fn listen(options: PgConnectOptions, changed: watch::Sender<u64>) {
    let pool = one_postgres().connect_lazy_with(options);
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen("tenantatlas_runs").await.is_ok()
        {
            while let Ok(Some(_)) = listener.try_recv().await {
                changed.send_modify(|count| *count = count.wrapping_add(1));
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Held by a server: no other one may serve the same SQLite file.
#[derive(Debug)]
pub struct ServeLock(#[expect(dead_code, reason = "held for its lock, which ends with it")] Option<File>);

pub(super) fn serve_lock(pools: &Pools) -> Result<ServeLock, StoreError> {
    let Pools::Sqlite(pools) = pools else { return Ok(ServeLock(None)) };
    let mut path = pools.path.clone().into_os_string();
    path.push(".lock");
    let file = File::create(path).map_err(|error| StoreError::ReadOnly(Box::new(error)))?;
    match file.try_lock() {
        Ok(()) => Ok(ServeLock(Some(file))),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(std::fs::TryLockError::Error(error)) => Err(StoreError::Unreachable(Box::new(error))),
    }
}
