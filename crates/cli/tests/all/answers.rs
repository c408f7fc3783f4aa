//! What the program says before there is anything: help, and the state of an installation.

use store::Engine;
use testkit::{TestDatabase, World};

use crate::program::{command, on, say, say_with, within};
use crate::stable::stable;

#[test]
fn help_fits_on_a_screen_and_names_every_command() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let mut text = String::new();
        for arguments in [
            &["--help"][..],
            &["demo", "--help"],
            &["serve", "--help"],
            &["db", "copy", "--help"],
            &["sync", "--help"],
            &["tenant", "add", "--help"],
            &["backup", "--help"],
            &["backup", "delete", "--help"],
            &["coverage", "--help"],
            &["audit", "--help"],
            &["audit", "verify", "--help"],
            &["audit", "checkpoint", "--help"],
            &["backup", "create", "--help"],
            &["policy", "capture", "--help"],
            &["run", "--help"],
            &["run", "cancel-many", "--help"],
            &["schedule", "--help"],
            &["schedule", "create", "--help"],
            &["queue", "--help"],
            &["queue", "pause", "--help"],
            &["node", "--help"],
            &["unknown"],
            &["backup", "show", "Contoso", "run_00000000000000000000000000"],
        ] {
            text.push_str(&format!(
                "$ tenantatlas {}\n{}\n",
                arguments.join(" "),
                say(command(database.address(), arguments)).await.text()
            ));
        }
        insta::assert_snapshot!("help", text);
    });
}

#[test]
fn a_new_installation_is_told_its_next_step() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let mut text = String::new();
        let folder = database.folder().display().to_string();
        let mut tell = |arguments: &[&str], said: crate::program::Said| {
            text.push_str(&stable(&format!("$ tenantatlas {}\n{}", arguments.join(" "), said.text()), &folder));
            text.push('\n');
        };
        for arguments in
            [&["doctor"][..], &["tenant", "list"], &["migrate"], &["migrate"], &["doctor"], &["tenant", "list"]]
        {
            tell(arguments, say(on(database, arguments)).await);
        }
        let add = ["user", "add", "olga@example.com", "--name", "Olga Owner"];
        for password in ["", "short", "olga@example.com", "correct horse battery", "correct horse battery"] {
            tell(&add, say_with(on(database, &add), password).await);
        }
        for arguments in [
            &["doctor"][..],
            &["tenant", "list"],
            &["sync", "Contoso"],
            &["--as", "otto@example.com", "tenant", "list"],
        ] {
            tell(arguments, say(on(database, arguments)).await);
        }
        insta::assert_snapshot!("a_new_installation_is_told_its_next_step", text);
    });
}

#[test]
fn the_doctor_sees_a_worker() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let worker = crate::program::worker(&world, database).await;
        // The worker says that it is ready before it is in the list of nodes.
        while world.db.nodes().list(10_000).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        let said = say(within(&world, database, &["doctor"])).await;
        assert!(said.out.contains("1 alive"), "{}", said.text());
        assert_eq!(said.code, 0);
        assert!(crate::program::terminate(worker).await.success());
    });
}
