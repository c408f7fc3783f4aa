//! Who made a version, and when that is not known.

use app::inventory::start_policy_sync;
use model::change::AuthorKind;
use serde_json::json;
use testkit::{TestDatabase, on_both_databases};

use crate::probes::{EVENTS, MINUTE, SCRIPTS, administrator, author, change, event, name, named, probe, probed};
use crate::support::id_at;

on_both_databases!(
    a_version_knows_the_latest_of_several_changes,
    an_event_that_comes_after_the_version_joins_it,
    a_sync_says_who_as_well_and_guesses_nothing,
);

async fn a_version_knows_the_latest_of_several_changes(database: &TestDatabase) {
    let world = probed(database).await;
    let id = id_at(&world, SCRIPTS, 0);
    for to in ["one", "two", "three"] {
        change(&world, SCRIPTS, &id, to);
    }
    let ours = json!({ "auditActorType": "Application", "applicationId": world.tenants[0].spec.client_id });
    event(&world, "ours", 2 * MINUTE, ours, named(&id, "x")).await;
    let mut failed = json!({
        "id": "failed", "activityDateTime": "2099-01-01T00:00:00Z", "activityType": "Patch", "activityResult": "Failure",
        "actor": { "auditActorType": "ItPro", "userPrincipalName": "eve@contoso.com" }, "resources": [],
    });
    failed["resources"] = named(&id, "x");
    assert!(world.simulator.insert(world.directory(), EVENTS, failed));
    probe(&world).await;
    let made = author(&world, "powershellScripts", &id).await.unwrap();
    assert_eq!((made.author.kind, made.others), (AuthorKind::TenantAtlas, 3), "what failed made nothing");
}

async fn an_event_that_comes_after_the_version_joins_it(database: &TestDatabase) {
    let world = probed(database).await;
    let id = id_at(&world, SCRIPTS, 0);
    world.simulator.change_silently(world.directory(), SCRIPTS, &id, |script| script["description"] = json!("new"));
    let scope = world.scope().await;
    let read = start_policy_sync(&world.db, &scope, "powershellScripts", Some(&id), Default::default()).await.unwrap();
    world.worked(read.run()).await;
    assert_eq!(author(&world, "powershellScripts", &id).await, None, "nothing has told of it yet");
    let versions = world.db.tenant(&scope).versions().of("powershellScripts", &id).await.unwrap();
    let between = (versions[0].first_seen_at + versions[1].first_seen_at) / 2;
    let at = jiff::Timestamp::from_millisecond(between).unwrap().to_string();
    let ada = json!({ "auditActorType": "ItPro", "userPrincipalName": "ada@contoso.com" });
    event(&world, "before", -8 * MINUTE, json!({ "applicationId": "old" }), named(&id, "x")).await;
    event(&world, "after", 2 * MINUTE, json!({ "applicationId": "later" }), named(&id, "x")).await;
    let it =
        json!({ "id": "it", "activityDateTime": at, "activityType": "x", "actor": ada, "resources": named(&id, "x") });
    assert!(world.simulator.insert(world.directory(), EVENTS, it));
    let count = world.versions().await;
    probe(&world).await;
    assert_eq!(world.versions().await, count);
    let made = author(&world, "powershellScripts", &id).await.unwrap();
    assert_eq!((made.author.name.as_deref(), made.others), (Some("ada@contoso.com"), 0));
}

async fn a_sync_says_who_as_well_and_guesses_nothing(database: &TestDatabase) {
    let world = probed(database).await;
    let (told, untold) = (id_at(&world, SCRIPTS, 0), id_at(&world, SCRIPTS, 1));
    change(&world, SCRIPTS, &told, "by hand");
    world.simulator.change_silently(world.directory(), SCRIPTS, &untold, |script| {
        script["description"] = json!("quietly");
        script["lastModifiedDateTime"] = json!("2026-12-01T00:00:00Z");
    });
    world.sync().await;
    assert_eq!(name(&world, "powershellScripts", &told).await, administrator(&world));
    assert_eq!(author(&world, "powershellScripts", &untold).await, None);
    world.simulator.change_silently(world.directory(), SCRIPTS, &told, |script| {
        script["description"] = json!("quietly");
        script["lastModifiedDateTime"] = json!("2026-12-02T00:00:00Z");
    });
    world.sync().await;
    assert_eq!(author(&world, "powershellScripts", &told).await, None, "the change before is not this one");
}
