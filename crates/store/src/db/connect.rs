//! Opening the connections, and what each is for.

use std::fs::File;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::watch;

use super::url::Target;
use super::{DatabaseUrl, Pools, PostgresPools, SqlitePools};
use crate::StoreError;

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 6;
const POSTGRES_CONNECTIONS: u32 = 16;

pub(super) async fn open(url: &DatabaseUrl, changed: &watch::Sender<u64>) -> Result<Pools, StoreError> {
    match &url.0 {
        Target::Sqlite(path) => sqlite(path).await,
        Target::Postgres(options) => postgres(options, changed).await,
    }
}

async fn sqlite(path: &std::path::Path) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .statement_cache_capacity(200)
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory");
    let one = || SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
    let write = one().connect_with(options.clone()).await?;
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options.clone().pragma("query_only", "on"));
    let beat = one().connect_lazy_with(options);
    Ok(Pools::Sqlite(SqlitePools { write, read, beat, path: path.to_owned() }))
}

async fn postgres(options: &PgConnectOptions, changed: &watch::Sender<u64>) -> Result<Pools, StoreError> {
    let options = options.clone().application_name("tenantatlas").statement_cache_capacity(300);
    let main = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.clone())
        .await?;
    // Made lazily, so that the connection belongs to the runtime of the thread that beats.
    let beat =
        PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT).connect_lazy_with(options.clone());
    let listener = tokio::spawn(listen(options, changed.clone()));
    Ok(Pools::Postgres(PostgresPools { main, beat, listener }))
}

/// Passes on the other nodes' hints. A lost connection costs nothing but a hint: polling is the floor.
async fn listen(options: PgConnectOptions, changed: watch::Sender<u64>) {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT).connect_lazy_with(options);
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
