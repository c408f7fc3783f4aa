//! Repeating a run: only what failed, linked, once.

use app::operations::start_repeat;
use graph_sim::Fault;
use model::ids::RunId;
use model::run::{ItemOutcome, Outcome};
use store::Started;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{TEMPLATES, forbidden, id_at, object};

on_both_databases!(
    a_sync_is_repeated_for_just_its_failed_items,
    a_list_that_failed_is_read_again_as_a_whole,
    a_backup_is_repeated_for_just_what_it_lacks,
    what_cannot_be_repeated_says_why,
);

async fn repeat(world: &World, run: RunId) -> Started {
    start_repeat(&world.db, &world.scope().await, run, Default::default()).await.unwrap()
}

async fn a_sync_is_repeated_for_just_its_failed_items(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let id = id_at(&world, TEMPLATES, 0);
    let part = format!("groupPolicyConfigurations/{id}/definitionValues");
    world.simulator.add_fault(world.directory(), Fault::on(&part, forbidden()));
    let first = world.sync().await;
    assert_eq!((first.outcome, first.counts.failed), (Outcome::PartiallySucceeded, 1));

    // Still forbidden: the repetition fails alike, and can be repeated itself.
    let started = repeat(&world, first.id).await;
    assert!(matches!(repeat(&world, first.id).await, Started::AlreadyRunning(active) if active.id == started.run()));
    let second = world.worked(started.run()).await;
    assert_eq!((second.outcome, second.counts.processed, second.retry_of), (Outcome::Failed, 1, Some(first.id)));
    assert_eq!(second.target, format!("1 failed item of {}", app::inventory::Selection::all().describe()));

    world.simulator.clear_faults(world.directory());
    let before = world.simulator.stats().round_trips;
    let third = world.worked(repeat(&world, second.id).await.run()).await;
    assert_eq!((third.outcome, third.counts.succeeded, third.retry_of), (Outcome::Succeeded, 1, Some(second.id)));
    assert_eq!(third.target, format!("1 failed item of {}", app::inventory::Selection::all().describe()));
    assert!(world.simulator.stats().round_trips - before < 10, "nothing else was read");
    assert!(object(&world, &id).await.complete);
    assert!(world.objects().await.iter().all(|object| object.missing.is_none()));
}

async fn a_list_that_failed_is_read_again_as_a_whole(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.simulator.add_fault(world.directory(), Fault::on(TEMPLATES, forbidden()));
    let first = world.sync().await;
    assert_eq!(first.outcome, Outcome::PartiallySucceeded);
    world.simulator.clear_faults(world.directory());
    let second = world.worked(repeat(&world, first.id).await.run()).await;
    assert_eq!(second.outcome, Outcome::Succeeded);
    let templates = world.simulator.objects(world.directory(), TEMPLATES).len() as u64;
    assert_eq!(second.counts.succeeded, templates);
}

async fn a_backup_is_repeated_for_just_what_it_lacks(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let id = id_at(&world, TEMPLATES, 0);
    let part = format!("groupPolicyConfigurations/{id}/definitionValues");
    world.simulator.add_fault(world.directory(), Fault::on(&part, forbidden()));
    let (first, _) = world.back_up("nightly").await;
    assert_eq!((first.outcome, first.counts.failed), (Outcome::PartiallySucceeded, 1));
    world.simulator.clear_faults(world.directory());
    let second = world.worked(repeat(&world, first.id).await.run()).await;
    assert_eq!(second.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    let set = world.db.tenant(&scope).backups().by_run(second.id).await.unwrap().unwrap().id;
    let items = world.db.tenant(&scope).backups().items(set, None, 0, 1_000).await.unwrap();
    let lacked: Vec<_> = items.iter().filter(|item| !item.foundation).collect();
    assert_eq!(lacked.len(), 1, "foundations are in every set; beside them just what it lacked");
    assert_eq!(
        (lacked[0].type_key.as_str(), &lacked[0].external_id, lacked[0].outcome),
        ("groupPolicyConfigurations", &id, ItemOutcome::Succeeded)
    );
    let sets = world.db.tenant(&scope).backups().list(None, 10).await.unwrap();
    assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["nightly (what was missing)", "nightly"]);
}

async fn what_cannot_be_repeated_says_why(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let run = world.start_sync().await;
    let scope = world.scope().await;
    let code = |error: model::AppError| error.code;
    let again = || start_repeat(&world.db, &scope, run, Default::default());
    assert_eq!(again().await.map_err(code).unwrap_err(), "run.active");
    world.db.tenant(&scope).runs().request_cancel(run).await.unwrap();
    let whole = world.worked(repeat(&world, run).await.run()).await;
    let all = app::inventory::Selection::all().describe();
    assert_eq!(
        (whole.outcome, whole.target.as_str()),
        (Outcome::Succeeded, all.as_str()),
        "a cancelled run is repeated as a whole"
    );
    let good = start_repeat(&world.db, &scope, whole.id, Default::default()).await.map_err(code).unwrap_err();
    assert_eq!(good, "run.nothing_failed");
    let nobody = start_repeat(&world.db, &scope, world.db.ambient().id(), Default::default()).await;
    assert_eq!(nobody.map_err(code).unwrap_err(), "not_found");
}
