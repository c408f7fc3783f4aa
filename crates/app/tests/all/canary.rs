//! What must not be readable in the database: payload, and whatever the other side writes into an error.

use graph_sim::{Fault, FaultKind};
use model::run::Outcome;
use serde_json::json;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, id_at, item};

on_both_databases!(payload_is_encrypted_at_rest, upstream_texts_are_stored_nowhere, the_search_finds_what_is_there);

const PAYLOAD: &str = "canary-payload-of-a-policy-5f1b";
const UPSTREAM: &str = "canary-written-by-the-other-side-77c2";

async fn payload_is_encrypted_at_rest(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    let id = id_at(&world, CATALOG, 0);
    world.simulator.change(world.directory(), CATALOG, &id, |policy| policy["description"] = json!(PAYLOAD));
    database.forbid(PAYLOAD);
    let (row, set) = world.back_up("with the canary").await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    let version = world.db.tenant(&scope).inventory().get("settingsCatalog", &id).await.unwrap().row.version.unwrap();
    let document = world.db.tenant(&scope).versions().document(version).await.unwrap();
    assert!(String::from_utf8(document).unwrap().contains(PAYLOAD), "with the key it can be read");
    assert!(app::backups::verify(&world.db, &scope, set).await.unwrap().is_intact());
    assert!(database.places_of(PAYLOAD).await.is_empty());
}

async fn upstream_texts_are_stored_nowhere(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    database.forbid(UPSTREAM);
    let refused = FaultKind::Status { status: 400, code: UPSTREAM.into(), retry_after: None };
    world.simulator.add_fault(world.directory(), Fault::on(CATALOG, refused));
    let shaped = format!(r#"{{"error":{{"code":"{UPSTREAM}","message":"{UPSTREAM}"}}}}"#).into_bytes();
    world.simulator.add_fault(world.directory(), Fault::on("deviceConfigurations", FaultKind::Garbage(shaped)));
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded);
    assert_eq!(item(&world, row.id, "type/settingsCatalog").await.code.as_deref(), Some("graph.bad_request"));
    assert!(!format!("{row:?} {:?}", world.items(row.id).await).contains(UPSTREAM));
}

/// Without this the two tests above could pass because the search finds nothing at all.
async fn the_search_finds_what_is_there(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    assert!(!database.places_of("Olga Owner").await.is_empty(), "names are stored as they are");
    drop(world);
}
