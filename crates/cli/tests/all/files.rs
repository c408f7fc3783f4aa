//! Configuration as files: exported into a folder, an archive and a repository, proved, and imported again.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use store::Engine;
use testkit::program::{Said, say};
use testkit::{TestDatabase, World};

use crate::program::within;
use crate::stories::Story;

const CATALOG: &str = "deviceManagement/configurationPolicies";

fn git(folder: &Path, arguments: &[&str]) -> String {
    let done = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The program with the one setting that finds git.
async fn with_git(world: &World, database: &TestDatabase, arguments: &[&str]) -> Said {
    let mut command = within(world, database, arguments);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let said = say(command).await;
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.text());
    said
}

fn change(world: &World) -> String {
    let id = world.simulator.objects(world.directory(), CATALOG)[0]["id"].as_str().unwrap().to_owned();
    assert!(
        world.simulator.change(world.directory(), CATALOG, &id, |policy| policy["description"] = json!("new words"))
    );
    id
}

#[test]
fn a_tenant_is_exported_proved_and_imported_again() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let mut story = Story::new(&world, database);
        story.tells(&["sync", "Contoso"], 0).await;
        let (folder, archive) = (database.folder().join("files"), database.folder().join("files.zip"));
        let to = |path: &Path| path.to_str().unwrap().to_owned();
        let told = story.tells(&["--json", "export", "Contoso", "--to", &to(&folder)], 0).await;
        let told: Value = serde_json::from_str(&told.out).unwrap();
        assert_eq!((&told["new"], &told["changed"], &told["gone"]), (&told["objects"], &json!(0), &json!(0)));
        let again = story.tells(&["export", "Contoso", "--to", &to(&folder)], 0).await;
        assert!(again.out.contains("0 new, 0 changed, 0 gone"), "{}", again.text());
        story.tells(&["export", "Contoso", "--to", &to(&archive)], 0).await;
        let there = story.tells(&["export", "Contoso", "--to", &to(&archive)], 9).await;
        assert!(there.err.contains("file.unwritable"), "what is there is not replaced: {}", there.err);
        for path in [&folder, &archive] {
            let intact = story.tells(&["backup", "verify-export", &to(path)], 0).await;
            assert!(intact.out.contains("Intact: "), "{}", intact.text());
        }
        let set = story.tells(&["--json", "import", "Contoso", &to(&archive)], 0).await;
        let run: Value = serde_json::from_str(set.out.lines().last().unwrap()).unwrap();
        assert_eq!(
            (&run["outcome"], &run["type"]),
            (&json!("succeeded"), &json!("backup_set.import")),
            "{}",
            set.text()
        );
        let sets = story.tells(&["backup", "list", "Contoso"], 0).await;
        assert!(sets.out.contains("Import of files"), "{}", sets.text());
        // One file is changed by hand, and one is nobody's.
        let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        let first = folder.join(manifest["objects"][0]["path"].as_str().unwrap());
        std::fs::write(&first, "{}").unwrap();
        std::fs::write(folder.join("scopeTags.txt"), "x").unwrap();
        let broken = story.tells(&["backup", "verify-export", &to(&folder)], 4).await;
        assert!(broken.out.contains("Not intact: 2"), "{}", broken.text());
        let foreign = database.folder().join("foreign");
        std::fs::create_dir(&foreign).unwrap();
        std::fs::write(foreign.join("notes.txt"), "mine").unwrap();
        let refused = story.tells(&["export", "Contoso", "--to", &to(&foreign)], 9).await;
        assert!(refused.err.contains("file.not_empty"), "{}", refused.err);
        story.tells(&["export", "Contoso", "--to", &to(&folder), "--layout", "wide"], 2).await;
    });
}

#[test]
fn a_repository_gets_one_commit_for_each_export_that_changed_something() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let mut story = Story::new(&world, database);
        story.tells(&["sync", "Contoso"], 0).await;
        let repository = database.folder().join("repository");
        let path = repository.to_str().unwrap().to_owned();
        let export = ["export", "Contoso", "--to", path.as_str(), "--git"];
        with_git(&world, database, &export).await;
        assert_eq!(git(&repository, &["rev-list", "--count", "HEAD"]).trim(), "1");
        assert_eq!(git(&repository, &["status", "--porcelain"]), "");
        // Work of others in the repository is left alone.
        std::fs::write(repository.join("README.md"), "mine").unwrap();
        with_git(&world, database, &export).await;
        assert_eq!(git(&repository, &["rev-list", "--count", "HEAD"]).trim(), "1", "nothing has changed");
        let id = change(&world);
        story.tells(&["sync", "Contoso"], 0).await;
        let told = with_git(&world, database, &export).await;
        assert!(told.out.contains("0 new, 1 changed, 0 gone, commit "), "{}", told.text());
        let files = git(&repository, &["-c", "core.quotePath=false", "show", "--format=", "--name-only", "HEAD"]);
        let files: Vec<&str> = files.lines().collect();
        assert_eq!(files.len(), 2, "the policy and the manifest: {files:?}");
        assert!(files.iter().any(|file| file.starts_with("settingsCatalog/") && file.contains(&id)), "{files:?}");
        let subject = git(&repository, &["log", "-1", "--format=%s"]);
        assert_eq!(subject.trim(), "Configuration of Contoso: 0 new, 1 changed, 0 gone");
        assert_eq!(git(&repository, &["status", "--porcelain"]).trim(), "?? README.md");
        // Another layout in its place: what was there goes, in one commit.
        let portal = ["export", "Contoso", "--to", path.as_str(), "--git", "--layout", "portal"];
        with_git(&world, database, &portal).await;
        assert_eq!(git(&repository, &["rev-list", "--count", "HEAD"]).trim(), "3");
        assert!(!repository.join("settingsCatalog").exists() && repository.join("README.md").exists());
    });
}
