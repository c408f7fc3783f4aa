//! A connection to PostgreSQL while it is lent out: every answer is waited for only so long, and a connection that was
//! left in the middle of a statement never goes back to the pool.
//!
//! Half of a TCP connection can die without a word: a firewall forgets it, a machine loses power. The other half then
//! waits for ever, because what it sent was taken. The driver has no limit for an answer, and asks a connection that
//! comes back to the pool whether it lives, without a limit too: its place in the pool would be gone for good.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Executor as _, PgPool, Postgres};
use tokio::time::timeout;

use crate::StoreError;

/// Longest wait for one answer. Locks are held for less: a process that stops inside a transaction loses its own after
/// five seconds.
const ANSWER: Duration = Duration::from_secs(15);
/// Longest wait for the end of a transaction that nobody needs any more.
const ROLLBACK: Duration = Duration::from_secs(5);

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

    pub(super) async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let mut lent = Self::of(pool).await?;
        lent.say("begin").await?;
        lent.in_transaction = true;
        Ok(lent)
    }

    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.say("commit").await?;
        self.in_transaction = false;
        Ok(())
    }

    pub(super) async fn fetch(
        &mut self,
        text: Cow<'static, str>,
        arguments: PgArguments,
    ) -> Result<Vec<PgRow>, StoreError> {
        let query = sqlx::query_with(AssertSqlSafe(text), arguments);
        let answer = timeout(ANSWER, query.fetch_all(&mut **self.ask())).await;
        self.answered(answer)
    }

    pub(super) async fn execute(&mut self, text: Cow<'static, str>, arguments: PgArguments) -> Result<u64, StoreError> {
        let query = sqlx::query_with(AssertSqlSafe(text), arguments);
        let answer = timeout(ANSWER, query.execute(&mut **self.ask())).await;
        Ok(self.answered(answer)?.rows_affected())
    }

    async fn say(&mut self, statement: &'static str) -> Result<(), StoreError> {
        let answer = timeout(ANSWER, self.ask().execute(statement)).await;
        self.answered(answer).map(drop)
    }

    fn ask(&mut self) -> &mut PoolConnection<Postgres> {
        self.busy = true;
        self.connection.as_mut().expect("it is given back only when this is dropped")
    }

    fn answered<T>(
        &mut self,
        answer: Result<Result<T, sqlx::Error>, tokio::time::error::Elapsed>,
    ) -> Result<T, StoreError> {
        let answer = answer.map_err(|elapsed| StoreError::Unreachable(Box::new(elapsed)))?;
        self.busy = false;
        Ok(answer?)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if self.busy {
            connection.close_on_drop();
        } else if self.in_transaction {
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn(roll_back(connection))),
                Err(_) => connection.close_on_drop(),
            }
        }
    }
}

async fn roll_back(mut connection: PoolConnection<Postgres>) {
    if !matches!(timeout(ROLLBACK, connection.execute("rollback")).await, Ok(Ok(_))) {
        connection.close_on_drop();
    }
}
