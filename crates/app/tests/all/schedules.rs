//! Backup schedules through the whole chain: a slot that is due, its run, its set, what stays.

use app::backups::archive_set;
use app::backups::schedules::{RuleInput, change_schedule, create_schedule, fire_due, start_now, start_retry};
use app::operations::start_repeat;
use graph_sim::Fault;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::ids::{RunId, ScheduleId};
use model::run::{Outcome, Status};
use store::{Keep, RunFilter, SlotRow, TenantState};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{TEMPLATES, forbidden, id_at};

on_both_databases!(
    a_slot_that_is_due_is_started_once_by_whoever_looks,
    missed_slots_are_skipped_or_the_latest_runs_late,
    a_slot_waits_for_no_run_of_the_slot_before,
    a_suspended_tenant_skips,
    what_no_rule_keeps_goes_after_a_complete_backup_only,
    an_archived_set_and_one_in_use_stay_whatever_the_rules_say,
    a_retry_backs_up_what_was_missing,
);

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A rule whose slot is every day, so many milliseconds from now, at a full minute; and that slot of today.
async fn daily(world: &World, from_now_ms: i64) -> (RuleInput, i64) {
    let at = (world.db.ping().await.unwrap() + from_now_ms).div_euclid(60_000) * 60_000;
    let local = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(at).unwrap());
    let rule = RuleInput {
        name: "Nightly".into(),
        types: vec!["scopeTags".into(), "groupPolicyConfigurations".into()],
        cron: format!("{} {} * * *", local.minute(), local.hour()),
        zone: "UTC".into(),
        enabled: true,
        ..RuleInput::default()
    };
    (rule, at)
}

async fn create(world: &World, rule: &RuleInput) -> ScheduleId {
    create_schedule(&world.db, &world.scope().await, rule).await.unwrap()
}

/// As if nobody had looked since then.
async fn unseen_since(database: &TestDatabase, slot: i64) {
    database.execute(&format!("update backup_schedules set next_slot_at = {slot}")).await;
}

async fn slots(world: &World, schedule: ScheduleId) -> Vec<SlotRow> {
    let scope = world.scope().await;
    world.db.tenant(&scope).schedules().slots(schedule, 100).await.unwrap()
}

async fn runs(world: &World) -> u64 {
    let scope = world.scope().await;
    let filter = RunFilter { types: vec!["backup_schedule.scheduled".into()], ..RunFilter::default() };
    world.db.tenant(&scope).runs().counts(&filter).await.unwrap().total()
}

async fn now(world: &World, schedule: ScheduleId) -> RunId {
    start_now(&world.db, &world.scope().await, schedule, Default::default()).await.unwrap().run()
}

async fn sets(world: &World) -> Vec<RunId> {
    let scope = world.scope().await;
    world.db.tenant(&scope).backups().list(None, 100).await.unwrap().into_iter().map(|set| set.run).collect()
}

async fn a_slot_that_is_due_is_started_once_by_whoever_looks(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let (rule, slot) = daily(&world, 0).await;
    let schedule = create(&world, &rule).await;
    fire_due(&world.db).await.unwrap();
    assert_eq!(runs(&world).await, 0, "the next slot is tomorrow's");
    unseen_since(database, slot).await;
    let looks: Vec<_> = (0..6)
        .map(|_| {
            let db = world.db.clone();
            tokio::spawn(async move { fire_due(&db).await.unwrap() })
        })
        .collect();
    for look in looks {
        look.await.unwrap();
    }
    let decided = slots(&world, schedule).await;
    assert_eq!((decided.len(), decided[0].slot_at, runs(&world).await), (1, slot, 1));
    // A scheduler that died before it could say what comes next: the slot stays decided.
    unseen_since(database, slot).await;
    fire_due(&world.db).await.unwrap();
    assert_eq!(runs(&world).await, 1);
    let row = world.worked(decided[0].run.unwrap()).await;
    assert_eq!(
        (row.outcome, row.initiator, row.initiator_name.as_str()),
        (Outcome::Succeeded, None, "Schedule “Nightly”")
    );
    unseen_since(database, slot).await;
    fire_due(&world.db).await.unwrap();
    assert_eq!(runs(&world).await, 1, "also after the run has ended");
    assert_eq!(sets(&world).await, [row.id]);
    let scope = world.scope().await;
    let next = world.db.tenant(&scope).schedules().get(schedule).await.unwrap().next_slot_at;
    assert_eq!(next, Some(slot + DAY_MS));
}

async fn missed_slots_are_skipped_or_the_latest_runs_late(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    for catch_up in [false, true] {
        let (rule, today) = daily(&world, 60 * 60 * 1000).await;
        let schedule = create(&world, &RuleInput { catch_up, ..rule }).await;
        unseen_since(database, today - 3 * DAY_MS).await;
        fire_due(&world.db).await.unwrap();
        let decided = slots(&world, schedule).await;
        let times: Vec<_> = decided.iter().map(|slot| slot.slot_at).collect();
        assert_eq!(times, [today - DAY_MS, today - 2 * DAY_MS, today - 3 * DAY_MS]);
        let skipped: Vec<_> =
            decided.iter().filter_map(|slot| slot.reason.as_ref()).map(|why| why.code.as_str()).collect();
        assert_eq!(skipped, vec!["schedule.missed"; if catch_up { 2 } else { 3 }]);
        assert_eq!(decided[0].run.is_some(), catch_up);
        let scope = world.scope().await;
        world.db.tenant(&scope).schedules().remove(schedule).await.unwrap();
    }
    world.drain().await;
}

async fn a_slot_waits_for_no_run_of_the_slot_before(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    let (rule, slot) = daily(&world, 0).await;
    let schedule = create(&world, &rule).await;
    unseen_since(database, slot).await;
    fire_due(&world.db).await.unwrap();
    let first = slots(&world, schedule).await[0].run.unwrap();
    assert_eq!(world.run(first).await.status, Status::Queued);
    // The slot before was yesterday's, and its run is still there.
    database.execute(&format!("update schedule_slots set slot_at = {}", slot - DAY_MS)).await;
    unseen_since(database, slot).await;
    fire_due(&world.db).await.unwrap();
    let decided = slots(&world, schedule).await;
    assert_eq!(decided[0].reason.as_ref().unwrap().code, "schedule.previous_active");
    assert_eq!(runs(&world).await, 1);
    world.drain().await;
}

async fn a_suspended_tenant_skips(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    let (rule, slot) = daily(&world, 0).await;
    let schedule = create(&world, &rule).await;
    let scope = world.scope().await;
    world.db.tenant(&scope).set_state(TenantState::Suspended).await.unwrap();
    unseen_since(database, slot).await;
    fire_due(&world.db).await.unwrap();
    assert_eq!(slots(&world, schedule).await[0].reason.as_ref().unwrap().code, "tenant_suspended");
    assert_eq!(runs(&world).await, 0);
}

async fn what_no_rule_keeps_goes_after_a_complete_backup_only(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let (rule, _) = daily(&world, 0).await;
    let keep = Keep { last: Some(1), ..Keep::default() };
    let schedule = create(&world, &RuleInput { keep, ..rule }).await;
    let (other, _) = world.back_up("by hand").await;
    let first = now(&world, schedule).await;
    assert_eq!(world.worked(first).await.outcome, Outcome::Succeeded);
    assert_eq!(sets(&world).await, [first, other.id]);

    let id = id_at(&world, TEMPLATES, 0);
    let part = format!("groupPolicyConfigurations/{id}/definitionValues");
    world.simulator.add_fault(world.directory(), Fault::on(&part, forbidden()));
    database.execute("update inventory_coverage set at = 1, whole_at = 1").await;
    let partial = now(&world, schedule).await;
    assert_eq!(world.worked(partial).await.outcome, Outcome::PartiallySucceeded);
    assert_eq!(sets(&world).await, [partial, first, other.id], "a partial backup removes nothing");

    world.simulator.clear_faults(world.directory());
    let last = now(&world, schedule).await;
    let row = world.worked(last).await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    assert_eq!(sets(&world).await, [last, other.id], "one made by hand belongs to nobody's rules");
    let scope = world.scope().await;
    let events = world.db.tenant(&scope).runs().events(last).await.unwrap();
    let retained = events.iter().find(|event| event.kind == "retained").and_then(|event| event.reason.clone()).unwrap();
    assert_eq!(retained.sentence, "2 older sets were removed by the schedule's rules");
    let audit = world.db.tenant(&scope).audit().of_run(last).await.unwrap();
    assert_eq!(audit.iter().filter(|entry| entry.action == "backup.remove").count(), 2);
    assert!(row.initiator.is_some());
}

async fn an_archived_set_and_one_in_use_stay_whatever_the_rules_say(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let (rule, _) = daily(&world, 0).await;
    let schedule = create(&world, &RuleInput { keep: Keep::default(), ..rule.clone() }).await;
    let (db, scope) = (&world.db, world.scope().await);
    let backups = db.tenant(&scope).backups();
    let made = async || {
        let run = now(&world, schedule).await;
        assert_eq!(world.worked(run).await.outcome, Outcome::Succeeded);
        backups.by_run(run).await.unwrap().unwrap().id
    };
    let (put_away, in_use, plain) = (made().await, made().await, made().await);
    assert_eq!(archive_set(db, &scope, plain).await.unwrap_err().code, "backup.last_good");
    archive_set(db, &scope, put_away).await.unwrap();
    // A run that works with a set names it in its inputs; this one waits for its turn all the while.
    let waiting = world.start_sync_of(&["namedLocations"]).await;
    let names =
        format!("update operation_runs set inputs = '{{\"set\":\"{in_use}\"}}', available_at = available_at + 3600000");
    database.execute(&format!("{names} where type = 'inventory.sync' and status = 'queued'")).await;
    let keep = Keep { last: Some(1), ..Keep::default() };
    change_schedule(db, &scope, schedule, &RuleInput { keep, ..rule }).await.unwrap();
    let last = made().await;
    let left: Vec<_> = backups.list(None, 100).await.unwrap().into_iter().map(|set| set.id).collect();
    assert_eq!(left, [last, in_use], "the plain one went");
    assert_eq!(backups.archived(None, 100).await.unwrap()[0].id, put_away);
    db.tenant(&scope).runs().request_cancel(waiting).await.unwrap();
    let last = made().await;
    let left: Vec<_> = backups.list(None, 100).await.unwrap().into_iter().map(|set| set.id).collect();
    assert_eq!(left, [last], "nothing works with it any more");
}

async fn a_retry_backs_up_what_was_missing(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    let (rule, _) = daily(&world, 0).await;
    let schedule = create(&world, &rule).await;
    let id = id_at(&world, TEMPLATES, 0);
    let part = format!("groupPolicyConfigurations/{id}/definitionValues");
    world.simulator.add_fault(world.directory(), Fault::on(&part, forbidden()));
    let run = now(&world, schedule).await;
    let scope = world.scope().await;
    let early = start_retry(&world.db, &scope, None, run, Default::default()).await.unwrap_err();
    assert_eq!(early.code, "schedule.nothing_to_retry");
    assert_eq!(world.worked(run).await.outcome, Outcome::PartiallySucceeded);
    world.simulator.clear_faults(world.directory());
    let other = create(&world, &RuleInput { name: "Another".into(), ..rule }).await;
    let foreign = start_retry(&world.db, &scope, Some(other), run, Default::default()).await.unwrap_err();
    assert_eq!(foreign.kind, model::Kind::NotFound, "the run of one schedule is not another one's");
    let retry = start_retry(&world.db, &scope, Some(schedule), run, Default::default()).await.unwrap().run();
    let row = world.worked(retry).await;
    assert_eq!((row.outcome, row.retry_of), (Outcome::Succeeded, Some(run)));
    let set = world.db.tenant(&scope).backups().by_run(retry).await.unwrap().unwrap().id;
    let items = world.db.tenant(&scope).backups().items(set, None, 0, 1_000).await.unwrap();
    let wanted: Vec<_> = items.iter().filter(|item| !item.foundation).map(|item| item.external_id.as_str()).collect();
    assert_eq!(wanted, [id.as_str()], "beside the foundations just what was missing");
    assert_eq!(row.run_type, "backup_schedule.retry");
    // The run's own page offers the same.
    let again = start_repeat(&world.db, &scope, run, Default::default()).await.unwrap().run();
    assert_eq!(world.run(again).await.run_type, "backup_schedule.retry");
    assert_ne!(again, retry, "each click is a run of its own");
    world.drain().await;
}
