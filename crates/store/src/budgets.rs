//! Where the nodes that ask one directory meet. What they agree on is a text to this crate; that one changes it after the
//! other, by one clock, is what it gives.

use crate::db::sql::sql;
use crate::{Db, StoreError};

/// All agreements.
pub struct Budgets(Db);

impl Db {
    /// How much of a directory's limits each node may use.
    pub fn budgets(&self) -> Budgets {
        Budgets(self.clone())
    }
}

impl Budgets {
    /// Changes what was agreed for a directory, if anything was. Between reading and writing nobody else does, and the time
    /// (milliseconds since the Unix epoch, by the database's clock) was read in between.
    pub async fn change<T>(
        &self,
        directory: &str,
        change: impl FnOnce(i64, Option<String>) -> (String, T) + Send,
    ) -> Result<T, StoreError> {
        let mut tx = self.0.begin("budgets.change").await?;
        // Writing locks also a row that was not there, and the time is read behind the lock.
        let locked = sql!(
            "insert into request_budgets (directory, state) values ($1, '') \
             on conflict (directory) do update set directory = excluded.directory returning state, now_ms() as now",
            directory
        );
        let rows = tx.fetch("request_budgets", locked).await?;
        let (state, now): (String, i64) = (rows[0].get("state")?, rows[0].get("now")?);
        let (state, given) = change(now, Some(state).filter(|state| !state.is_empty()));
        tx.execute(sql!("update request_budgets set state = $2 where directory = $1", directory, state)).await?;
        tx.commit().await?;
        Ok(given)
    }
}
