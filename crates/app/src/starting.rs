//! What all starts share, and how the ledger's errors end a run.

use engine::Ending;
use model::AppError;
use model::ids::RunId;
use model::run::{Definition, Failure, Priority};
use serde_json::Value;
use store::{Db, Idempotency, NewRun, Slot, Started, StoreError, TenantScope};

/// What a start may bring besides its inputs.
#[derive(Debug, Default)]
pub struct Extra {
    /// The same key with the same body gets the same answer for 24 hours.
    pub idempotency: Option<Idempotency>,
    /// The run that asked for this one.
    pub parent: Option<RunId>,
    /// The run that this one repeats.
    pub retry_of: Option<RunId>,
    /// Its class; a person waits for it unless said otherwise.
    pub priority: Priority,
    /// The slot of a schedule that it is started for.
    pub slot: Option<Slot>,
}

/// Authorises, then creates or finds the run in one transaction.
pub async fn start(
    db: &Db,
    scope: &TenantScope,
    definition: &'static Definition,
    inputs: Value,
    target: String,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, definition).await?;
    let run = NewRun {
        parent: extra.parent,
        retry_of: extra.retry_of,
        priority: extra.priority,
        slot: extra.slot,
        idempotency: extra.idempotency,
        ..NewRun::of(definition, target, inputs)
    };
    db.tenant(scope).runs().start(run).await
}

/// Refuses who may not start this. The refusal leaves an audit entry, whichever door was tried; that it cannot be
/// written does not turn it into a pass.
pub(crate) async fn authorise(db: &Db, scope: &TenantScope, definition: &Definition) -> Result<(), AppError> {
    let Err(refused) = scope.require(definition.capability) else { return Ok(()) };
    let entry = db.tenant(scope).audit().record("access.denied", None, refused.code, Some(definition.run_type)).await;
    if let Err(error) = entry {
        tracing::error!(%error, "a denial could not be audited");
    }
    Err(refused)
}

/// How a run ends when something of ours failed it.
pub fn app_ending(error: AppError) -> Ending {
    tracing::warn!(error = ?error, "a run is tried again");
    Ending::Retry(Failure::new(error.code, error.message))
}

/// How a run ends when the database failed it. A lost lease ends nothing: the engine has already been told.
pub fn store_ending(error: StoreError) -> Ending {
    app_ending(error.into())
}
