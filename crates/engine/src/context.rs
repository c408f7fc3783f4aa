//! What a handler gets: the claimed run, its scope, and the doors to write under its lease.

use model::Ambient;
use serde::de::DeserializeOwned;
use store::{ClaimedRun, Db, Lease, TenantScope};
use tokio_util::sync::CancellationToken;

use crate::Ending;

/// One attempt at one run.
pub struct RunCtx {
    /// The database; tenant data only through [`RunCtx::scope`].
    pub db: Db,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The run as it was claimed.
    pub run: ClaimedRun,
    /// Names the worker and the fence: every write carries it.
    pub lease: Lease,
    /// Made by re-checking the initiator's right when the run was claimed.
    pub scope: TenantScope,
    /// Somebody wants the run cancelled; of interest to those that end by themselves.
    pub cancelled: CancellationToken,
}

impl RunCtx {
    /// The run's inputs in the type's own shape. Inputs that do not fit are our defect or an old version's.
    pub fn inputs<T: DeserializeOwned>(&self) -> Result<T, Ending> {
        serde_json::from_value(self.run.inputs.clone()).map_err(|_| {
            Ending::Fail(model::run::Failure::new(
                "run.inputs_unreadable",
                "This version of TenantAtlas cannot read what the run was asked to do",
            ))
        })
    }
}
