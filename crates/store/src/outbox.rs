//! The outbox: what a commit promised to tell, delivered exactly once.
//!
//! A row is written in the transaction that starts or ends a run, and turned into a card in the transaction that
//! deletes it: a crash at any point leaves either the row or the card, never both and never neither.

use model::ids::NotificationId;

use crate::db::sql::{Arg, Builder, id, sql};
use crate::{Db, StoreError};

/// The outbox.
pub struct Outbox(Db);

impl Db {
    /// The outbox.
    pub fn outbox(&self) -> Outbox {
        Outbox(self.clone())
    }
}

impl Outbox {
    /// Delivers up to `limit` rows, oldest first; says how many. Several may deliver at the same time.
    pub async fn deliver(&self, limit: usize) -> Result<usize, StoreError> {
        if self.0.fetch("outbox", sql!("select id from outbox limit 1")).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.0.begin("outbox.deliver").await?;
        let rows = tx
            .fetch(
                "outbox",
                sql!("select id, run_id, user_id, kind from outbox order by id limit $1 skip_locked()", limit),
            )
            .await?;
        for row in &rows {
            let terminal = row.get::<String>("kind")? == "terminal";
            let card = id(self.0.ambient().id::<NotificationId>());
            let (run, user) = (row.get::<uuid::Uuid>("run_id")?, row.get::<uuid::Uuid>("user_id")?);
            let statement = if terminal {
                sql!(
                    "insert into notifications (id, user_id, run_id, tenant_id, kind, label, target, outcome, created_at) \
                     select $1, $2, r.id, r.tenant_id, 'terminal', r.label, r.target, r.outcome, r.completed_at \
                     from operation_runs r where r.id = $3 \
                     on conflict (user_id, run_id) do update set kind = 'terminal', outcome = excluded.outcome, \
                     created_at = excluded.created_at, read_at = null",
                    card,
                    user,
                    run,
                )
            } else {
                // A late queued card never replaces the terminal one.
                sql!(
                    "insert into notifications (id, user_id, run_id, tenant_id, kind, label, target, outcome, created_at) \
                     select $1, $2, r.id, r.tenant_id, 'queued', r.label, r.target, 'pending', r.created_at \
                     from operation_runs r where r.id = $3 \
                     on conflict (user_id, run_id) do nothing",
                    card,
                    user,
                    run,
                )
            };
            tx.execute(statement).await?;
        }
        if !rows.is_empty() {
            let mut delete = Builder::new("delete from outbox where id");
            delete.one_of(rows.iter().map(|row| row.get::<i64>("id").map(Arg::from)).collect::<Result<Vec<_>, _>>()?);
            tx.execute(delete.statement()).await?;
            // A card is news of its run: open pages redraw the bell when it is there, not when the run ended before.
            let mut changes = Builder::new(
                "insert into run_changes (tenant_id, run_id) select tenant_id, id from operation_runs where id",
            );
            changes.one_of(
                rows.iter().map(|row| row.get::<uuid::Uuid>("run_id").map(Arg::from)).collect::<Result<Vec<_>, _>>()?,
            );
            tx.execute(changes.statement()).await?;
        }
        self.0.commit_runs(tx, !rows.is_empty()).await?;
        Ok(rows.len())
    }
}
