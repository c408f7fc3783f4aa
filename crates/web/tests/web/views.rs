//! Saved views and exports, through pages and API.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use model::access::Role;
use model::ids::ViewId;
use serde_json::{Value, json};
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Browser, Site};
use crate::things::{Things, furnish};

on_both_databases!(
    a_view_is_saved_opened_changed_and_removed_from_the_page,
    a_default_applies_is_said_and_can_be_left,
    the_api_has_what_the_page_has,
    wrong_names_and_filters_are_refused_with_their_code,
    small_exports_are_the_list_and_large_ones_are_refused,
);

async fn begin(database: &TestDatabase) -> (Site, Things, model::ids::UserId) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    (site, things, anna)
}

/// The id in the address that a saved view leads to.
fn saved(location: Option<String>) -> ViewId {
    let location = location.expect("a saved view leads to itself");
    location.split("view=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap()
}

async fn save(browser: &mut Browser<'_>, path: &str, form: &str) -> ViewId {
    let answer = browser.post(&format!("{path}/views"), form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    saved(answer.location)
}

async fn a_view_is_saved_opened_changed_and_removed_from_the_page(database: &TestDatabase) {
    let (site, things, anna) = begin(database).await;
    let path = format!("/t/{}/operations", things.tenant);
    let mut browser = site.browser_of(anna).await;
    let view = save(&mut browser, &path, "name=Syncs&type=inventory.sync&when=all").await;
    let page = browser.get(&format!("{path}?view={view}")).await.body;
    assert!(page.contains("aria-current=\"true\">Syncs"), "{page}");
    assert!(page.contains("Sync inventory") && !page.contains(">Back up</a>"), "only its rows: {page}");
    let changed = browser.get(&format!("{path}?view={view}&type=backup_set.create&when=all")).await.body;
    assert!(changed.contains("Not as “Syncs” was saved.") && changed.contains("Update “Syncs”"), "{changed}");
    let updated = browser.post(&format!("{path}/views/{view}"), "filter=yes&type=backup_set.create&when=all").await;
    assert_eq!(saved(updated.location), view);
    let page = browser.get(&format!("{path}?view={view}")).await.body;
    assert!(page.contains(">Back up</a>") && !page.contains("was saved."), "{page}");
    browser.post(&format!("{path}/views/{view}"), "name=Backups").await;
    let page = browser.get(&format!("{path}/views")).await.body;
    assert!(page.contains(">Backups</a>") && page.contains("Back up, any time"), "{page}");
    browser.post(&format!("{path}/views/{view}/remove"), "").await;
    let page = browser.get(&format!("{path}?view={view}")).await.body;
    assert!(page.contains("is not there any more"), "{page}");
    site.stop.cancel();
}

async fn a_default_applies_is_said_and_can_be_left(database: &TestDatabase) {
    let (site, things, anna) = begin(database).await;
    let path = format!("/t/{}/operations", things.tenant);
    let mut owner = site.browser_of(anna).await;
    let mut reader = site.browser_of(things.member).await;
    let shared = save(&mut owner, &path, "name=Nothing+failed&shared=yes&outcome=failed&when=all").await;
    let set = owner.post(&format!("{path}/views/default"), &format!("for=everybody&view-everybody={shared}")).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER);
    for browser in [&mut owner, &mut reader] {
        let page = browser.get(&path).await.body;
        assert!(page.contains("Opened with the tenant's default view."), "{page}");
        assert!(page.contains("No operation matches") && page.contains(&format!("{path}?view=none")), "{page}");
        let page = browser.get(&format!("{path}?view=none")).await.body;
        assert!(page.contains("Sync inventory") && !page.contains("Opened with"), "{page}");
        let page = browser.get(&format!("{path}?outcome=succeeded&when=all")).await.body;
        assert!(page.contains("Sync inventory") && !page.contains("Opened with"), "a filter goes before it: {page}");
    }
    let own = save(&mut reader, &path, "name=Mine&who=me&default=yes").await;
    assert!(reader.get(&path).await.body.contains("Opened with your default view."));
    reader.post(&format!("{path}/views/default"), "for=me&view-me=none").await;
    assert!(!reader.get(&path).await.body.contains("Opened with"));
    let refused =
        reader.post(&format!("{path}/views/default"), &format!("for=everybody&view-everybody={shared}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let foreign = owner.post(&format!("{path}/views/default"), &format!("for=me&view-me={own}")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "another person's own view");
    assert!(!owner.get(&path).await.body.contains("Mine"), "nobody else sees it");
    let page = reader.get(&format!("{path}/views")).await.body;
    assert!(page.contains("why-share") && !page.contains("name=\"shared\""), "sharing is off with its reason: {page}");
    site.stop.cancel();
}

async fn the_api_has_what_the_page_has(database: &TestDatabase) {
    let (site, things, anna) = begin(database).await;
    let path = format!("/api/v1/tenants/{}", things.tenant);
    let mut browser = site.browser_of(anna).await;
    let body = json!({ "name": "Failed", "filter": { "outcome": ["failed"], "when": ["all"] }, "shared": true });
    let made = browser.post_json(&format!("{path}/views"), &body.to_string()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let view = value(&made.body)["view"].as_str().unwrap().to_owned();
    let chosen = browser.post_json(&format!("{path}/views/default"), &json!({ "view": view }).to_string()).await;
    assert_eq!(value(&chosen.body)["default"], view);
    browser.post_json(&format!("{path}/views/{view}"), r#"{"name":"Failed, any time"}"#).await;
    let list = value(&browser.get(&format!("{path}/views")).await.body);
    assert_eq!(list["views"][0]["name"], "Failed, any time");
    assert_eq!(list["views"][0]["filter"], json!({ "outcome": ["failed"], "when": ["all"] }));
    browser.post_json(&format!("{path}/views/{view}/remove"), "").await;
    let list = value(&browser.get(&format!("{path}/views")).await.body);
    assert!(list["views"].as_array().unwrap().iter().all(|left| left["id"] != view), "{list}");
    assert_eq!(list["default"], Value::Null);
    site.stop.cancel();
}

fn value(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| panic!("not JSON: {body}"))
}

async fn wrong_names_and_filters_are_refused_with_their_code(database: &TestDatabase) {
    let (site, things, anna) = begin(database).await;
    let (path, api) = (format!("/t/{}/operations", things.tenant), format!("/api/v1/tenants/{}", things.tenant));
    let mut browser = site.browser_of(anna).await;
    save(&mut browser, &path, "name=Taken").await;
    for (form, words) in [
        ("name=", "needs a name"),
        ("name=+%09+", "needs a name"),
        (&format!("name={}", "x".repeat(61)), "needs a name"),
        ("name=a%0Ab", "needs a name"),
        ("name=tAKEN", "There is a view “tAKEN” already"),
        ("name=a&outcome=exploded", "outcome=exploded"),
        ("name=a&q=a%0Ab", "without line breaks"),
    ] {
        let answer = browser.post(&format!("{path}/views"), form).await;
        assert!(answer.status.is_client_error(), "{form}: {}", answer.status);
        assert!(answer.body.contains(words) && answer.body.contains("Save a view"), "{form}: {}", answer.body);
    }
    for (what, body, code) in [
        ("views", json!({ "name": "a", "filter": { "colour": ["red"] } }), "filter.unknown"),
        ("views", json!({ "name": "a", "filter": { "when": ["1h", "7d"] } }), "filter.unknown"),
        ("views/default", json!({ "view": "vew_nonsense" }), "not_found"),
        ("runs/export", json!({ "format": "xlsx" }), "export.format"),
    ] {
        let answer = browser.post_json(&format!("{api}/{what}"), &body.to_string()).await;
        assert_eq!(value(&answer.body)["code"], code, "{what} {body}: {}", answer.body);
    }
    for address in ["runs?outcome=exploded", "runs/export?format=csv&outcome=exploded"] {
        assert_eq!(value(&browser.get(&format!("{api}/{address}")).await.body)["code"], "filter.unknown", "{address}");
    }
    let page = browser.get(&format!("{path}?outcome=exploded")).await.body;
    assert!(page.contains("leaves it out") && page.contains("outcome=exploded"), "the page says so: {page}");
    site.stop.cancel();
}

async fn small_exports_are_the_list_and_large_ones_are_refused(database: &TestDatabase) {
    let (site, things, anna) = begin(database).await;
    let (path, api) = (format!("/t/{}/operations", things.tenant), format!("/api/v1/tenants/{}/runs", things.tenant));
    let mut browser = site.browser_of(anna).await;
    let request =
        Request::get(format!("{path}/export?format=csv&when=all&type=inventory.sync")).body(Body::empty()).unwrap();
    let response = browser.send(request).await;
    assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"operations-2026-11-23.csv\"");
    let file = crate::support::read(response).await.body;
    assert!(file.starts_with("\u{feff}id,type,label,"), "{file}");
    assert_eq!((file.matches("\r\n").count(), file.contains(&things.run.to_string())), (2, true), "{file}");
    let exported = value(&browser.get(&format!("{api}/export?format=json&when=all")).await.body);
    let listed = value(&browser.get(&format!("{api}?when=all")).await.body);
    assert_eq!(exported, listed["runs"], "the same objects under the same keys");
    let none = value(&browser.get(&format!("{api}/export?format=json&q=nothing")).await.body);
    assert_eq!(none, json!([]));
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    let audit = site.db.tenant(&scope).audit().list(None, 10).await.unwrap();
    assert!(
        audit.iter().any(|row| row.action == "export.read" && row.object.as_deref() == Some("1 operations as csv"))
    );
    site.db.tenant(&scope).set_member(things.member, Role::Operator).await.unwrap();
    let page = site.browser_of(things.member).await.get(&path).await.body;
    assert!(page.contains("why-export") && !page.contains("format=csv"), "off with its reason: {page}");
    let file = browser.get(&format!("{path}/{}/file", things.run)).await;
    assert_eq!(file.status, StatusCode::CONFLICT, "a sync has no file");
    assert!(file.body.contains("export.none"), "{}", file.body);
    site.stop.cancel();
}
