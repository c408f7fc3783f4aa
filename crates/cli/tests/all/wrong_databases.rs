//! A database that cannot be used: a clear sentence, a code, the next step, and nothing written.

use store::Engine;
use testkit::{SmallDisk, TestDatabase, World};

use crate::program::{command, on, say};
use crate::stable::stable;

/// What `doctor`, a command and a worker say about it.
async fn all_say(database: &TestDatabase, key: Option<&str>) -> String {
    let mut text = String::new();
    for arguments in [&["doctor"][..], &["tenant", "list"], &["worker"]] {
        let mut program = on(database, arguments);
        program.envs(key.map(|key| ("TENANTATLAS_KEY", key)));
        let said = say(program).await;
        assert_ne!(said.code, 0, "{arguments:?}");
        text.push_str(&format!("$ tenantatlas {}\n{}\n", arguments.join(" "), said.text()));
    }
    stable(&text, &database.folder().display().to_string())
}

#[test]
fn a_newer_schema_is_refused() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        drop(World::seeded(database, 10).await);
        database.execute("update _sqlx_migrations set version = 9000 + version where version = (select max(version) from _sqlx_migrations)").await;
        insta::assert_snapshot!("a_newer_schema", all_say(database, None).await);
    });
}

#[test]
fn a_lost_key_file_is_named_and_not_replaced() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        drop(World::seeded(database, 10).await);
        std::fs::remove_file(database.key_file()).unwrap();
        insta::assert_snapshot!("a_lost_key_file", all_say(database, None).await);
        assert!(!database.key_file().exists(), "a new key would only hide the loss");
    });
}

#[test]
fn a_wrong_key_is_refused_and_not_shown() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        drop(World::seeded(database, 10).await);
        let wrong = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let text = all_say(database, Some(wrong)).await;
        let nonsense = all_say(database, Some("canary-key")).await;
        assert!(!text.contains(wrong) && !nonsense.contains("canary"));
        insta::assert_snapshot!("a_wrong_key", format!("{text}\nA key that is none:\n{nonsense}"));
    });
}

#[test]
fn an_address_that_leads_nowhere_is_said() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let folder = database.folder().display().to_string();
        let mut text = String::new();
        let missing = format!("{folder}/no/such/folder/atlas.db");
        let typed_wrong = format!("{folder}/atlsa.db");
        let addresses = [
            ("a folder that is not there", missing.as_str()),
            ("a folder instead of a file", folder.as_str()),
            ("a file name typed wrong", typed_wrong.as_str()),
            ("another kind of database", "mysql://user:canary-password@127.0.0.1/atlas"),
            ("a server that does not answer", "postgres://user:canary-password@127.0.0.1:1/atlas"),
        ];
        for (what, address) in addresses {
            for arguments in [&["doctor"][..], &["tenant", "list"]] {
                let mut program = command(address, arguments);
                program.env("TENANTATLAS_KEY_FILE", database.key_file());
                let said = say(program).await;
                text.push_str(&stable(
                    &format!("{what}\n$ tenantatlas {}\n{}", arguments.join(" "), said.text()),
                    &folder,
                ));
                text.push('\n');
            }
        }
        assert!(!text.contains("canary"), "{text}");
        insta::assert_snapshot!("an_address_that_leads_nowhere", text);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "a wrong address makes no file");
    });
}

#[test]
fn a_file_that_is_no_database_is_said() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let letter = "this is a letter, not a database, and it is long enough to be looked at".repeat(20);
        std::fs::write(database.address(), letter).unwrap();
        let said = all_say(database, None).await;
        // Shorter than the bytes that a database file begins with.
        std::fs::write(database.address(), "a note\n").unwrap();
        assert_eq!(all_say(database, None).await, said);
        std::fs::remove_file(database.address()).unwrap();
        insta::assert_snapshot!("a_file_that_is_no_database", said);
    });
}

#[test]
fn a_database_that_cannot_be_written_is_said() {
    let Some(disk) = SmallDisk::of_megabytes(8) else { return };
    testkit::run_in(disk.path(), async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        world.db.close().await;
        disk.make_read_only();
        insta::assert_snapshot!("a_database_that_cannot_be_written", all_say(database, None).await);
        disk.make_writable();
    });
}
