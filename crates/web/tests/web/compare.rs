//! Two contents side by side, by page and API: versions, backup sets, other tenants.

use axum::http::StatusCode;
use model::access::Role;
use serde_json::{Value, json};
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Browser, Site};
use crate::things::{Things, furnish, observe_again};

on_both_databases!(
    two_versions_are_told_apart_in_words_and_as_data,
    a_backup_set_is_compared_with_what_was_observed_last,
    an_object_of_another_tenant_is_compared_by_members_of_both_alone,
);

const API: &str = "/api/v1/tenants/{tenant}/inventory/{type}/{id}/compare";
const PAGE: &str = "/t/{tenant}/inventory/{type}/{id}/compare";

async fn asked(browser: &mut Browser<'_>, things: &Things, query: &str) -> Value {
    let answer = browser.get(&format!("{}{query}", things.path(API))).await;
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{query}: {}", answer.body))
}

async fn two_versions_are_told_apart_in_words_and_as_data(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let only = asked(&mut browser, &own, "").await;
    assert_eq!(
        (&only["equal"], &only["from"]["version"]),
        (&json!(true), &only["to"]["version"]),
        "it has one version"
    );
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    let second = observe_again(&site, &scope, &own.object, |document| {
        document["description"] = json!("Another one");
        document["assignments"] = json!([{ "target": {
            "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "<b>group</b>" } }]);
    })
    .await;
    let found = asked(&mut browser, &own, "").await;
    assert_eq!(
        (&found["from"]["version"], &found["to"]["version"]),
        (&json!(own.version.to_string()), &json!(second.to_string()))
    );
    let told: Vec<_> = found["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (&line["area"], &line["label"], &line["old"], &line["new"]))
        .collect();
    assert!(
        told.contains(&(
            &json!("properties"),
            &json!("Description"),
            &json!("<script>alert(1)</script>"),
            &json!("Another one")
        )),
        "{found}"
    );
    assert!(
        told.contains(&(&json!("assignments"), &json!("<b>group</b>"), &Value::Null, &json!("No filter"))),
        "{found}"
    );
    assert_eq!(found["changes"].as_array().unwrap().len(), 2);

    let page = browser.get(&own.path(PAGE)).await.body;
    assert!(page.contains("<ins><bdi>Another one</bdi></ins>") && !page.contains("<script>alert"), "{page}");
    assert!(page.contains("&lt;b&gt;group&lt;/b&gt;"), "{page}");
    let page = browser.get(&format!("{}?view=json", own.path(PAGE))).await.body;
    assert!(page.contains("<ins>  &quot;description&quot;: &quot;Another one&quot;,\n</ins>"), "{page}");
    let page = browser.get(&own.path("/t/{tenant}/inventory/{type}/{id}")).await.body;
    assert!(page.contains(&format!("compare?to={second}\">Compare with previous")), "{page}");
    for (query, status) in [
        ("?from=nonsense", StatusCode::UNPROCESSABLE_ENTITY),
        ("?from=ver_00000000000000000000000000", StatusCode::NOT_FOUND),
        ("?to_object=nobody", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(browser.get(&format!("{}{query}", own.path(API))).await.status, status, "{query}");
    }
    site.stop.cancel();
}

async fn a_backup_set_is_compared_with_what_was_observed_last(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    observe_again(&site, &scope, &own.object, |document| document["description"] = json!("Another one")).await;
    let mut browser = site.browser_of(anna).await;
    let found = asked(&mut browser, &own, &format!("?from={}&to=now", own.set)).await;
    assert_eq!(
        (&found["from"]["backup"], &found["from"]["version"]),
        (&json!(own.set.to_string()), &json!(own.version.to_string()))
    );
    assert_eq!((&found["equal"], &found["to"]["current"]), (&json!(false), &json!(true)));
    let page = browser.get(&own.path(PAGE)).await.body;
    assert!(page.contains(&format!("<option value=\"{}\">Backup set “of {}”", own.set, own.object)), "{page}");
    site.stop.cancel();
}

async fn an_object_of_another_tenant_is_compared_by_members_of_both_alone(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, zoe) = (site.user("anna", false).await, site.user("zoe", false).await);
    let own = furnish(&site, "own", "global", anna).await;
    let foreign = furnish(&site, "foreign", "global", zoe).await;
    let mut browser = site.browser_of(anna).await;
    let query = format!("?to_tenant={}&to_object={}", foreign.tenant, foreign.object);
    for path in [own.path(API), own.path(PAGE)] {
        let answer = browser.get(&format!("{path}{query}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "she is no member there: {}", answer.body);
        assert!(!answer.body.contains("foreign"), "{}", answer.body);
    }
    // A version of the other tenant is not there under her own.
    let stolen = format!("{}?to={}", own.path(API), foreign.version);
    assert_eq!(browser.get(&stolen).await.status, StatusCode::NOT_FOUND);
    let there = site.db.authorise(zoe, foreign.tenant).await.unwrap();
    site.db.tenant(&there).set_member(anna, Role::Readonly).await.unwrap();
    let found = asked(&mut browser, &own, &query).await;
    assert_eq!((&found["to"]["id"], &found["from"]["id"]), (&json!(foreign.object), &json!(own.object)));
    let names = found["lines"].as_array().unwrap().iter().find(|line| line["label"] == "Name").unwrap();
    assert_eq!((&names["old"], &names["new"]), (&json!("object-of-own"), &json!("object-of-foreign")));
    // Nothing there is called the same, so the page asks which one is meant.
    let unnamed = format!("?to_tenant={}", foreign.tenant);
    assert_eq!(asked(&mut browser, &own, &unnamed).await["code"], "compare.which_object");
    let page = browser.get(&format!("{}{unnamed}", own.path(PAGE))).await;
    assert!(
        page.status == StatusCode::OK && page.body.contains("<option value=\"object-of-foreign\""),
        "{}",
        page.body
    );
    observe_again(&site, &there, &foreign.object, |document| document["displayName"] = json!("object-of-own")).await;
    assert_eq!(asked(&mut browser, &own, &unnamed).await["to"]["id"], "object-of-foreign");
    site.stop.cancel();
}
