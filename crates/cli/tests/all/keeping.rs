//! Excluding a type, what could be restored of a set, and what becomes of old ones, as a person sees them in a pipe.

use store::Engine;
use testkit::{TestDatabase, World};

use crate::stories::{Story, id};

#[test]
fn a_type_is_excluded_and_included_again() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 20).await;
        let mut story = Story::new(&world, database);
        let exclude = ["coverage", "exclude", "Contoso", "namedLocations", "--reason", "Kept elsewhere"];
        story.tells(&exclude, 0).await;
        story.tells(&["coverage", "exclude", "Contoso", "namedLocations", "--reason", " "], 2).await;
        story.tells(&["coverage", "exclude", "Contoso", "groups", "--reason", "x"], 2).await;
        story.tells(&["sync", "Contoso", "--type", "namedLocations"], 9).await;
        story.tells(&["sync", "Contoso"], 0).await;
        let shown = story.tells(&["--json", "coverage", "show", "Contoso"], 0).await.out;
        story.text.truncate(story.text.rfind("$ ").expect("each command is told"));
        let types: serde_json::Value = serde_json::from_str(&shown).expect("one document");
        let state = |key: &str| {
            let found = types.as_array().expect("a list").iter().find(|each| each["type"] == key);
            found.expect("every type is told")["state"].clone()
        };
        assert_eq!((state("namedLocations"), state("scopeTags")), ("excluded".into(), "complete".into()));
        story.tells(&["coverage", "include", "Contoso", "namedLocations"], 0).await;
        story.tells(&["sync", "Contoso", "--type", "namedLocations"], 0).await;
        insta::assert_snapshot!("a_type_is_excluded_and_included_again", story.text);
    });
}

#[test]
fn a_set_says_what_could_be_restored_and_goes_by_its_name() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 20).await;
        let mut story = Story::new(&world, database);
        let create = ["backup", "create", "Contoso", "--name", "Old one", "--type", "namedLocations"];
        story.tells(&create, 0).await;
        let list = story.tells(&["backup", "list", "Contoso"], 0).await.out;
        let set = id(&list, "bak_").to_owned();
        story.tells(&["backup", "show", "Contoso", &set], 0).await;
        story.tells(&["backup", "show", "Contoso", &set, "--items"], 0).await;
        story.tells(&["backup", "item", "Contoso", &set, "scopeTags/0"], 0).await;
        story.tells(&["backup", "item", "Contoso", &set, "scopeTags/nobody"], 7).await;
        story.tells(&["backup", "archive", "Contoso", &set], 0).await;
        story.tells(&["backup", "list", "Contoso"], 0).await;
        story.tells(&["backup", "list", "Contoso", "--archived"], 0).await;
        story.tells(&["backup", "unarchive", "Contoso", &set], 0).await;
        story.tells(&["backup", "delete", "Contoso", &set, "--confirm", "another"], 2).await;
        story.tells(&["backup", "delete", "Contoso", &set, "--confirm", "Old one"], 0).await;
        story.tells(&["backup", "show", "Contoso", &set], 7).await;
        insta::assert_snapshot!("a_set_says_what_could_be_restored_and_goes_by_its_name", story.text);
    });
}
