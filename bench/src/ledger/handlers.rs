//! Run types that do nothing, so that what is measured is the ledger.

use engine::{Catalogue, Ending, Engine, EngineConfig, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::ids::RunId;
use model::run::{Definition, IdentityInputs, ItemOutcome, Repeat};
use store::{Db, ItemRecord, WorkerInfo};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

/// Every start is a run of its own.
pub(crate) static NO_OP: Definition = Definition {
    run_type: "bench.no_op",
    aliases: &[],
    label: "Do nothing",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fresh,
    deadline_ms: 600_000,
    attempts_max: 3,
    writes: false,
    repeat: Repeat::Whole,
    spec: "001-operation-runs-ledger",
};

/// Equal inputs are one run.
pub(crate) static SAME: Definition =
    Definition { run_type: "bench.same", identity: IdentityInputs::Fields(&["what"]), ..NO_OP };

/// Says when its handler was entered, and ends.
struct NoOp(UnboundedSender<(RunId, Instant)>);

impl RunType for NoOp {
    fn definition(&self) -> &'static Definition {
        &NO_OP
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move {
            // Nobody listens any more when the measurement is over.
            let _ = self.0.send((ctx.run.id, Instant::now()));
            Ending::Done { reason: None, failures: Vec::new() }
        })
    }
}

/// An item as a feature records it.
pub(crate) fn item(key: String) -> ItemRecord {
    ItemRecord {
        key,
        label: "WIN – BitLocker – Corporate laptops".to_owned(),
        kind: "Settings catalog policy".to_owned(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail: None,
    }
}

/// Which worker it is, as the ledger keeps it.
pub(crate) fn info(db: &Db) -> WorkerInfo {
    WorkerInfo { id: db.ambient().id(), host: "bench".into(), version: "bench".into(), roles: vec!["worker".into()] }
}

/// A worker of the product over [`NO_OP`].
pub(crate) fn worker(db: &Db, slots: usize, entered: UnboundedSender<(RunId, Instant)>) -> Engine {
    let config = EngineConfig { slots, ..EngineConfig::default() };
    Engine::new(db.clone(), Catalogue::default().with(NoOp(entered)), config, info(db))
}
