//! Holding the queue, repeating, schedules and nodes, as a person sees them in a pipe.

use graph_sim::{Fault, FaultKind};
use store::Engine;
use testkit::{TestDatabase, World};

use crate::stories::{Story, id};

#[test]
fn a_queue_is_paused_says_so_and_goes_on() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let mut story = Story::new(&world, database);
        story.tells(&["queue", "show", "Contoso"], 0).await;
        story.tells(&["queue", "pause", "Contoso", "--type", "inventory.snyc", "--reason", "Migration"], 2).await;
        story.tells(&["queue", "pause", "Contoso", "--reason", " "], 2).await;
        let paused = story.tells(&["queue", "pause", "Contoso", "--reason", "Migration tonight"], 0).await.out;
        story.tells(&["queue", "pause", "Contoso", "--reason", "Again"], 9).await;
        let queued = story.tells(&["sync", "Contoso", "--detach"], 0).await.out;
        story.tells(&["run", "show", id(&queued, "run_")], 0).await;
        story.tells(&["queue", "show", "Contoso"], 0).await;
        story.tells(&["queue", "resume", id(&paused, "pau_")], 0).await;
        story.tells(&["queue", "resume", id(&paused, "pau_")], 7).await;
        story.tells(&["run", "show", id(&queued, "run_")], 0).await;
        story.tells(&["queue", "limit", "all", "many"], 2).await;
        story.tells(&["queue", "limit", "all", "20"], 0).await;
        story.tells(&["queue", "show"], 0).await;
        story.tells(&["queue", "limit", "all", "none"], 0).await;
        story.tells(&["node", "list"], 0).await;
        story.tells(&["run", "watch", id(&queued, "run_")], 0).await;
        insta::assert_snapshot!("a_queue_is_paused_says_so_and_goes_on", story.text);
    });
}

#[test]
fn a_set_is_left_open_filled_by_hand_and_closed() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 20).await;
        let mut story = Story::new(&world, database);
        story.tells(&["sync", "Contoso"], 0).await;
        let open =
            ["backup", "create", "Contoso", "--name", "For the change", "--type", "namedLocations", "--keep-open"];
        story.tells(&open, 0).await;
        let list = story.tells(&["backup", "list", "Contoso"], 0).await.out;
        let set = id(&list, "bak_").to_owned();
        story.tells(&["backup", "show", "Contoso", &set], 0).await;
        story.tells(&["backup", "verify", "Contoso", &set], 9).await;
        story.tells(&["backup", "add", "Contoso", &set, "--policy", "scopeTags"], 2).await;
        story.tells(&["backup", "add", "Contoso", &set, "--policy", "scopeTags/nobody"], 7).await;
        story.tells(&["backup", "add", "Contoso", &set, "--policy", "scopeTags/0"], 0).await;
        story.tells(&["backup", "take-out", "Contoso", &set, "scopeTags/0"], 0).await;
        story.tells(&["backup", "close", "Contoso", &set], 0).await;
        story.tells(&["backup", "add", "Contoso", &set, "--policy", "scopeTags/0"], 9).await;
        story.tells(&["backup", "verify", "Contoso", &set], 0).await;
        insta::assert_snapshot!("a_set_is_left_open_filled_by_hand_and_closed", story.text);
    });
}

#[test]
fn what_failed_is_repeated_and_a_schedule_is_run_and_retried() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let refused = FaultKind::Status { status: 403, code: "Forbidden".into(), retry_after: None };
        world.simulator.add_fault(world.directory(), Fault::on("definitionValues", refused));
        let mut story = Story::new(&world, database);
        let synced = story.tells(&["sync", "Contoso", "--detach"], 0).await.out;
        let run = id(&synced, "run_").to_owned();
        story.tells(&["run", "repeat", &run], 9).await;
        story.tells(&["run", "watch", &run], 3).await;
        let made =
            story.tells(&["schedule", "create", "Contoso", "--name", "Nightly", "--cron", "every night"], 2).await;
        assert!(made.err.contains("schedule.cron"));
        let nightly =
            ["schedule", "create", "Contoso", "--name", "Nightly", "--cron", "0 2 * * *", "--zone", "Europe/Berlin"];
        let made = story.tells(&nightly, 0).await.out;
        let schedule = id(&made, "sch_").to_owned();
        story.tells(&["schedule", "list", "Contoso"], 0).await;
        let ran = story.tells(&["schedule", "run", "Contoso", &schedule, "--detach"], 0).await.out;
        let of_schedule = id(&ran, "run_").to_owned();
        story.tells(&["run", "watch", &of_schedule], 3).await;
        world.simulator.clear_faults(world.directory());
        story.tells(&["run", "repeat", &run], 0).await;
        story.tells(&["run", "repeat", "run_00000000000000000000000000"], 7).await;
        story.tells(&["schedule", "retry", &of_schedule], 0).await;
        story.tells(&["schedule", "show", "Contoso", &schedule], 0).await;
        story.tells(&["schedule", "remove", "Contoso", &schedule], 0).await;
        story.tells(&["schedule", "list", "Contoso"], 0).await;
        insta::assert_snapshot!("what_failed_is_repeated_and_a_schedule_is_run_and_retried", story.text);
    });
}
