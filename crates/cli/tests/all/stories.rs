//! What a person does, in order, in a pipe and as JSON; the exit codes that scripts branch on.

use graph_sim::{Fault, FaultKind};
use store::Engine;
use testkit::{TestDatabase, World};

use crate::program::{Said, say, say_with, within};
use crate::stable::stable;

/// How many objects the first tenant holds in types of the inventory.
pub(crate) fn observable(world: &World) -> usize {
    testkit::observable(&world.simulator, world.directory()).len()
}

/// The texts of one story, one after the other.
pub(crate) struct Story<'a> {
    world: &'a World,
    database: &'a TestDatabase,
    pub(crate) text: String,
}

impl<'a> Story<'a> {
    pub(crate) fn new(world: &'a World, database: &'a TestDatabase) -> Self {
        Self { world, database, text: String::new() }
    }

    pub(crate) async fn tells(&mut self, arguments: &[&str], code: i32) -> Said {
        let said = say(within(self.world, self.database, arguments)).await;
        let folder = self.database.folder().display().to_string();
        self.text.push_str(&stable(&format!("$ tenantatlas {}\n{}", arguments.join(" "), said.text()), &folder));
        self.text.push('\n');
        assert_eq!(said.code, code, "{arguments:?}: {}", said.text());
        said
    }
}

/// The only id with that prefix in a text.
pub(crate) fn id<'a>(text: &'a str, prefix: &str) -> &'a str {
    let at = text.find(prefix).unwrap_or_else(|| panic!("there is no {prefix} in {text}"));
    &text[at..at + prefix.len() + 26]
}

#[test]
fn a_tenant_is_synced_backed_up_and_verified() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let mut story = Story::new(&world, database);
        story.tells(&["tenant", "list"], 0).await;
        story.tells(&["backup", "list", "Contoso"], 0).await;
        story.tells(&["run", "list", "Contoso"], 0).await;
        story.tells(&["tenant", "check", "Contoso"], 0).await;
        story.tells(&["sync", "Contoso"], 0).await;
        story.tells(&["sync", "Contoso", "--groups"], 0).await;
        story.tells(&["backup", "create", "Contoso", "--name", "Before the change"], 0).await;
        let list = story.tells(&["backup", "list", "Contoso"], 0).await.out;
        let set = id(&list, "bak_");
        story.tells(&["backup", "show", "Contoso", set], 0).await;
        story.tells(&["backup", "verify", "Contoso", set], 0).await;
        story.tells(&["tenant", "list"], 0).await;
        let list = story.tells(&["run", "list", "Contoso"], 0).await.out;
        story.tells(&["run", "show", id(&list, "run_")], 0).await;
        database
            .execute(
                "update blobs set body = zeroblob(length(body)) where hash = \
                 (select blob_hash from versions where type_key = 'scopeTags' order by name limit 1)",
            )
            .await;
        story.tells(&["backup", "verify", "Contoso", set], 4).await;
        insta::assert_snapshot!("a_tenant_is_synced_backed_up_and_verified", story.text);
    });
}

#[test]
fn a_partial_result_says_what_is_missing_and_exits_with_3() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        let refused = || FaultKind::Status { status: 403, code: "Forbidden".into(), retry_after: None };
        world.simulator.add_fault(world.directory(), Fault::on("definitionValues", refused()));
        world.simulator.add_fault(world.directory(), Fault::on("deviceShellScripts", refused()));
        let mut story = Story::new(&world, database);
        let said = story.tells(&["sync", "Contoso"], 3).await.out;
        story.tells(&["run", "show", id(&said, "run_")], 0).await;
        story.tells(&["run", "watch", id(&said, "run_")], 3).await;
        story.tells(&["backup", "create", "Contoso", "--name", "Partial"], 3).await;
        let list = story.tells(&["backup", "list", "Contoso"], 0).await.out;
        story.tells(&["backup", "show", "Contoso", id(&list, "bak_")], 0).await;
        story.tells(&["run", "list", "Contoso"], 0).await;
        insta::assert_snapshot!("a_partial_result_says_what_is_missing", story.text);
    });
}

#[test]
fn a_refused_sign_in_says_what_to_do_and_exits_with_4() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        world.simulator.add_fault(world.directory(), Fault::on("", FaultKind::TokenError { aadsts: 7_000_222 }));
        let mut story = Story::new(&world, database);
        story.tells(&["tenant", "check", "Contoso"], 4).await;
        story.tells(&["sync", "Contoso"], 4).await;
        insta::assert_snapshot!("a_refused_sign_in_says_what_to_do", story.text);
    });
}

#[test]
fn a_run_is_queued_watched_and_cancelled() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let mut story = Story::new(&world, database);
        let said = story.tells(&["sync", "Contoso", "--detach"], 0).await.out;
        let run = id(&said, "run_");
        story.tells(&["sync", "Contoso", "--detach"], 0).await;
        story.tells(&["run", "show", run], 0).await;
        story.tells(&["run", "cancel", run], 0).await;
        story.tells(&["run", "cancel", run], 9).await;
        story.tells(&["run", "watch", run], 6).await;
        story.tells(&["run", "show", run], 0).await;
        insta::assert_snapshot!("a_run_is_queued_watched_and_cancelled", story.text);
    });
}

#[test]
fn scripts_get_one_json_document_each() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let mut story = Story::new(&world, database);
        for arguments in [
            &["--json", "tenant", "list"][..],
            &["--json", "sync", "Contoso", "--type", "scopeTags"],
            &["--json", "sync", "Contoso", "--detach"],
            &["--json", "backup", "create", "Contoso", "--name", "One type", "--type", "scopeTags"],
            &["--json", "backup", "list", "Contoso"],
            &["--json", "run", "list", "Contoso"],
        ] {
            // The command before may have ended while it still had the detached run in hand.
            if arguments[1] == "run" {
                world.drain().await;
            }
            let said = story.tells(arguments, 0).await;
            assert_eq!(said.out.lines().count(), 1, "one document, one line");
            serde_json::from_str::<serde_json::Value>(&said.out).unwrap();
        }
        let said = story.tells(&["--json", "sync", "Nobody"], 7).await;
        serde_json::from_str::<serde_json::Value>(&said.err).unwrap();
        world.drain().await;
        insta::assert_snapshot!("scripts_get_one_json_document_each", story.text);
    });
}

#[test]
fn each_wrong_field_of_a_tenant_is_named() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let right = [
            ("--name", "Litware"),
            ("--directory-id", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
            ("--domain", "litware.example"),
            ("--cloud", "global"),
            ("--client-id", "1b4e28ba-2fa1-11d2-883f-0016d3cca428"),
        ];
        let wrong = [
            ("--name", " "),
            ("--directory-id", "litware"),
            ("--domain", "litware"),
            ("--cloud", "moon"),
            ("--client-id", "1b4e28ba"),
            ("the secret", ""),
            ("the secret", "1b4e28ba-2fa1-11d2-883f-0016d3cca429"),
            ("nothing", ""),
            ("the same again", ""),
        ];
        let mut text = String::new();
        for (field, value) in wrong {
            let mut arguments = vec!["tenant", "add"];
            for (name, good) in right {
                arguments.extend([name, if name == field { value } else { good }]);
            }
            let secret = if field == "the secret" { value } else { "canary-secret-9a8b" };
            let said = say_with(within(&world, database, &arguments), secret).await;
            assert!(!said.text().contains("canary-secret"), "what was typed is not echoed");
            text.push_str(&stable(&format!("wrong: {field} {value:?}\n{}\n", said.text()), "/nowhere"));
        }
        insta::assert_snapshot!("each_wrong_field_of_a_tenant_is_named", text);
    });
}
