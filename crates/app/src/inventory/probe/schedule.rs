//! Probes every few minutes, where a tenant has chosen so. Any number of schedulers may look at the same time.

use std::time::Duration;

use engine::Duty;
use futures::future::BoxFuture;
use model::AppError;
use model::access::Capability;
use model::run::Priority;
use store::{Db, DueProbe, TenantScope};

use super::start_probe;
use crate::starting::Extra;

/// Tenants decided about in one pass.
const DUE_MAX: usize = 200;
/// The longest time between two probes, in minutes: within a day every type is read as a whole anyway.
const MINUTES_MAX: u32 = 24 * 60;

/// From now on the tenant is probed so often, the first time at once; none switches it off.
pub async fn choose_probe(db: &Db, scope: &TenantScope, every_minutes: Option<u32>) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    if every_minutes.is_some_and(|minutes| !(1..=MINUTES_MAX).contains(&minutes)) {
        return Err(AppError::invalid("probe.every", "A change probe runs every 1 to 1440 minutes")
            .hint("Choose a number of minutes in between, or switch it off"));
    }
    db.tenant(scope).probes().choose(every_minutes).await
}

/// Looks for due probes.
pub struct FireProbes;

impl Duty for FireProbes {
    fn name(&self) -> &'static str {
        "change probes"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(2)
    }

    fn act<'a>(&'a self, db: &'a Db) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(fire_probes(db))
    }
}

/// Starts every probe that is due now. One that cannot be started does not keep the others waiting.
pub async fn fire_probes(db: &Db) -> Result<(), AppError> {
    for due in db.due_probes(DUE_MAX).await? {
        if let Err(error) = fire(db, &due).await {
            tracing::warn!(tenant = %due.tenant, error = ?error, "a change probe could not be started; the next one may");
        }
    }
    Ok(())
}

/// Without a connection, or in a suspended tenant, there is nothing to look at; Schedules says so.
async fn fire(db: &Db, due: &DueProbe) -> Result<(), AppError> {
    if !db.take_probe(due).await? {
        return Ok(());
    }
    let scope = db.scope_for_probe(due).await?;
    if scope.tenant_state().allows_runs() && db.tenant(&scope).connection().await?.is_some() {
        // Nobody waits for it: whoever starts something is served first.
        let extra = Extra { priority: Priority::Background, ..Extra::default() };
        start_probe(db, &scope, extra).await?;
    }
    Ok(())
}
