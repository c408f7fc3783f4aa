//! Which policies set this: a search over a whole tenant, compared with what the documents themselves say.

use std::collections::BTreeSet;

use app::inventory::{ObjectQuery, matches, matching};
use model::run::Outcome;
use serde_json::Value;
use store::ObjectRow;
use testkit::{TestDatabase, World, on_both_databases};

on_both_databases!(
    a_search_finds_exactly_the_policies_that_set_something,
    an_upgraded_database_is_made_searchable_by_its_worker,
);

async fn search(world: &World, text: &str) -> Vec<ObjectRow> {
    let scope = world.scope().await;
    let filter = matching(&world.db, &scope, &ObjectQuery::of([("q", text)]), 0).await.unwrap();
    world.db.tenant(&scope).inventory().list(&filter, None, 100_000).await.unwrap()
}

fn ids(rows: &[ObjectRow]) -> BTreeSet<&str> {
    rows.iter().map(|row| row.external_id.as_str()).collect()
}

/// Every observed object with its document.
async fn documents(world: &World) -> Vec<(ObjectRow, Value)> {
    let scope = world.scope().await;
    let tenant = world.db.tenant(&scope);
    let mut all = Vec::new();
    for row in world.objects().await {
        let document = tenant.versions().document(row.version.expect("it is complete")).await.unwrap();
        all.push((row, serde_json::from_slice(&document).unwrap()));
    }
    all
}

/// The ids of the settings that a policy of the catalog sets.
fn definitions(document: &Value) -> BTreeSet<String> {
    let settings = document["settings"].as_array().into_iter().flatten();
    settings.filter_map(|each| each["settingInstance"]["settingDefinitionId"].as_str().map(str::to_owned)).collect()
}

async fn a_search_finds_exactly_the_policies_that_set_something(database: &TestDatabase) {
    let world = World::seeded(database, 100).await;
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let documents = documents(&world).await;
    let catalog: Vec<_> = documents.iter().filter(|(row, _)| row.type_key == "settingsCatalog").collect();
    let all: BTreeSet<_> = catalog.iter().flat_map(|(_, document)| definitions(document)).collect();
    assert!(all.len() > 3, "{all:?}");
    // A few of each, so that a loaded machine gets through.
    for id in all.iter().take(6) {
        let quoted = format!("\"{}\"", id.to_lowercase());
        let sets = |document: &Value| document.to_string().to_lowercase().contains(&quoted);
        let expected: BTreeSet<_> =
            catalog.iter().filter(|(_, document)| sets(document)).map(|(row, _)| row.external_id.as_str()).collect();
        let found = search(&world, id).await;
        let found: Vec<_> = found.into_iter().filter(|row| row.type_key == "settingsCatalog").collect();
        assert!(ids(&found).is_superset(&expected), "{id}");
        let scope = world.scope().await;
        let text = ObjectQuery::of([("q", id.as_str())]).search().unwrap().unwrap();
        let why = matches(&world.db, &scope, &text, &found).await.unwrap();
        for row in &found {
            let id = id.to_lowercase();
            let shown = &why[&format!("settingsCatalog/{}", row.external_id)];
            assert!(shown.id.to_lowercase().contains(&id), "{id} {shown:?}");
        }
    }
    for (row, _) in documents.iter().step_by(40) {
        assert!(ids(&search(&world, &format!("\"{}\"", row.external_id)).await).contains(row.external_id.as_str()));
    }
}

async fn an_upgraded_database_is_made_searchable_by_its_worker(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let id = documents(&world).await.iter().find_map(|(_, document)| definitions(document).pop_first()).unwrap();
    let before = search(&world, &id).await.len();
    assert!(before > 0);
    for change in [
        "delete from inventory_texts",
        "delete from inventory_references",
        "update inventory_objects set text_rules = 0",
    ] {
        database.execute(change).await;
    }
    assert_eq!(search(&world, &id).await.len(), 0);
    engine::Duty::act(&app::inventory::MakeTexts, &world.db).await.unwrap();
    assert_eq!(search(&world, &id).await.len(), before);
}
