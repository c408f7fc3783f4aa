//! A restore on the command line: planned, refused without the right words, executed, taken back.

use serde_json::Value;
use store::Engine;
use testkit::{TestDatabase, World};

use crate::program::{Said, say, say_with, within};
use crate::stories::id;

const TAGS: &str = "deviceManagement/roleScopeTags";

async fn tells(world: &World, database: &TestDatabase, words: &[&str], code: i32) -> Said {
    let said = say(within(world, database, words)).await;
    assert_eq!(said.code, code, "{words:?}: {}", said.text());
    said
}

fn description(world: &World, tag: &str) -> Value {
    let tags = world.simulator.objects(world.directory(), TAGS);
    tags.into_iter().find(|each| each["id"] == tag).unwrap()["description"].clone()
}

/// The hash that a plan's last lines name.
fn hash(said: &Said) -> String {
    let at = said.out.find("Plan ").unwrap_or_else(|| panic!("no plan in {}", said.text()));
    said.out[at + 5..].chars().take(64).collect()
}

#[test]
fn a_change_is_put_back_and_the_restore_is_taken_back() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        tells(&world, database, &["backup", "create", "Contoso", "--name", "Before", "--type", "scopeTags"], 0).await;
        let list = tells(&world, database, &["backup", "list", "Contoso"], 0).await.out;
        let set = id(&list, "bak_");
        let tag = world.simulator.objects(world.directory(), TAGS).pop().unwrap()["id"].as_str().unwrap().to_owned();
        let before = description(&world, &tag);
        world.simulator.change(world.directory(), TAGS, &tag, |object| object["description"] = "Changed".into());

        let object = format!("scopeTags/{tag}");
        let plan = ["restore", "plan", "Contoso", "--set", set, "--object", &object];
        let said = tells(&world, database, &plan, 0).await;
        assert!(said.out.contains("update") && said.out.contains("restore apply"), "{}", said.text());
        let hash_of = hash(&said);
        let apply = ["restore", "apply", "Contoso", "--plan", &hash_of[..12], "--tenant-name"];
        let wrong = tells(&world, database, &[&apply[..], &["contoso", "--reason", "Because"]].concat(), 2).await;
        assert!(wrong.err.contains("restore.wrong_tenant_name"), "{}", wrong.text());
        let silent = tells(&world, database, &[&apply[..], &["Contoso"]].concat(), 2).await;
        assert!(silent.err.contains("--reason TEXT"), "{}", silent.text());
        let unknown =
            ["restore", "apply", "Contoso", "--plan", "0123456789", "--tenant-name", "Contoso", "--reason", "x"];
        assert!(tells(&world, database, &unknown, 9).await.err.contains("restore.other_plan"));
        assert_eq!(description(&world, &tag), "Changed", "nothing was written so far");

        tells(&world, database, &[&apply[..], &["Contoso", "--reason", "Because"]].concat(), 0).await;
        assert_eq!(description(&world, &tag), before);
        let list = tells(&world, database, &["restore", "list", "Contoso"], 0).await.out;
        assert!(list.contains("executed"), "{list}");

        let undo = tells(&world, database, &["restore", "undo", id(&list, "run_")], 0).await;
        let hash_of = hash(&undo);
        let apply =
            ["restore", "apply", "Contoso", "--plan", &hash_of, "--tenant-name", "Contoso", "--reason", "It was right"];
        tells(&world, database, &apply, 0).await;
        assert_eq!(description(&world, &tag), "Changed");
    });
}

#[test]
fn nothing_to_do_is_blocked_and_says_so() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 30).await;
        tells(&world, database, &["sync", "Contoso", "--type", "scopeTags"], 0).await;
        let plan = ["restore", "plan", "Contoso", "--object", "scopeTags/0", "--json"];
        let said = say(within(&world, database, &plan)).await;
        let last: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
        assert_eq!(last["plan"]["blocks"][0]["code"], "restore.nothing_to_do", "{}", said.text());
        assert_eq!(said.code, 5, "{}", said.text());
        let file = database.folder().join("plan.json");
        let out = file.display().to_string();
        let restore = last["restore"].as_str().unwrap();
        let again = ["restore", "preview", restore, "-o", &out];
        say(within(&world, database, &again)).await;
        let shown = tells(&world, database, &["restore", "show", &out], 0).await;
        assert!(
            shown.out.contains("1 object is as it should be already") && shown.out.contains("restore.nothing_to_do"),
            "{}",
            shown.text()
        );
        let taken = ["restore", "plan", "Contoso", "--object", "scopeTags/0", "-o", &out];
        assert!(tells(&world, database, &taken, 9).await.err.contains("file.unwritable"));
        let list = tells(&world, database, &["restore", "list", "Contoso"], 0).await.out;
        assert_eq!(list.matches("rst_").count(), 1, "a name that is taken leaves no restore behind: {list}");
        let map = ["restore", "preview", restore, "--map", "scopeTags=1"];
        assert!(tells(&world, database, &map, 2).await.err.contains("restore.map"));
    });
}

#[test]
fn a_secret_is_read_from_a_pipe_and_sent() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 160).await;
        database.forbid("piped-in-61");
        let configurations = world.simulator.objects(world.directory(), "deviceManagement/deviceConfigurations");
        let wifi = configurations.iter().find(|object| object.get("preSharedKey").is_some()).expect("a Wi-Fi profile");
        let object = format!("deviceConfigurations/{}", wifi["id"].as_str().expect("an id"));
        tells(&world, database, &["sync", "Contoso", "--type", "deviceConfigurations"], 0).await;
        let plan = ["restore", "plan", "Contoso", "--object", &object, "--map", &format!("{object}=new")];
        let planned = tells(&world, database, &plan, 0).await.out;
        assert!(planned.contains("Made without a secret: Pre shared key"), "{planned}");
        let restore = id(&planned, "rst_").to_owned();
        assert!(planned.contains(&format!("secrets are missing: tenantatlas restore secret {restore}")), "{planned}");
        let list = tells(&world, database, &["restore", "secret", &restore], 0).await.out;
        let at = format!("{object}/preSharedKey");
        assert!(list.contains("left out") && list.contains(&at), "{list}");

        let enter = ["restore", "secret", &restore, "--at", &at];
        let wrong = ["restore", "secret", &restore, "--at", "scopeTags/0/key"];
        assert!(tells(&world, database, &wrong, 2).await.err.contains("restore.no_secret_there"));
        let empty = say_with(within(&world, database, &enter), "").await;
        assert!(empty.code == 2 && empty.err.contains("secret.missing"), "{}", empty.text());
        let kept = say_with(within(&world, database, &enter), "piped-in-61\n").await;
        assert!(kept.code == 0 && !kept.text().contains("piped-in"), "{}", kept.text());
        let planned = tells(&world, database, &["restore", "preview", &restore], 0).await;
        assert!(!planned.text().contains("piped-in") && !planned.out.contains("Made without"), "{}", planned.text());
        let apply = [
            "restore",
            "apply",
            "Contoso",
            "--plan",
            &hash(&planned),
            "--tenant-name",
            "Contoso",
            "--reason",
            "Because",
        ];
        tells(&world, database, &apply, 0).await;
        let sent = world.simulator.kept_secrets(world.directory());
        assert_eq!(sent.values().collect::<Vec<_>>(), ["piped-in-61"]);
    });
}
