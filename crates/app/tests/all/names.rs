//! Settings are called what the tenant's own service calls them, and that costs almost nothing.

use std::collections::{BTreeMap, BTreeSet};

use app::inventory::{ObjectQuery, Selection, matches, matching, start_sync};
use app::starting::Extra;
use graph_sim::{Content, Fault};
use model::registry::Registry;
use model::registry::content::settings_in_words;
use model::run::{ItemOutcome, Outcome};
use serde_json::{Value, json};
use store::TenantScope;
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, forbidden, item};

const SETTINGS: &str = "deviceManagement/configurationSettings";
const PIN: &str = "device_vendor_msft_bitlocker_systemdrivesminimumpinlength";

on_both_databases!(
    names_come_with_few_requests_and_once,
    a_policy_is_stored_without_its_definitions,
    two_tenants_call_a_setting_differently,
    what_is_renamed_is_found_by_its_new_name_a_day_later,
    a_refusal_is_told_and_fails_nothing,
    what_the_service_does_not_know_is_not_asked_for_every_time,
    policies_that_wait_for_names_are_found_by_them,
);

/// Requests for names in the last sync: expansions, single definitions, lists of categories.
fn asked_for_names(world: &World) -> Vec<String> {
    let all = world.simulator.recorded_requests(world.directory());
    let names = ["settingDefinitions", "configurationSettings", "complianceSettings", "reusableSettings"];
    let categories = ["configurationCategories", "complianceCategories"];
    let is_for_names = |path: &String| names.iter().chain(&categories).any(|name| path.contains(name));
    all.into_iter().map(|asked| asked.path).filter(is_for_names).collect()
}

async fn scope(world: &World, tenant: usize) -> TenantScope {
    world.db.authorise(world.owner, world.tenants[tenant].id).await.unwrap()
}

async fn found(world: &World, tenant: usize, text: &str) -> Vec<String> {
    let scope = scope(world, tenant).await;
    let query = ObjectQuery::of([("q", text)]);
    let filter = matching(&world.db, &scope, &query, 0).await.unwrap();
    let rows = world.db.tenant(&scope).inventory().list(&filter, None, 100_000).await.unwrap();
    let why = matches(&world.db, &scope, &query.search().unwrap().unwrap(), &rows).await.unwrap();
    rows.iter().for_each(|row| assert!(why.contains_key(&format!("{}/{}", row.type_key, row.external_id))));
    rows.into_iter().map(|row| row.external_id).collect()
}

/// The policies whose document has the text.
fn setting(world: &World, id: &str) -> BTreeSet<String> {
    let quoted = format!("\"{id}\"");
    let policies = world.simulator.objects(world.directory(), CATALOG);
    let sets = policies.iter().filter(|policy| policy.to_string().contains(&quoted));
    sets.map(|policy| policy["id"].as_str().unwrap().to_owned()).collect()
}

/// Everything the first tenant's catalog policies set, in words.
async fn words(world: &World) -> BTreeMap<String, String> {
    let scope = world.scope().await;
    let tenant = world.db.tenant(&scope);
    let contract = Registry::embedded().get("settingsCatalog").unwrap();
    let mut found = BTreeMap::new();
    for row in world.objects().await.into_iter().filter(|row| row.type_key == "settingsCatalog") {
        let document = tenant.versions().document(row.version.unwrap()).await.unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        let ids = model::registry::content::definition_ids(contract, &document);
        let names = tenant.definitions().names(ids).await.unwrap();
        for setting in settings_in_words(contract, &document, &names) {
            found.insert(setting.id, format!("{} › {} = {}", setting.group, setting.name, setting.value));
        }
    }
    found
}

async fn names_come_with_few_requests_and_once(database: &TestDatabase) {
    let world = World::seeded(database, 160).await;
    world.simulator.record_requests(world.directory());
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let asked = asked_for_names(&world);
    let expanded = asked.iter().filter(|path| path.contains("settingDefinitions")).count();
    let policies = world.simulator.objects(world.directory(), CATALOG).len();
    let distinct: BTreeSet<String> = words(&world).await.into_keys().collect();
    println!("{policies} policies, {} settings, {} requests for names: {asked:#?}", distinct.len(), asked.len());
    assert!(expanded > 0 && expanded < policies / 2, "{expanded} for {policies} policies");
    assert!(asked.len() < 30, "{asked:?}");
    let words = words(&world).await;
    let pin = words.iter().find(|(id, _)| id.as_str() == PIN).map(|(_, words)| words.as_str());
    assert!(pin.unwrap().starts_with("BitLocker › Configure minimum PIN length for startup = "), "{pin:?}");
    let chosen = words.iter().find(|(id, _)| id.contains("bitlocker_requiredeviceencryption_1"));
    assert_eq!(chosen.unwrap().1, "BitLocker › Require Device Encryption = Enabled");
    let by_name = found(&world, 0, "\"minimum PIN length for startup\"").await;
    assert_eq!(by_name.into_iter().collect::<BTreeSet<_>>(), setting(&world, PIN));
    let coverage = world.db.tenant(&world.scope().await).inventory().coverage().await.unwrap();
    assert!(coverage.iter().all(|row| (row.unnamed, row.unnamed_code.as_deref()) == (0, None)));

    let versions = world.versions().await;
    world.simulator.record_requests(world.directory());
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    assert_eq!((asked_for_names(&world), world.versions().await), (Vec::new(), versions));
}

/// What is stored is the row of the list, so that nothing that a definition says makes a version.
async fn a_policy_is_stored_without_its_definitions(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let versions = world.versions().await;
    let scope = world.scope().await;
    for row in world.objects().await {
        let document = world.db.tenant(&scope).versions().document(row.version.unwrap()).await.unwrap();
        assert!(!String::from_utf8(document).unwrap().contains("settingDefinitions"), "{}", row.name);
    }
    rename(&world, 0, PIN, "Something else");
    let whole = start_sync(&world.db, &scope, &Selection::all().whole(true), Extra::default()).await.unwrap().run();
    assert_eq!(world.worked(whole).await.outcome, Outcome::Succeeded);
    assert_eq!(world.versions().await, versions, "another name is no other policy");
    assert_eq!(words(&world).await[PIN].split(" = ").next(), Some("BitLocker › Something else"));
}

/// As Microsoft does with a new version of a definition.
fn rename(world: &World, tenant: usize, id: &str, name: &str) {
    let definition = json!({ "id": id, "displayName": name, "version": "2" });
    assert!(world.simulator.insert(&world.tenants[tenant].spec.tenant_id, SETTINGS, definition));
}

async fn two_tenants_call_a_setting_differently(database: &TestDatabase) {
    let contents = [7, 7].map(|seed| Content::Seeded { seed, objects: 100 });
    let world = World::of(database, contents.to_vec()).await;
    let odd = format!("<script>alert(1)</script> \u{202e}desrever {}", "x".repeat(10_000));
    rename(&world, 1, PIN, &odd);
    let mut runs = Vec::new();
    for tenant in 0..2 {
        let scope = scope(&world, tenant).await;
        let run = start_sync(&world.db, &scope, &Selection::all(), Extra::default()).await.unwrap().run();
        runs.push((scope, run));
    }
    world.drain().await;
    for (scope, run) in runs {
        assert_eq!(world.db.tenant(&scope).runs().get(run).await.unwrap().outcome, Outcome::Succeeded);
    }
    let sets = setting(&world, PIN);
    let ids = |found: Vec<String>| found.into_iter().collect::<BTreeSet<_>>();
    assert!(!sets.is_empty());
    assert_eq!(ids(found(&world, 0, "\"minimum PIN length for startup\"").await), sets);
    assert_eq!(ids(found(&world, 1, "\"script alert\"").await).len(), 0);
    assert_eq!(ids(found(&world, 1, "desrever").await), sets, "both tenants are made from one seed");
    assert_eq!(ids(found(&world, 0, "desrever").await).len(), 0);
    assert_eq!(ids(found(&world, 1, "\"minimum PIN length for startup\"").await).len(), 0);
}

async fn what_is_renamed_is_found_by_its_new_name_a_day_later(database: &TestDatabase) {
    let world = World::seeded(database, 100).await;
    world.sync().await;
    let sets = setting(&world, PIN);
    rename(&world, 0, PIN, "Shortest startup secret");
    world.sync().await;
    assert!(found(&world, 0, "\"shortest startup secret\"").await.is_empty(), "nothing is asked of the service yet");
    database.execute("update setting_definitions set read_at = read_at - 86400000").await;
    world.sync().await;
    let by_name: BTreeSet<_> = found(&world, 0, "\"shortest startup secret\"").await.into_iter().collect();
    assert!(!sets.is_empty());
    assert_eq!(by_name, sets);
    world.simulator.record_requests(world.directory());
    world.sync().await;
    assert_eq!(asked_for_names(&world), Vec::<String>::new());
}

async fn a_refusal_is_told_and_fails_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 100).await;
    insert_policies_with_nothing_in_common(&world, 60);
    world.simulator.add_fault(world.directory(), Fault::on("settingDefinitions", forbidden()));
    world.simulator.record_requests(world.directory());
    let row = world.sync().await;
    assert_eq!((row.outcome, row.counts.failed), (Outcome::Succeeded, 0));
    let asked = asked_for_names(&world);
    let of_policies = asked.iter().filter(|path| path.contains("configurationPolicies/")).count();
    assert!((1..=20).contains(&of_policies), "the first batch is the last one: {asked:?}");
    let told = item(&world, row.id, "names/settingsCatalog").await;
    assert_eq!((told.outcome, told.code.as_deref()), (ItemOutcome::Skipped, Some("graph.permission_denied")));
    let scope = world.scope().await;
    let coverage = world.db.tenant(&scope).inventory().coverage().await.unwrap();
    let catalog = coverage.iter().find(|row| row.type_key == "settingsCatalog").unwrap();
    assert_eq!(catalog.unnamed_code.as_deref(), Some("graph.permission_denied"));
    assert!(catalog.unnamed > 10 && catalog.list_complete && catalog.incomplete == 0);
    assert!(words(&world).await[PIN].starts_with("Bitlocker › Systemdrivesminimumpinlength"));

    world.simulator.clear_faults(world.directory());
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let coverage = world.db.tenant(&scope).inventory().coverage().await.unwrap();
    assert!(coverage.iter().all(|row| row.unnamed == 0 && row.unnamed_code.is_none()));
    assert!(words(&world).await[PIN].starts_with("BitLocker › Configure minimum PIN"));
}

/// So many that some are read while others wait, and still others are not read before these went on.
async fn policies_that_wait_for_names_are_found_by_them(database: &TestDatabase) {
    let world = World::seeded(database, 40).await;
    insert_policies_with_nothing_in_common(&world, 500);
    for number in [0, 70, 250, 499] {
        rename(&world, 0, &format!("odd_{number}_0"), &format!("Peculiarity {number}"));
    }
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    assert_eq!(world.db.tenant(&scope).inventory().make_texts(10).await.unwrap(), 0, "each text was made once");
    for number in [0, 70, 250, 499] {
        let policy = uuid::Uuid::from_u128(number + 1).to_string();
        assert_eq!(found(&world, 0, &format!("\"peculiarity {number}\"")).await, [policy]);
    }
}

/// Two settings each, so that every one would have to be asked for its own.
fn insert_policies_with_nothing_in_common(world: &World, count: usize) {
    for number in 0..count {
        let setting = |name: &str| {
            json!({ "id": name, "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                "settingDefinitionId": format!("odd_{number}_{name}"),
                "simpleSettingValue": { "value": number } } })
        };
        let policy = json!({ "id": uuid::Uuid::from_u128(number as u128 + 1).to_string(), "name": format!("Odd {number}"),
            "settingCount": 2, "settings": [setting("0"), setting("1")], "assignments": [] });
        assert!(world.simulator.insert(world.directory(), CATALOG, policy));
    }
}

async fn what_the_service_does_not_know_is_not_asked_for_every_time(database: &TestDatabase) {
    let world = World::seeded(database, 100).await;
    let nameless = json!({ "id": PIN, "displayName": "", "name": "" });
    assert!(world.simulator.insert(world.directory(), SETTINGS, nameless));
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    let coverage = world.db.tenant(&scope).inventory().coverage().await.unwrap();
    let catalog = coverage.iter().find(|row| row.type_key == "settingsCatalog").unwrap();
    assert_eq!((catalog.unnamed, catalog.unnamed_code.as_deref()), (1, Some("graph.not_found")));
    world.simulator.record_requests(world.directory());
    world.sync().await;
    assert_eq!(asked_for_names(&world), Vec::<String>::new());
}
