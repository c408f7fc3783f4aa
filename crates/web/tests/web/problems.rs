//! What programs get when something is wrong, byte for byte.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Site, read};
use crate::things::furnish;

on_both_databases!(problems_have_code_sentence_and_next_step, every_answer_carries_the_security_headers);

async fn problems_have_code_sentence_and_next_step(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let nobody = site.browser().get("/api/v1/tenants").await;
    assert_eq!(nobody.body, include_str!("snapshots/session_none.json").trim_end());
    let missing = browser.get(&things.missing_in(&site).path("/api/v1/tenants/{tenant}/runs/{run}")).await;
    assert_eq!(missing.body, include_str!("snapshots/not_found.json").trim_end());
    let path = things.path("/api/v1/tenants/{tenant}/inventory/sync");
    let without = Request::post(&path).header(CONTENT_TYPE, "application/json").body(Body::from("{}")).unwrap();
    let answer = read(browser.send(without).await).await;
    assert_eq!(answer.body, include_str!("snapshots/csrf_missing.json").trim_end());
    let half = Request::post(&path).header(CONTENT_TYPE, "application/json").header("x-csrf-token", &browser.csrf);
    let answer = read(browser.send(half.body(Body::from(r#"{"types": ["#)).unwrap()).await).await;
    assert_eq!(answer.body, include_str!("snapshots/request_body.json").trim_end());
    let unknown = browser.get("/api/v1/nothing").await;
    assert_eq!(unknown.body, include_str!("snapshots/not_found.json").trim_end());
    site.stop.cancel();
}

async fn every_answer_carries_the_security_headers(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let mut browser = site.browser_of(anna).await;
    for path in ["/tenants", "/nothing", "/api/v1/session", "/healthz"] {
        let response = browser.send(Request::get(path).body(Body::empty()).unwrap()).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
    let page = browser.get("/tenants").await.body;
    assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains("onclick"), "nothing inline");
    site.stop.cancel();
}
