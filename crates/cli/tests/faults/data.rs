//! Data that no one expects, and a file that was torn.

use model::run::{ItemOutcome, Outcome};
use serde_json::{Value, json};
use store::{Engine, ItemRecord};
use testkit::{Seed, TestDatabase, World, invariants, on_both_databases};

use crate::support::{assert_whole, held_sync, info};

on_both_databases!(f29_poison_data_is_kept_bounded_or_refused_and_harms_no_neighbour);

fn poison(key: String, text: &str) -> ItemRecord {
    ItemRecord {
        key,
        label: text.chars().take(100).collect(),
        kind: "Policy".into(),
        outcome: ItemOutcome::Failed,
        code: Some("graph.unexpected_shape".into()),
        message: Some(text.into()),
        detail: Some(text.into()),
    }
}

async fn f29_poison_data_is_kept_bounded_or_refused_and_harms_no_neighbour(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    world.start_sync().await;
    let (ledger, hands) = (world.db.ledger(), info(&world));
    let run = ledger.claim(&hands, 1, &["inventory.sync"]).await.unwrap().remove(0);
    let lease = run.lease(hands.id);
    let texts = ["nul \0 in it".to_owned(), "\u{202e}\u{feff}\u{fffd}".repeat(10), "x".repeat(50 << 20)];
    let items = texts.iter().enumerate().map(|(number, text)| poison(format!("poison {number} \0"), text));
    ledger.record(&lease, items.collect()).await.unwrap();
    let deep = (0..100).fold(Value::Null, |inner, _| json!({ "in": inner }));
    ledger.set_context(&lease, &deep).await.unwrap();
    let many = (0..100_000).map(|number| poison(format!("many/{number}"), "m")).collect();
    ledger.record(&lease, many).await.unwrap();
    assert_eq!(ledger.finish(&lease, Default::default()).await.unwrap(), Outcome::Failed);
    assert_eq!(world.run(run.id).await.counts.failed, 100_003);
    let stored = "select max(length(message)) + max(length(detail)) from operation_run_items";
    let stored =
        if database.engine() == Engine::Postgres { format!("select ({stored})::bigint") } else { stored.into() };
    assert!(database.number(&stored).await < 5_000, "a text of 50 MB is not kept whole");
    assert_whole(&world, &world.sync().await).await;
}

#[test]
fn f21_a_torn_write_loses_only_what_was_not_committed() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let (world, seed) = (World::seeded(database, 30).await, Seed::of_this_run());
        // From here on the log holds only what is at stake, and not how the database was made.
        database.execute("pragma wal_checkpoint(truncate)").await;
        let worker = world.worker();
        let run = held_sync(&world).await;
        let copy = tempfile::tempdir().unwrap();
        let torn = torn_copy(database, copy.path(), &seed);
        world.simulator.release();
        world.ended(run).await;
        worker.stop().await;
        let keys = store::Keyring::from_file(database.key_file());
        let url = torn.parse().unwrap();
        let db = store::Db::open(&url, keys, model::Ambient::system()).await.unwrap();
        invariants::check(Engine::Sqlite, &torn).await;
        db.ledger().sweep().await.unwrap();
        invariants::check(Engine::Sqlite, &torn).await;
        db.close().await;
    });
}

/// The file as a power cut leaves it: the log ends in the middle of a write.
fn torn_copy(database: &TestDatabase, folder: &std::path::Path, seed: &Seed) -> String {
    let copy = folder.join("torn.db");
    std::fs::copy(database.address(), &copy).unwrap();
    let mut log = std::fs::read(format!("{}-wal", database.address())).unwrap();
    let kept = usize::try_from(seed.pick(32..log.len() as u64)).unwrap();
    log.truncate(kept);
    log.extend([0xa5; 100]);
    std::fs::write(folder.join("torn.db-wal"), log).unwrap();
    copy.display().to_string()
}
