//! Handlers that burn the processor or never come back.

use std::time::Duration;

use engine::{Catalogue, Ending, Engine, EngineConfig, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::ids::RunId;
use model::run::{Definition, IdentityInputs, Outcome, Repeat};
use serde_json::json;
use store::NewRun;
use testkit::{TestDatabase, World, fast, on_both_databases};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::info;

on_both_databases!(
    f07_a_handler_that_burns_the_processor_past_its_lease_keeps_it,
    f08_a_hung_handler_ends_by_its_deadline,
);

/// Longer than a lease lasts without a beat.
const PAST_THE_LEASE: Duration = Duration::from_millis(7_000);

static BUSY: Definition = Definition {
    run_type: "test.busy",
    aliases: &[],
    label: "Burn the processor",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fresh,
    deadline_ms: 60_000,
    attempts_max: 3,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "001",
};
static HUNG: Definition = Definition { run_type: "test.hung", label: "Hang", deadline_ms: 400, ..BUSY };

struct Busy;

impl RunType for Busy {
    fn definition(&self) -> &'static Definition {
        &BUSY
    }

    fn run<'a>(&'a self, _: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async {
            let begun = Instant::now();
            while begun.elapsed() < PAST_THE_LEASE {
                std::hint::spin_loop();
            }
            Ending::Done { reason: None, failures: Vec::new() }
        })
    }
}

struct Hung;

impl RunType for Hung {
    fn definition(&self) -> &'static Definition {
        &HUNG
    }

    fn run<'a>(&'a self, _: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(std::future::pending())
    }
}

async fn start(world: &World, definition: &'static Definition) -> RunId {
    let scope = world.scope().await;
    let new = NewRun::of(definition, "nothing", json!({}));
    world.db.tenant(&scope).runs().start(new).await.unwrap().run()
}

/// Works in a runtime of its own, whose only thread the handlers may take.
fn work_elsewhere(world: &World, database: &TestDatabase, stop: CancellationToken) -> std::thread::JoinHandle<()> {
    let (url, key, worker) = (database.url(), database.key_file(), info(world));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let keys = store::Keyring::from_file(key);
            let db = store::Db::open(&url, keys, model::Ambient::system()).await.unwrap();
            let config = EngineConfig { beat: Duration::from_secs(1), ..fast() };
            let engine = Engine::new(db, Catalogue::default().with(Busy).with(Hung), config, worker);
            engine.run(stop).await.unwrap();
        });
    })
}

async fn f07_a_handler_that_burns_the_processor_past_its_lease_keeps_it(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let (run, stop) = (start(&world, &BUSY).await, CancellationToken::new());
    let working = work_elsewhere(&world, database, stop.clone());
    // Somebody else sweeps: the starved runtime could not.
    let sweeper = world.worker();
    let row = world.ended(run).await;
    assert_eq!((row.outcome, row.attempt), (Outcome::Succeeded, 1), "{:?}", row.reason);
    stop.cancel();
    tokio::task::spawn_blocking(move || working.join().unwrap()).await.unwrap();
    sweeper.stop().await;
}

async fn f08_a_hung_handler_ends_by_its_deadline(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let (run, stop) = (start(&world, &HUNG).await, CancellationToken::new());
    let working = work_elsewhere(&world, database, stop.clone());
    let row = world.ended(run).await;
    assert_eq!((row.outcome, row.reason.unwrap().code.as_str()), (Outcome::Failed, "deadline_exceeded"));
    stop.cancel();
    tokio::task::spawn_blocking(move || working.join().unwrap()).await.unwrap();
}
