//! Cancelling: a queued run at once, a running one by a recorded intent.

use model::AppError;
use model::access::Capability;
use model::ids::{RunId, UserId};
use model::run::{Outcome, Reason, Status};

use super::Runs;
use crate::audit;
use crate::db::sql::{id, sql};
use crate::ledger::{End, end_runs};
use crate::{Closing, StoreError};

/// What came of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// It had not started and has ended.
    Cancelled,
    /// Its worker will see the request at its next beat or item.
    Requested,
    /// It had ended already.
    AlreadyCompleted,
}

impl Runs<'_> {
    /// Wants the capability to cancel one's own runs, or anybody's. Audited.
    pub async fn request_cancel(&self, run: RunId) -> Result<CancelOutcome, AppError> {
        let mut tx = self.0.db.begin("runs.cancel").await?;
        let statement = sql!(
            "select status, fence, initiator_id, now_ms() as now from operation_runs where tenant_id = $1 and id = $2 for_update()",
            self.0.tenant_arg(),
            id(run),
        );
        let rows = tx.fetch("operation_runs", statement).await?;
        let row = rows.first().ok_or_else(AppError::not_found)?;
        self.may_cancel(row.optional_id("initiator_id")?)?;
        let at: i64 = row.get("now")?;
        let outcome = match row.word("status")? {
            Status::Completed => return Ok(CancelOutcome::AlreadyCompleted),
            Status::Queued => {
                let reason =
                    Reason::new("cancelled", format!("Cancelled by {} before it started", self.0.scope.actor().name));
                let closing = Closing { outcome: Some(Outcome::Cancelled), reason: Some(reason), failures: Vec::new() };
                end_runs(
                    &mut tx,
                    self.0.db.ambient(),
                    vec![End { run, fence: row.get("fence")?, status: Status::Queued, worker: None, closing }],
                )
                .await?;
                CancelOutcome::Cancelled
            }
            Status::Running => {
                self.record_intent(&mut tx, run).await?;
                CancelOutcome::Requested
            }
        };
        let mut entry = self.0.entry("run.cancel", None, "succeeded", None);
        entry.run = Some(run);
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        self.0.db.commit_runs(tx, true).await?;
        Ok(outcome)
    }

    fn may_cancel(&self, initiator: Option<UserId>) -> Result<(), AppError> {
        let own = initiator.is_some() && initiator == self.0.scope.actor().user;
        self.0.scope.require(if own { Capability::OperationsCancelOwn } else { Capability::OperationsCancelAny })
    }

    async fn record_intent(&self, tx: &mut crate::db::Tx, run: RunId) -> Result<(), StoreError> {
        let intent = sql!(
            "update operation_runs set cancel_requested_at = now_ms() where id = $1 and cancel_requested_at is null",
            id(run),
        );
        if tx.execute(intent).await? == 0 {
            return Ok(());
        }
        let event = sql!(
            "insert into operation_run_events (run_id, at, kind, attempt, code, sentence) \
             select id, now_ms(), 'cancel_requested', attempt, 'cancel_requested', $2 from operation_runs where id = $1",
            id(run),
            format!("Asked to stop by {}", self.0.scope.actor().name),
        );
        tx.execute(event).await?;
        Ok(())
    }
}
