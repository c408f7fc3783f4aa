//! Every run type that people can start has a command, and it starts the one way: authorise, create or find, enqueue,
//! confirm, name the run; nothing goes out while it answers. A type that has no row here fails.

use app::backups::{NewBackup, start_create};
use app::inventory::Selection;
use graph_sim::{Fault, FaultKind};
use model::access::Role;
use model::ids::{RunId, ScheduleId, UserId};
use model::run::{IdentityInputs, Outcome, Status};
use store::Engine;
use testkit::{TestDatabase, World};

use crate::program::{Said, say, within};

/// `{name}` stands for what the test has made.
const COMMANDS: [(&str, &str); 15] = [
    ("inventory.sync", "sync Contoso --type scopeTags"),
    ("inventory.probe", "sync Contoso --changes"),
    ("policy.sync", "sync Contoso --type scopeTags --object 0"),
    ("directory_groups.sync", "sync Contoso --groups"),
    ("backup_set.create", "backup create Contoso --name One --type scopeTags"),
    ("backup_set.add_policies", "backup add Contoso {open} --policy scopeTags/0"),
    ("backup_schedule.run_now", "schedule run Contoso {schedule}"),
    ("backup_schedule.retry", "schedule retry {failed}"),
    ("policy.capture_snapshot", "policy capture Contoso --policy scopeTags/0"),
    ("policy.capture_many", "policy capture Contoso --matching --type scopeTags"),
    ("export.create", "run export Contoso"),
    ("connection.check", "tenant check Contoso"),
    ("restore.preview", "restore preview {restore}"),
    ("restore.execute", "restore apply Contoso --plan {plan} --tenant-name Contoso --reason Because"),
    // Last, because it cancels what the others have left queued.
    ("operation_run.cancel_many", "run cancel-many Contoso"),
];

/// Started by the scheduler alone, or with files: their own tests are with the schedules and the files.
const ELSEWHERE: [&str; 3] = ["backup_schedule.scheduled", "configuration.export", "backup_set.import"];

#[test]
fn every_type_is_started_the_one_way_by_a_command() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        for definition in app::catalogue::DEFINITIONS {
            let known = COMMANDS.iter().any(|(run_type, _)| *run_type == definition.run_type);
            assert!(known || ELSEWHERE.contains(&definition.run_type), "{} has no command", definition.run_type);
        }
        let world = World::seeded(database, 30).await;
        let things = things(&world).await;
        let manager = world.person("Bert", Role::Manager).await;
        world.person("Cleo", Role::Readonly).await;
        let before = world.simulator.stats().round_trips;
        for (run_type, words) in COMMANDS {
            let words = things.iter().fold(words.to_owned(), |words, (name, value)| words.replace(name, value));
            let refused = says(&world, database, &words, "cleo").await;
            assert_eq!(refused.code, 8, "{words}: {}", refused.text());
            assert!(refused.err.contains("not_authorised"), "{words}: {}", refused.err);
            let (run, active) = started(&says(&world, database, &words, "bert").await);
            assert!(!active, "{words}");
            confirmed(&world, run, run_type, manager).await;
            let (second, active) = started(&says(&world, database, &words, "bert").await);
            let fresh = app::catalogue::definition(run_type).unwrap().identity == IdentityInputs::Fresh;
            assert_eq!((active, second == run), (!fresh, !fresh), "{words}");
        }
        assert_eq!(world.simulator.stats().round_trips, before, "a start asks Graph for nothing");
        world.drain().await;
    });
}

async fn says(world: &World, database: &TestDatabase, words: &str, who: &str) -> Said {
    let account = format!("{who}@example.com");
    let mut arguments = vec!["--json", "--as", &account];
    arguments.extend(words.split(' '));
    arguments.push("--detach");
    say(within(world, database, &arguments)).await
}

/// The run that was named, and whether it was active before.
fn started(said: &Said) -> (RunId, bool) {
    assert_eq!(said.code, 0, "{}", said.text());
    let answer: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    (answer["run"].as_str().unwrap().parse().unwrap(), answer["already_running"].as_bool().unwrap())
}

/// The run is queued under its initiator, audited and on the timeline.
async fn confirmed(world: &World, run: RunId, run_type: &str, initiator: UserId) {
    let row = world.run(run).await;
    assert_eq!((row.status, row.run_type.as_str(), row.initiator), (Status::Queued, run_type, Some(initiator)));
    let scope = world.scope().await;
    let audit = world.db.tenant(&scope).audit().of_run(run).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "run.start" && entry.actor_id == Some(initiator)), "{run_type}");
    assert_eq!(world.db.tenant(&scope).runs().events(run).await.unwrap()[0].kind, "queued");
}

/// A schedule.
pub(crate) async fn nightly(world: &World) -> ScheduleId {
    let rule = app::backups::schedules::RuleInput {
        name: "Nightly".into(),
        cron: "0 2 * * *".into(),
        zone: "UTC".into(),
        enabled: true,
        ..Default::default()
    };
    app::backups::schedules::create_schedule(&world.db, &world.scope().await, &rule).await.unwrap()
}

/// A schedule, a run of it that failed, and a set that was left open.
async fn things(world: &World) -> Vec<(&'static str, String)> {
    let (scope, schedule) = (world.scope().await, nightly(world).await);
    let refused = FaultKind::Status { status: 403, code: "Forbidden".into(), retry_after: None };
    world.simulator.add_fault(world.directory(), Fault::on("definitionValues", refused));
    let started = app::backups::schedules::start_now(&world.db, &scope, schedule, Default::default()).await.unwrap();
    let row = world.worked(started.run()).await;
    world.simulator.clear_faults(world.directory());
    if row.outcome == Outcome::Succeeded {
        panic!("the tenant has no policy of the type that cannot be read");
    }
    let selection = Selection::of(&["namedLocations"]).unwrap();
    let backup = NewBackup { name: "Open".into(), selection, keep_open: true };
    let open = start_create(&world.db, &scope, backup, Default::default()).await.unwrap().run();
    world.worked(open).await;
    let set = world.db.tenant(&scope).backups().by_run(open).await.unwrap().unwrap();
    let (restore, plan) = planned(world).await;
    vec![
        ("{schedule}", schedule.to_string()),
        ("{failed}", row.id.to_string()),
        ("{open}", set.id.to_string()),
        ("{restore}", restore),
        ("{plan}", plan),
    ]
}

/// A restore with a plan that writes something, and the plan's hash.
async fn planned(world: &World) -> (String, String) {
    let scope = world.scope().await;
    let run = world.start_backup_of("Before the change", &["scopeTags"]).await;
    world.worked(run).await;
    let set = world.db.tenant(&scope).backups().by_run(run).await.unwrap().unwrap();
    let tag = world.simulator.objects(world.directory(), "deviceManagement/roleScopeTags").pop().unwrap();
    let id = tag["id"].as_str().unwrap();
    world.simulator.change(world.directory(), "deviceManagement/roleScopeTags", id, |tag| {
        tag["description"] = "Changed last night".into();
    });
    let source = app::restores::Source::Set { tenant: scope.tenant_id(), set: set.id, objects: None };
    let restore = app::restores::begin(&world.db, &scope, source).await.unwrap();
    let preview = app::restores::start_preview(&world.db, &scope, restore, Default::default()).await.unwrap();
    world.worked(preview.run()).await;
    let plan = app::restores::shown(&world.db, &scope, restore).await.unwrap();
    assert!(plan.plan.blocks.is_empty(), "{:?}", plan.plan.blocks);
    (restore.to_string(), plan.hash)
}
