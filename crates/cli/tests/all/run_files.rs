//! Runs listed by what tells them apart, and written into a file.

use store::Engine;
use testkit::{TestDatabase, World};

use crate::stories::Story;
use crate::surfaces::nightly;

/// One more than an answer holds.
const MANY: usize = 1_001;

#[test]
fn runs_are_listed_by_filter_and_written_into_a_file_that_is_whole_or_not_there() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let mut story = Story::new(&world, database);
        story.tells(&["sync", "Contoso"], 0).await;
        story.tells(&["sync", "Contoso", "--groups"], 0).await;
        let groups = ["--json", "run", "list", "Contoso", "--type", "directory_groups.sync", "--outcome", "succeeded"];
        let listed: serde_json::Value = serde_json::from_str(&story.tells(&groups, 0).await.out).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 1);
        let wrong = story.tells(&["run", "list", "Contoso", "--outcome", "exploded"], 2).await;
        assert!(wrong.err.contains("filter.unknown"), "{}", wrong.err);
        let file = database.folder().join("runs.csv");
        let export = ["run", "export", "Contoso", "--by", "me", "--out", file.to_str().unwrap()];
        story.tells(&export, 0).await;
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches("\r\n").count(), 3, "head and two runs: {text}");
        assert!(story.tells(&export, 9).await.err.contains("file.unwritable"), "what is there is not replaced");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        let other = database.folder().join("runs.xlsx");
        story.tells(&["run", "export", "Contoso", "--format", "xlsx", "--out", other.to_str().unwrap()], 2).await;
        assert!(!other.exists());
        // Started alone, the file is fetched later.
        story.tells(&["run", "export", "Contoso"], 2).await;
        let started = story.tells(&["--json", "run", "export", "Contoso", "--by", "me", "--detach"], 0).await;
        let started: serde_json::Value = serde_json::from_str(&started.out).unwrap();
        let (run, later) = (started["run"].as_str().unwrap(), database.folder().join("later.csv"));
        let fetch = ["run", "file", run, "--out", later.to_str().unwrap()];
        let early = story.tells(&fetch, 9).await;
        assert!(early.err.contains("export.") && !later.exists(), "{}", early.err);
        world.worked(run.parse().unwrap()).await;
        story.tells(&fetch, 0).await;
        let again = std::fs::read_to_string(&later).unwrap();
        assert!(again.starts_with(&text[..text.find("\r\n").unwrap()]), "the same columns: {again}");
        assert_eq!(again.matches("\r\n").count(), 4, "head, two runs and the export itself: {again}");
    });
}

#[test]
fn more_runs_than_an_answer_holds_are_written_by_a_run() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let (scope, schedule) = (world.scope().await, nightly(&world).await);
        for _ in 0..MANY {
            let run =
                app::backups::schedules::start_now(&world.db, &scope, schedule, Default::default()).await.unwrap();
            world.db.tenant(&scope).runs().request_cancel(run.run()).await.unwrap();
        }
        let mut story = Story::new(&world, database);
        let worker = world.worker();
        let file = database.folder().join("many.csv");
        let said = story.tells(&["run", "export", "Contoso", "--out", file.to_str().unwrap()], 0).await;
        assert!(said.out.contains("Export") && said.out.contains("Written to"), "{}", said.text());
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains(",cancelled,")).count(), MANY, "each of them once");
        assert_eq!(text.matches("\r\n").count(), MANY + 2, "head, all of them and the export itself");
        worker.stop().await;
    });
}
