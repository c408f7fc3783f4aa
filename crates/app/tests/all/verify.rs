//! Verification finds what somebody with the database's password did.

use app::backups::verify;
use model::ids::BackupSetId;
use store::Engine;
use testkit::{TestDatabase, World, on_both_databases};

on_both_databases!(
    a_changed_byte_is_found,
    a_body_from_elsewhere_is_found,
    a_removed_item_and_a_changed_manifest_are_found,
    a_sealed_set_refuses_every_change,
);

async fn backed_up(database: &TestDatabase) -> (World, BackupSetId) {
    let world = World::seeded(database, 30).await;
    let (_, set) = world.back_up("set").await;
    assert!(problems(&world, set).await.is_empty());
    (world, set)
}

async fn problems(world: &World, set: BackupSetId) -> Vec<String> {
    let scope = world.scope().await;
    verify(&world.db, &scope, set).await.unwrap().problems
}

async fn a_changed_byte_is_found(database: &TestDatabase) {
    let (world, set) = backed_up(database).await;
    let one = "(select blob_hash from versions order by id limit 1)";
    let changed = match database.engine() {
        Engine::Sqlite => {
            "cast(substr(body, 1, length(body) - 1) || case when substr(body, -1) = x'00' then x'01' else x'00' end as blob)"
        }
        Engine::Postgres => "set_byte(body, length(body) - 1, get_byte(body, length(body) - 1) # 255)",
    };
    assert_eq!(database.execute(&format!("update blobs set body = {changed} where hash = {one}")).await, 1);
    let problems = problems(&world, set).await;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("cannot be read back"), "{problems:?}");
}

async fn a_body_from_elsewhere_is_found(database: &TestDatabase) {
    let (world, set) = backed_up(database).await;
    let (first, other) =
        ("(select hash from blobs order by hash limit 1)", "(select body from blobs order by hash desc limit 1)");
    assert_eq!(database.execute(&format!("update blobs set body = {other} where hash = {first}")).await, 1);
    let problems = problems(&world, set).await;
    assert_eq!(problems.len(), 1, "a body is bound to its place, so it does not decrypt at another: {problems:?}");
}

async fn a_removed_item_and_a_changed_manifest_are_found(database: &TestDatabase) {
    let (world, set) = backed_up(database).await;
    let (items, sets) = ("backup_set_items", "backup_sets");
    match database.engine() {
        Engine::Sqlite => {
            database.execute("drop trigger backup_set_items_sealed_no_delete").await;
            database.execute("drop trigger backup_sets_sealed_no_update").await;
        }
        Engine::Postgres => {
            database.execute(&format!("alter table {items} disable trigger user")).await;
            database.execute(&format!("alter table {sets} disable trigger user")).await;
        }
    }
    assert_eq!(database.execute(&format!("delete from {items} where sequence = 1")).await, 1);
    assert_eq!(problems(&world, set).await.len(), 1);
    // The invariants look at the set afterwards: whoever tampers would have adjusted its numbers too.
    database.execute(&format!("update {sets} set items = items - 1")).await;
    let longer = match database.engine() {
        Engine::Sqlite => "cast(manifest || ' ' as blob)",
        Engine::Postgres => "manifest || '\\x20'::bytea",
    };
    database.execute(&format!("update {sets} set manifest = {longer}")).await;
    let problems = problems(&world, set).await;
    assert!(problems.iter().any(|problem| problem.contains("manifest")), "{problems:?}");
}

async fn a_sealed_set_refuses_every_change(database: &TestDatabase) {
    let (_world, _set) = backed_up(database).await;
    for statement in [
        "update backup_sets set name = 'other'",
        "delete from backup_sets",
        "update backup_set_items set name = 'other'",
        "delete from backup_set_items",
        "update versions set name = 'other'",
    ] {
        assert!(database.is_refused(statement).await, "{statement}");
    }
}
