//! Acting on many: boxes and bars for who may, and refusals for what means nothing.

use axum::http::StatusCode;
use model::access::Role;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(
    the_inventory_offers_boxes_to_who_may_capture,
    the_operations_list_offers_to_cancel_what_the_person_may_cancel,
    what_means_nothing_is_refused_by_page_and_api,
);

async fn the_inventory_offers_boxes_to_who_may_capture(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let path = own.path("/t/{tenant}/inventory?q=object");
    let page = site.browser_of(anna).await.get(&path).await.body;
    assert!(page.contains(r#"name="policy" value="scopeTags/object-of-own" form="bulk""#), "{page}");
    assert!(page.contains("Capture all 1 match") && page.contains(r#"name="q" value="object""#), "{page}");
    let page = site.browser_of(own.member).await.get(&path).await.body;
    assert!(!page.contains(r#"name="policy""#) && page.contains("why-capture"), "{page}");
    site.stop.cancel();
}

async fn the_operations_list_offers_to_cancel_what_the_person_may_cancel(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, bert) = (site.user("anna", false).await, site.user("bert", false).await);
    let own = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    site.db.tenant(&scope).set_member(bert, Role::Operator).await.unwrap();
    let path = own.path("/t/{tenant}/operations");
    let mut browser = site.browser_of(anna).await;
    assert!(!browser.get(&path).await.body.contains("cancel-many"), "nothing is active");
    for start in ["/t/{tenant}/inventory/sync", "/t/{tenant}/groups/sync"] {
        browser.post(&own.path(start), "").await;
    }
    let page = browser.get(&path).await.body;
    assert!(page.contains("Cancel 2 active operations?") && page.contains("Cancel all 2"), "{page}");
    assert!(!browser.get(&format!("{path}?outcome=failed")).await.body.contains("cancel-many"));
    for other in [bert, own.member] {
        assert!(!site.browser_of(other).await.get(&path).await.body.contains("cancel-many"), "none of these is theirs");
    }
    site.stop.cancel();
}

async fn what_means_nothing_is_refused_by_page_and_api(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, zoe) = (site.user("anna", false).await, site.user("zoe", false).await);
    let own = furnish(&site, "own", "global", anna).await;
    furnish(&site, "foreign", "global", zoe).await;
    let mut browser = site.browser_of(anna).await;
    let capture = own.path("/t/{tenant}/inventory/capture-many");
    for (form, status) in [
        ("which=selected", StatusCode::UNPROCESSABLE_ENTITY),
        ("which=selected&policy=scopeTags", StatusCode::NOT_FOUND),
        ("which=selected&policy=scopeTags/object-of-foreign", StatusCode::NOT_FOUND),
        ("which=matching&type=nonsense", StatusCode::UNPROCESSABLE_ENTITY),
        ("which=matching&q=nobody", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = browser.post(&capture, form).await;
        assert_eq!(answer.status, status, "{form}: {}", answer.body);
    }
    let (capture, cancel) = (
        own.path("/api/v1/tenants/{tenant}/inventory/capture-many"),
        own.path("/api/v1/tenants/{tenant}/runs/cancel-many"),
    );
    let policy = r#"{"type":"scopeTags","id":"object-of-own"}"#;
    let both = format!(r#"{{"policies":[{policy}],"filter":{{}}}}"#);
    let many = format!(r#"{{"policies":[{}]}}"#, vec![r#"{"type":"scopeTags","id":"x"}"#; 501].join(","));
    let unlike = (0..501).map(|id| format!(r#"{{"type":"scopeTags","id":"{id}"}}"#)).collect::<Vec<_>>().join(",");
    let unlike = format!(r#"{{"policies":[{unlike}]}}"#);
    for (path, body, code) in [
        (&capture, "", "capture.policies"),
        (&capture, r#"{"policies":[]}"#, "capture.policies"),
        (&capture, both.as_str(), "capture.policies"),
        (&capture, many.as_str(), "not_found"),
        (&capture, unlike.as_str(), "capture.policies"),
        (&capture, r#"{"policies":[{"type":"scopeTags","id":"object-of-foreign"}]}"#, "not_found"),
        (&capture, r#"{"filter":{"color":["red"]}}"#, "filter.unknown"),
        (&cancel, "", "request.body"),
        (&cancel, r#"{"filter":{"statuses":["queued"]}}"#, "filter.unknown"),
        (&cancel, r#"{"filter":{"status":["exploded"]}}"#, "filter.unknown"),
        (&cancel, r#"{"filter":{}}"#, "cancel.nothing"),
    ] {
        let answer = browser.post_json(path, body).await;
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(json["code"], code, "{path} {body}: {}", answer.body);
    }
    site.stop.cancel();
}
