//! Two that act at the same instant.

use app::inventory::{Selection, start_sync};
use app::operations::start_repeat;
use futures::future::join_all;
use graph_sim::{Fault, FaultKind};
use model::run::{Outcome, Status};
use store::{CancelOutcome, Started};
use testkit::{Seed, TestDatabase, World, on_both_databases};

use crate::support::{expire_leases, info};

on_both_databases!(
    f09_a_rescue_from_a_stale_read_takes_nothing_from_the_next_owner,
    f10_many_sweepers_act_once,
    f25_a_start_that_races_the_end_gets_the_active_run_or_a_new_one,
    f26_a_cancel_that_races_the_end_the_rescue_or_a_start_ends_one_way,
    f27_a_double_clicked_repetition_is_one_run,
);

const SYNC: [&str; 1] = ["inventory.sync"];

async fn f09_a_rescue_from_a_stale_read_takes_nothing_from_the_next_owner(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let (ledger, old, new) = (world.db.ledger(), info(&world), info(&world));
    let rescuers = [database.open().await.ledger(), database.open().await.ledger()];
    let held = [world.start_sync().await];
    let stale = ledger.claim(&old, 1, &SYNC).await.unwrap().remove(0);
    let heart = ledger.heart(old.id);
    // The lease has run out when everybody looks, and one of them is first: the beat, or one rescue.
    for _ in 0..10 {
        expire_leases(database).await;
        let (beats, first, second) = tokio::join!(heart.beat(&held), rescuers[0].sweep(), rescuers[1].sweep());
        let (kept, taken) = (beats.unwrap().len(), first.unwrap().len() + second.unwrap().len());
        assert_eq!(kept + taken, 1, "kept {kept}, taken {taken}");
        if taken == 1 {
            break;
        }
    }
    heart.stop().await;
    expire_leases(database).await;
    ledger.sweep().await.unwrap();
    let taken = ledger.claim(&new, 1, &SYNC).await.unwrap().remove(0);
    assert!(ledger.finish(&stale.lease(old.id), Default::default()).await.is_err(), "it judged by what it read before");
    assert!(ledger.sweep().await.unwrap().is_empty(), "the new owner is alive");
    ledger.finish(&taken.lease(new.id), Default::default()).await.unwrap();
}

async fn f10_many_sweepers_act_once(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let types = ["scopeTags", "settingsCatalog", "assignmentFilters"];
    for key in types {
        world.start_sync_of(&[key]).await;
    }
    assert_eq!(world.db.ledger().claim(&info(&world), 3, &SYNC).await.unwrap().len(), 3);
    expire_leases(database).await;
    // Each with connections of its own, as other processes have them.
    let sweepers = join_all((0..6).map(|_| database.open())).await;
    let swept = join_all(sweepers.iter().map(async |sweeper| sweeper.ledger().sweep().await)).await;
    let swept: usize = swept.into_iter().map(|swept| swept.unwrap().len()).sum();
    assert_eq!(swept, 3);
    assert_eq!(database.number("select count(*) from operation_run_events where kind = 'worker_lost'").await, 3);
    world.drain().await;
}

async fn f25_a_start_that_races_the_end_gets_the_active_run_or_a_new_one(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let (ledger, hands, scope) = (world.db.ledger(), info(&world), world.scope().await);
    for _ in 0..20 {
        let run = world.start_sync().await;
        let claimed = ledger.claim(&hands, 1, &SYNC).await.unwrap().remove(0);
        let (lease, selection) = (claimed.lease(hands.id), Selection::all());
        let (ended, started) = tokio::join!(
            ledger.finish(&lease, Default::default()),
            start_sync(&world.db, &scope, &selection, Default::default())
        );
        ended.unwrap();
        let started = started.unwrap();
        let status = world.run(started.run()).await.status;
        match started {
            Started::New(new) => assert!(new != run && status == Status::Queued),
            _ => assert!(started.run() == run && status == Status::Completed),
        }
        world.db.tenant(&scope).runs().request_cancel(started.run()).await.unwrap();
    }
}

async fn f26_a_cancel_that_races_the_end_the_rescue_or_a_start_ends_one_way(database: &TestDatabase) {
    let world = World::seeded(database, 5).await;
    let (ledger, hands, scope, seed) = (world.db.ledger(), info(&world), world.scope().await, Seed::of_this_run());
    for _ in 0..20 {
        let run = world.start_sync().await;
        let claimed = ledger.claim(&hands, 1, &SYNC).await.unwrap().remove(0);
        let (runs, lease) = (world.db.tenant(&scope).runs(), claimed.lease(hands.id));
        let expired = seed.pick(0..2) == 0;
        if expired {
            expire_leases(database).await;
        }
        let (cancelled, ended, swept, again) = tokio::join!(
            runs.request_cancel(run),
            ledger.finish(&lease, Default::default()),
            ledger.sweep(),
            world.start_sync()
        );
        let (cancelled, _) = (cancelled.unwrap(), swept.unwrap());
        ledger.sweep().await.unwrap();
        let row = world.run(run).await;
        if ended.is_ok() {
            assert_eq!(row.status, Status::Completed);
        } else if cancelled != CancelOutcome::AlreadyCompleted {
            assert!(row.status != Status::Running, "the rescue ended or queued it: {row:?}");
        }
        for left in [run, again] {
            runs.request_cancel(left).await.unwrap();
        }
        assert_eq!(world.run(again).await.status, Status::Completed);
    }
}

async fn f27_a_double_clicked_repetition_is_one_run(database: &TestDatabase) {
    let world = World::seeded(database, 30).await;
    let refused = FaultKind::Status { status: 403, code: "Forbidden".into(), retry_after: None };
    world.simulator.add_fault(world.directory(), Fault::on("definitionValues", refused));
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    let scope = world.scope().await;
    let clicks = join_all((0..6).map(|_| start_repeat(&world.db, &scope, row.id, Default::default()))).await;
    let mut runs: Vec<_> = clicks.into_iter().map(|started| started.unwrap().run()).collect();
    runs.dedup();
    assert_eq!(runs.len(), 1);
    world.drain().await;
}
