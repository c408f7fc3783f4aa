//! What depends on what, by page and API: both ways from one object, and over the tenant.

use axum::http::StatusCode;
use serde_json::Value;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(an_object_shows_what_depends_on_it, a_tenant_shows_what_is_unused_and_broken,);

/// As if an object of another type named the tag, and a group that nobody knows.
async fn name_the_tag(database: &TestDatabase, tag: &str) {
    for (kind, target) in [("scopeTags", tag), ("groups", "<b>gone</b>")] {
        let insert = format!(
            "insert into inventory_references (tenant_id, type_key, external_id, kind, target_id) \
             select tenant_id, type_key, external_id, '{kind}', '{target}' from inventory_objects where external_id = '{tag}'"
        );
        database.execute(&insert).await;
    }
}

async fn an_object_shows_what_depends_on_it(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, zoe) = (site.user("anna", false).await, site.user("zoe", false).await);
    let own = furnish(&site, "own", "global", anna).await;
    furnish(&site, "foreign", "global", zoe).await;
    name_the_tag(database, "object-of-own").await;
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&own.path("/t/{tenant}/inventory/scopeTags/object-of-own/dependencies")).await.body;
    assert!(page.contains("Leads in a circle"), "it names itself: {page}");
    assert!(page.contains("&lt;b&gt;gone&lt;/b&gt;") && page.contains("Unknown group"), "{page}");
    assert!(page.contains(r#"aria-current="true">3 levels"#), "{page}");
    let path = "/api/v1/tenants/{tenant}/inventory/scopeTags/object-of-own/dependencies?depth=1";
    let json: Value = serde_json::from_str(&browser.get(&own.path(path)).await.body).unwrap();
    assert_eq!(json["depth"], 1);
    let turns = |way: &str| -> Vec<(Value, Value)> {
        let rows = json[way].as_array().unwrap();
        rows.iter().map(|row| (row["turn"].clone(), row["standing"].clone())).collect()
    };
    assert_eq!(turns("used_by").last().unwrap(), &("cycle".into(), "observed".into()));
    assert!(turns("uses").contains(&(Value::Null, "unknown_group".into())), "{json}");
    let group = "/t/{tenant}/inventory/groups/%3Cb%3Egone%3C%2Fb%3E/dependencies";
    assert_eq!(browser.get(&own.path(group)).await.status, StatusCode::OK, "what is named is shown, known or not");
    for missing in ["scopeTags/object-of-foreign", "scopeTags/nobody", "nonsense/object-of-own"] {
        let path = format!("/t/{{tenant}}/inventory/{missing}/dependencies");
        assert_eq!(browser.get(&own.path(&path)).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    site.stop.cancel();
}

async fn a_tenant_shows_what_is_unused_and_broken(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&own.path("/t/{tenant}/inventory/dependencies?view=unused")).await.body;
    assert!(page.contains("scopeTags/object-of-own/dependencies"), "nothing names the tag: {page}");
    name_the_tag(database, "object-of-own").await;
    let page = browser.get(&own.path("/t/{tenant}/inventory/dependencies?view=unused")).await.body;
    assert!(
        !page.contains("scopeTags/object-of-own/dependencies") && page.contains("Everything that can be used is used"),
        "{page}"
    );
    let api = |view: &str| own.path(&format!("/api/v1/tenants/{{tenant}}/inventory/dependencies?view={view}"));
    let broken: Value = serde_json::from_str(&browser.get(&api("broken")).await.body).unwrap();
    assert_eq!((&broken["objects"][0]["id"], &broken["more"]), (&"<b>gone</b>".into(), &false.into()));
    let used: Value = serde_json::from_str(&browser.get(&api("most-used&kind=scopeTags")).await.body).unwrap();
    assert_eq!(used["objects"].as_array().unwrap().len(), 1);
    assert_eq!((&used["objects"][0]["name"], &used["objects"][0]["used_by"]), (&"object-of-own".into(), &1.into()));
    let page = browser.get(&own.path("/t/{tenant}/inventory/dependencies")).await.body;
    assert!(page.contains("2 references to 2 objects"), "{page}");
    site.stop.cancel();
}
