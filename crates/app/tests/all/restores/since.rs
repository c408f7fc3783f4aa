//! What is known to have happened since a preview: it is said before somebody confirms, and decides nothing.

use app::restores::{Since, Source, since};
use serde_json::json;
use testkit::restoring::{begun, planned, previewed};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, id_at};

on_both_databases!(what_changed_after_the_preview_is_known_once_it_was_seen);

async fn what_changed_after_the_preview_is_known_once_it_was_seen(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let (_, set) = world.back_up("before").await;
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let (first, second) = (id_at(&world, CATALOG, 0), id_at(&world, CATALOG, 1));
    let describe = |id: &str, words: &str| {
        world.simulator.change(world.directory(), CATALOG, id, |policy| policy["description"] = json!(words));
    };
    describe(&first, "broken");
    describe(&second, "broken, too");
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    let (one, two) =
        (planned(&plan, "settingsCatalog", &first).sequence, planned(&plan, "settingsCatalog", &second).sequence);
    let scope = world.scope().await;
    let known = async || since(&world.db, &scope, &plan.plan).await.unwrap();
    assert_eq!(known().await, Since::default());
    world.sync().await;
    assert_eq!(known().await, Since::default(), "what the preview saw itself is no news");
    describe(&first, "broken once more");
    assert_eq!(known().await.moved, [0_u32; 0], "nobody has looked");
    world.sync().await;
    assert_eq!(known().await.moved, [one]);
    assert!(world.simulator.remove(world.directory(), CATALOG, &second));
    world.sync().await;
    let mut both = [one, two];
    both.sort();
    assert_eq!(known().await.moved, both);
}
