//! Excluding a type on the page and by the API; what is seen of it afterwards.

use axum::http::StatusCode;
use model::access::Role;
use serde_json::Value;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(
    a_type_is_excluded_and_included_on_the_page,
    the_api_excludes_and_includes,
    who_may_not_decide_is_told_why
);

async fn a_type_is_excluded_and_included_on_the_page(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let page = own.path("/t/{tenant}/coverage");
    let refused = browser.post(&format!("{page}/scopeTags/exclude"), "reason=").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("An exclusion needs a reason"), "{}", refused.body);
    let done = browser.post(&format!("{page}/scopeTags/exclude"), "reason=Nobody+uses+%3Cthem%3E").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let shown = browser.get(&done.location.unwrap()).await.body;
    assert!(shown.contains("Type excluded") && shown.contains("Nobody uses &lt;them&gt;"), "{shown}");
    assert!(shown.contains("Include type") && shown.contains("Excluded by anna"), "{shown}");
    let list = browser.get(&own.path("/t/{tenant}/inventory?type=scopeTags")).await.body;
    assert!(list.contains("Its type is excluded since"), "{list}");
    let object = browser.get(&own.path("/t/{tenant}/inventory/{type}/{id}")).await.body;
    assert!(object.contains("Its type is excluded from what is observed"), "{object}");
    assert!(object.contains("aria-disabled"), "it cannot be read again: {object}");
    let sync = browser.post(&own.path("/t/{tenant}/inventory/{type}/{id}/sync"), "").await;
    assert_eq!(sync.status, StatusCode::CONFLICT);
    assert!(sync.body.contains("selection.type_excluded"), "{}", sync.body);
    let backups = browser.get(&own.path("/t/{tenant}/backups")).await.body;
    assert!(!backups.contains(r#"value="scopeTags""#), "it cannot be chosen: {backups}");
    let done = browser.post(&format!("{page}/scopeTags/include"), "").await;
    assert!(browser.get(&done.location.unwrap()).await.body.contains("Type included"));
    let list = browser.get(&own.path("/t/{tenant}/inventory?type=scopeTags")).await.body;
    assert!(!list.contains("Its type is excluded"), "{list}");
    site.stop.cancel();
}

async fn the_api_excludes_and_includes(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let api = own.path("/api/v1/tenants/{tenant}/coverage/scopeTags");
    let answer = browser.post_json(&format!("{api}/exclude"), r#"{"reason":"not used"}"#).await;
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&told["state"], &told["excluded"]["reason"]), (&"excluded".into(), &"not used".into()), "{told}");
    assert!(told["excluded"]["by"].is_string() && told["excluded"]["at"].is_i64() && told["objects"] == 1, "{told}");
    let object = browser.get(&own.path("/api/v1/tenants/{tenant}/inventory/{type}/{id}")).await.body;
    assert_eq!(serde_json::from_str::<Value>(&object).unwrap()["object"]["excluded"], true);
    let start =
        browser.post_json(&own.path("/api/v1/tenants/{tenant}/inventory/sync"), r#"{"types":["scopeTags"]}"#).await;
    assert_eq!(start.status, StatusCode::CONFLICT);
    assert!(start.body.contains("selection.type_excluded"), "{}", start.body);
    let answer = browser.post_json(&format!("{api}/include"), "").await;
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&told["state"], &told["excluded"]), (&"complete".into(), &Value::Null), "{told}");
    for wrong in [r#"{"reason":""}"#, r#"{"reason":"a\nb"}"#] {
        let refused = browser.post_json(&format!("{api}/exclude"), wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body.contains("exclusion.reason"), "{}", refused.body);
    }
    let unknown = own.path("/api/v1/tenants/{tenant}/coverage/nonsense/exclude");
    assert!(browser.post_json(&unknown, r#"{"reason":"x"}"#).await.body.contains("selection.unknown_type"));
    site.stop.cancel();
}

async fn who_may_not_decide_is_told_why(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    let bert = site.user("bert", false).await;
    site.db.tenant(&scope).set_member(bert, Role::Operator).await.unwrap();
    let page = site.browser_of(bert).await.get(&own.path("/t/{tenant}/coverage")).await.body;
    assert_eq!(page.matches(r#"id="why-exclude""#).count(), 1, "{page}");
    assert!(page.contains(r#"aria-describedby="why-exclude""#) && !page.contains(r#"name="reason""#), "{page}");
    site.stop.cancel();
}
