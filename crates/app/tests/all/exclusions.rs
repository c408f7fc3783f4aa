//! Types that a tenant leaves out: nothing asks for them, nothing of them is lost, and whoever names one is told.

use app::backups::schedules::{RuleInput, change_schedule, create_schedule, fire_due, start_now};
use app::backups::{NewBackup, PolicyKey, start_create};
use app::inventory::probe::start_probe;
use app::inventory::{
    Selection, Sight, TypeCoverage, coverage, exclude_type, include_type, start_policy_sync, start_sync,
};
use app::snapshots::{Chosen, start_capture, start_capture_many};
use model::access::Role;
use model::run::{ItemOutcome, Outcome};
use testkit::{TestDatabase, World, on_both_databases};

use crate::probes::{change, probed};
use crate::support::{TEMPLATES, id_at, item, object, reason};

on_both_databases!(
    nothing_asks_for_an_excluded_type_and_what_was_seen_stays,
    whoever_names_an_excluded_type_is_refused,
    a_type_that_is_included_again_is_read_as_a_whole,
    a_run_that_was_started_before_leaves_it_out,
    a_schedule_leaves_out_what_is_excluded_and_takes_it_again,
    only_who_manages_backups_decides,
);

const KEY: &str = "groupPolicyConfigurations";

async fn exclude(world: &World, key: &str) {
    exclude_type(&world.db, &world.scope().await, key, "Not used here").await.unwrap();
}

async fn include(world: &World, key: &str) {
    include_type(&world.db, &world.scope().await, key).await.unwrap();
}

/// Requests for the type since they are recorded.
fn asked(world: &World) -> usize {
    let all = world.simulator.recorded_requests(world.directory());
    all.into_iter().filter(|asked| asked.path.contains("groupPolicyConfigurations")).count()
}

async fn covered(world: &World) -> TypeCoverage {
    let types = coverage(&world.db, &world.scope().await).await.unwrap();
    types.into_iter().find(|each| each.contract.key == KEY).unwrap()
}

async fn nothing_asks_for_an_excluded_type_and_what_was_seen_stays(database: &TestDatabase) {
    let world = probed(database).await;
    let id = id_at(&world, TEMPLATES, 0);
    exclude(&world, KEY).await;
    change(&world, TEMPLATES, &id, "changed while nobody looks");
    assert!(world.simulator.remove(world.directory(), TEMPLATES, &id_at(&world, TEMPLATES, 1)));
    world.simulator.record_requests(world.directory());
    let all = start_sync(&world.db, &world.scope().await, &Selection::all(), Default::default()).await.unwrap().run();
    let all = world.worked(all).await;
    assert_eq!(all.outcome, Outcome::Succeeded);
    assert_eq!(all.target, format!("{} types", Selection::all().keys().len() - 1));
    let probe = start_probe(&world.db, &world.scope().await, Default::default()).await.unwrap().run();
    assert_eq!(world.worked(probe).await.outcome, Outcome::Succeeded);
    assert_eq!(item(&world, probe, "left/type_excluded").await.outcome, ItemOutcome::Skipped);
    let (backup, set) = world.back_up("without it").await;
    assert_eq!((backup.outcome, asked(&world)), (Outcome::Succeeded, 0));
    let scope = world.scope().await;
    let manifest = app::backups::manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    assert!(!manifest.types.contains(&KEY.to_owned()) && manifest.items.iter().all(|item| item.type_key != KEY));
    let objects = world.objects().await;
    let of_type: Vec<_> = objects.iter().filter(|row| row.type_key == KEY).collect();
    assert!(of_type.len() > 1 && of_type.iter().all(|row| row.missing.is_none() && row.version.is_some()));
    let covered = covered(&world).await;
    let exclusion = covered.excluded.as_ref().unwrap();
    assert_eq!((covered.sight(), exclusion.reason.as_str()), (Sight::Excluded, "Not used here"));
    assert_eq!(exclusion.by_name, scope.actor().name);
}

async fn whoever_names_an_excluded_type_is_refused(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let id = id_at(&world, TEMPLATES, 0);
    exclude(&world, KEY).await;
    let (db, scope) = (&world.db, world.scope().await);
    let named = Selection::of(&[KEY, "scopeTags"]).unwrap();
    let policy = || vec![PolicyKey { type_key: KEY.into(), id: id.clone() }];
    let backup = NewBackup { name: "x".into(), selection: named.clone(), keep_open: false };
    let rule = RuleInput {
        name: "x".into(),
        types: vec![KEY.into()],
        cron: "0 2 * * *".into(),
        zone: "UTC".into(),
        ..Default::default()
    };
    let refusals = [
        start_sync(db, &scope, &named, Default::default()).await.err(),
        start_policy_sync(db, &scope, KEY, None, Default::default()).await.err(),
        start_policy_sync(db, &scope, KEY, Some(&id), Default::default()).await.err(),
        start_create(db, &scope, backup, Default::default()).await.err(),
        start_capture(db, &scope, KEY, &id, Default::default()).await.err(),
        start_capture_many(db, &scope, Chosen::Policies(policy()), Default::default()).await.err(),
        create_schedule(db, &scope, &rule).await.err(),
    ];
    for (position, refusal) in refusals.into_iter().enumerate() {
        let refusal = refusal.unwrap_or_else(|| panic!("start {position} was not refused"));
        assert_eq!(refusal.code, "selection.type_excluded", "{position}");
        assert!(refusal.hint.is_some_and(|hint| hint.contains("coverage include")), "{position}");
    }
    for contract in Selection::all().contracts() {
        exclude(&world, &contract.key).await;
    }
    let nothing = start_sync(db, &scope, &Selection::all(), Default::default()).await.unwrap_err();
    assert_eq!(nothing.code, "selection.nothing_left");
}

async fn a_type_that_is_included_again_is_read_as_a_whole(database: &TestDatabase) {
    let world = probed(database).await;
    let id = id_at(&world, TEMPLATES, 0);
    let before = object(&world, &id).await.version;
    exclude(&world, KEY).await;
    change(&world, TEMPLATES, &id, "changed while nobody looks");
    let probe = start_probe(&world.db, &world.scope().await, Default::default()).await.unwrap().run();
    world.worked(probe).await;
    include(&world, KEY).await;
    assert_eq!((covered(&world).await.sight(), object(&world, &id).await.version), (Sight::Complete, before));
    let scope = world.scope().await;
    let whole_at = async || covered(&world).await.seen.unwrap().whole_at;
    assert_eq!(whole_at().await, None);
    world.sync().await;
    assert!(whole_at().await.is_some() && object(&world, &id).await.version != before);
    include(&world, KEY).await;
    let audited = world.db.tenant(&scope).audit().list(None, 1_000).await.unwrap();
    let actions: Vec<_> =
        audited.iter().map(|row| row.action.as_str()).filter(|one| one.starts_with("type.")).collect();
    assert_eq!(actions, ["type.include", "type.exclude"], "including what is included is nothing");
}

async fn a_run_that_was_started_before_leaves_it_out(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let (db, scope) = (&world.db, world.scope().await);
    let id = id_at(&world, TEMPLATES, 0);
    let two = Selection::of(&[KEY, "scopeTags"]).unwrap();
    let sync = start_sync(db, &scope, &two, Default::default()).await.unwrap().run();
    let alone = start_policy_sync(db, &scope, KEY, None, Default::default()).await.unwrap().run();
    let capture = start_capture(db, &scope, KEY, &id, Default::default()).await.unwrap().run();
    let chosen = vec![PolicyKey { type_key: KEY.into(), id }];
    let many = start_capture_many(db, &scope, Chosen::Policies(chosen), Default::default()).await.unwrap().run();
    let backup = world.start_backup_of("both", &[KEY, "scopeTags"]).await;
    exclude(&world, KEY).await;
    world.simulator.record_requests(world.directory());
    world.drain().await;
    let skipped = item(&world, sync, &format!("type/{KEY}")).await;
    assert_eq!((skipped.outcome, skipped.code.as_deref()), (ItemOutcome::Skipped, Some("selection.type_excluded")));
    assert_eq!(world.run(sync).await.outcome, Outcome::Succeeded);
    for run in [alone, capture] {
        let row = world.run(run).await;
        assert_eq!((row.outcome, reason(&row)), (Outcome::Blocked, "selection.type_excluded"));
    }
    assert_eq!(world.items(many).await[0].outcome, ItemOutcome::Skipped);
    assert_eq!(world.run(backup).await.outcome, Outcome::Succeeded);
    assert!(world.items(backup).await.iter().all(|item| !item.key.starts_with(KEY)));
    assert_eq!(asked(&world), 0);
}

async fn a_schedule_leaves_out_what_is_excluded_and_takes_it_again(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let rule = RuleInput {
        name: "Nightly".into(),
        types: vec![KEY.into(), "scopeTags".into()],
        cron: "0 2 * * *".into(),
        zone: "UTC".into(),
        enabled: true,
        ..Default::default()
    };
    let (db, scope) = (&world.db, world.scope().await);
    let schedule = create_schedule(db, &scope, &rule).await.unwrap();
    let types = async || {
        let run = start_now(db, &scope, schedule, Default::default()).await.unwrap().run();
        let row = world.worked(run).await;
        assert_eq!(row.outcome, Outcome::Succeeded);
        row.inputs["types"].clone()
    };
    exclude(&world, KEY).await;
    assert_eq!(types().await, serde_json::json!(["scopeTags"]));
    change_schedule(db, &scope, schedule, &rule).await.unwrap();
    include(&world, KEY).await;
    assert_eq!(types().await, serde_json::json!([KEY, "scopeTags"]));
    exclude(&world, KEY).await;
    exclude(&world, "scopeTags").await;
    let nothing = start_now(db, &scope, schedule, Default::default()).await.unwrap_err();
    assert_eq!(nothing.code, "selection.nothing_left");
    database.execute(&format!("update backup_schedules set next_slot_at = {}", db.ping().await.unwrap())).await;
    database.execute("update backup_schedules set cron = '* * * * *'").await;
    fire_due(db).await.unwrap();
    let slots = db.tenant(&scope).schedules().slots(schedule, 10).await.unwrap();
    assert_eq!(slots[0].reason.as_ref().unwrap().code, "selection.nothing_left");
}

async fn only_who_manages_backups_decides(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    for (name, role, may) in [("Olga", Role::Operator, false), ("Mia", Role::Manager, true)] {
        let scope = world.scope_of(world.person(name, role).await).await;
        assert_eq!(exclude_type(&world.db, &scope, KEY, "x").await.is_ok(), may, "{name}");
        assert_eq!(include_type(&world.db, &scope, KEY).await.is_ok(), may, "{name}");
    }
    let scope = world.scope().await;
    let code = async |key: &str, reason: &str| exclude_type(&world.db, &scope, key, reason).await.unwrap_err().code;
    assert_eq!(code(KEY, " ").await, "exclusion.reason");
    assert_eq!(code("groups", "x").await, "selection.unknown_type", "groups have a run of their own");
}
