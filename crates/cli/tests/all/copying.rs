//! From SQLite to PostgreSQL, with the shipped program: everything is there, and goes on there.

use store::{DatabaseCopy, Engine};
use testkit::{TestDatabase, World};

use crate::program::{command, on, say};
use crate::stories::id;

#[test]
fn an_installation_moves_to_postgresql_and_goes_on() {
    testkit::run(Engine::Postgres, async |target: &TestDatabase| {
        testkit::run_beside(Engine::Sqlite, async |source: &TestDatabase| {
            let world = World::seeded(source, 60).await;
            world.sync().await;
            let (_, set) = world.back_up("Before the move").await;
            // The chain goes over as far as it is, and so do the entries that wait.
            while world.db.audit_chains().link(100).await.unwrap() > 0 {}
            let queued = world.start_sync().await;
            source.execute("delete from nodes").await;
            world.db.close().await;
            let url = target.address();
            let copied = |arguments: &[&str]| {
                let mut program = command(url, arguments);
                program.env("TENANTATLAS_KEY_FILE", source.key_file());
                let simulator = world.simulator.http_url();
                program.env("TENANTATLAS_CLOUDS", format!("simulator={simulator},{simulator}"));
                program
            };

            // Interrupted after a few batches: nobody opens it, and the next call goes on.
            let (from, to) = (source.address().parse().unwrap(), url.parse().unwrap());
            let mut copy = DatabaseCopy::begin(&from, &to).await.unwrap();
            for _ in 0..14 {
                copy.next().await.unwrap().expect("there is more");
            }
            drop(copy);
            let refused = say(copied(&["tenant", "list"])).await;
            assert_eq!(refused.code, 9, "{}", refused.text());
            assert!(refused.err.contains("database.half_copied"), "{}", refused.text());

            let said = say(on(source, &["db", "copy", "--to", url])).await;
            assert_eq!(said.code, 0, "{}", said.text());
            assert!(said.out.contains("read back and equal"), "{}", said.text());

            let verified = say(copied(&["backup", "verify", "Contoso", &set.to_string()])).await;
            assert_eq!(verified.code, 0, "{}", verified.text());
            let proved = say(copied(&["audit", "verify", "Contoso"])).await;
            assert_eq!(proved.code, 0, "{}", proved.text());
            assert!(
                ["signed up to", "not linked yet"].iter().all(|words| proved.out.contains(words)),
                "{}",
                proved.text()
            );
            let watched = say(copied(&["run", "watch", &queued.to_string()])).await;
            assert_eq!(watched.code, 0, "the queued run goes on there: {}", watched.text());
            let backed_up = say(copied(&["backup", "create", "Contoso", "--name", "After the move"])).await;
            assert_eq!(backed_up.code, 0, "{}", backed_up.text());
            let listed = say(copied(&["run", "list", "Contoso", "--limit", "1"])).await;
            assert!(id(&listed.out, "run_") > queued.to_string().as_str(), "{}", listed.text());

            let again = say(on(source, &["db", "copy", "--to", url])).await;
            assert!(again.err.contains("copy.target_not_empty"), "{}", again.text());
        })
        .await;
    });
}
