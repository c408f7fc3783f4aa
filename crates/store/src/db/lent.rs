//! A connection to PostgreSQL while it is lent out: every answer is waited for only so long, and a connection that was
//! left in the middle of a statement never goes back to the pool.
//!
//! Half of a TCP connection can die without a word: a firewall forgets it, a machine loses power. The other half then
//! waits for ever, because what it sent was taken. The driver has no limit for an answer, and asks a connection that
//! comes back to the pool whether it lives, without a limit too: its place in the pool would be gone for good.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, PgPool, Postgres};
use tokio::time::timeout;

use crate::StoreError;

/// Longest wait for one answer. Locks are held for less: a process that stops inside a transaction loses its own after
/// five seconds.
const ANSWER: Duration = Duration::from_secs(15);
/// Longest wait for the end of a transaction that nobody needs any more, and for a connection on its way back.
const RETURN: Duration = Duration::from_secs(5);

/// A connection of a pool, perhaps inside a transaction.
pub(crate) struct Lent {
    /// Absent once it was given back.
    connection: Option<PoolConnection<Postgres>>,
    /// An answer is outstanding.
    busy: bool,
    in_transaction: bool,
}

impl Lent {
    pub(super) async fn of(pool: &PgPool) -> Result<Self, StoreError> {
        Ok(Self { connection: Some(pool.acquire().await?), busy: false, in_transaction: false })
    }

    pub(super) async fn begin(pool: &PgPool, begin: &'static str) -> Result<Self, StoreError> {
        let mut lent = Self::of(pool).await?;
        lent.say(begin).await?;
        lent.in_transaction = true;
        Ok(lent)
    }

    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.say("commit").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Runs one statement and waits for its answer.
    pub(super) async fn ask<T>(
        &mut self,
        statement: impl AsyncFnOnce(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.busy = true;
        let connection = self.connection.as_mut().expect("it is given back only when this is dropped");
        let answer = timeout(ANSWER, statement(connection)).await;
        let answer = answer.map_err(|elapsed| StoreError::Unreachable(Box::new(elapsed)))?;
        self.busy = false;
        answer
    }

    async fn say(&mut self, statement: &'static str) -> Result<(), StoreError> {
        self.ask(async |connection| Ok(connection.execute(statement).await.map(drop)?)).await
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if !self.busy => drop(runtime.spawn(give_back(connection, self.in_transaction))),
            _ => connection.close_on_drop(),
        }
    }
}

/// The pool asks a connection that comes back whether it lives. One that does not answer in time is dropped here, and its
/// place with it: the pool alone would wait for ever, and so would whoever closes the pool.
async fn give_back(mut connection: PoolConnection<Postgres>, in_transaction: bool) {
    if in_transaction && !matches!(timeout(RETURN, connection.execute("rollback")).await, Ok(Ok(_))) {
        return connection.close_on_drop();
    }
    let _ = timeout(RETURN, connection.return_to_pool()).await;
}
