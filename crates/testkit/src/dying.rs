//! Workers that die while their requests are on their way: tasks of a test, or processes.

use std::collections::BTreeMap;
use std::time::Duration;

use app::restores::ITEMS_AT_ONCE;
use graph_sim::Effect;
use model::ids::RunId;
use model::registry::DIRECTORY;
use model::run::Status;
use store::WriteRow;

use crate::{TestDatabase, World};

/// A look at how many requests are on their way. When a worker dies decides how often it does, and nothing else.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until the run is over (true) or requests are on their way that nobody will answer (`FaultKind::Silence`).
pub async fn ends_unless_left_unanswered(world: &World, database: &TestDatabase, run: RunId) -> bool {
    let mut unanswered = world.simulator.left_unanswered();
    let before = *unanswered.borrow_and_update();
    loop {
        let quiet = tokio::time::timeout(LOOK, unanswered.changed()).await.is_err();
        let waiting = *unanswered.borrow() - before;
        // More requests than that are never on their way.
        if waiting == ITEMS_AT_ONCE as u64 || (waiting > 0 && quiet) {
            return false;
        }
        if world.run(run).await.status == Status::Completed {
            return true;
        }
        // It waits for an app to be ready, which only looking makes.
        database.execute("update operation_runs set available_at = 0 where status = 'queued'").await;
    }
}

/// Each request that was about to be sent took effect once, whatever became of those who sent it; but for those that say nothing, so that
/// they may happen again or not at all.
pub fn assert_each_took_effect_once(
    world: &World,
    rows: &[WriteRow],
    effects: &[Effect],
    says_nothing: impl Fn(&str) -> bool,
) {
    let steps: BTreeMap<(u32, u32), &WriteRow> = rows.iter().map(|row| ((row.item, row.step), row)).collect();
    let mut times: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in steps.values() {
        times.entry(row.intent.request.replace(DIRECTORY, world.directory())).or_default().0 += 1;
    }
    for effect in effects {
        times.entry(format!("{} {}", effect.method, effect.path)).or_default().1 += 1;
    }
    times.retain(|request, (asked, happened)| asked != happened && !says_nothing(request));
    assert!(times.is_empty(), "asked for and happened: {times:#?}");
}

/// Lets time pass after the death of a worker until another one may take its run up.
pub async fn take_up(world: &World, database: &TestDatabase) {
    // What it sent and nobody has read yet is never read.
    world.simulator.expire_tokens();
    // A run may lose its worker a few times only; in tests it does more often than any would.
    let expire = "update operation_runs set lease_expires_at = 1, attempt = 1 where status = 'running'";
    database.execute(expire).await;
}
