//! Giving a run back: to wait, to try again, or because the worker stops.

use model::run::{Failure, Outcome, Reason, Status};

use super::record::add_event;
use super::{End, Held, Lease, Ledger, end_runs, hold};
use crate::db::sql::{id, sql};
use crate::{Closing, StoreError};

/// When and why it may be claimed again.
#[derive(Debug, Clone)]
pub struct Release {
    /// By the database's clock, milliseconds since the Unix epoch; in the past means at once.
    pub available_at: i64,
    /// Shown while it waits.
    pub reason: Reason,
    /// False for waiting and stopping.
    pub costs_attempt: bool,
}

impl Ledger {
    /// Gives the run back. If somebody asked it to stop meanwhile it ends cancelled; if the attempt counts and was the
    /// last one it ends failed with the reason.
    pub async fn release(&self, lease: &Lease, release: Release) -> Result<(), StoreError> {
        let mut tx = self.0.begin("ledger.release").await?;
        let held = hold(&mut tx, lease).await?;
        if let Some(closing) = closing(&held, &release) {
            let end = End {
                run: lease.run,
                fence: lease.fence,
                status: Status::Running,
                worker: Some(lease.worker),
                closing,
            };
            end_runs(&mut tx, self.0.ambient(), vec![end]).await?;
            return self.0.commit_runs(tx, true).await;
        }
        let kind = match (release.costs_attempt, release.available_at > held.now) {
            (true, _) => "retrying",
            (false, true) => "waiting",
            (false, false) => "released",
        };
        // Time spent waiting does not count against the deadline.
        let waited = if release.costs_attempt { 0 } else { (release.available_at - held.now).max(0) };
        let update = sql!(
            "update operation_runs set status = 'queued', lease_owner = null, lease_expires_at = null, available_at = $2, \
             reason_code = $3, reason_sentence = $4, attempt = attempt - $5, deadline_at = deadline_at + $6 where id = $1",
            id(lease.run),
            release.available_at.max(held.now),
            &release.reason.code,
            &release.reason.sentence,
            i64::from(!release.costs_attempt),
            waited,
        );
        tx.execute(update).await?;
        add_event(&mut tx, lease, &held, kind, Some(release.reason)).await?;
        self.0.commit_runs(tx, true).await
    }
}

fn closing(held: &Held, release: &Release) -> Option<Closing> {
    if held.cancel_requested {
        let reason = Reason::new("cancelled", "Cancelled on request");
        return Some(Closing { outcome: Some(Outcome::Cancelled), reason: Some(reason), failures: Vec::new() });
    }
    if release.costs_attempt && held.attempt >= held.attempts_max {
        let failures = vec![Failure::new(release.reason.code.clone(), release.reason.sentence.clone())];
        return Some(Closing { outcome: Some(Outcome::Failed), reason: Some(release.reason.clone()), failures });
    }
    None
}
