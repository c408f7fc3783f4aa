//! Change probes on the page of schedules and in the API, and who made a version.

use axum::http::StatusCode;
use model::change::{Author, AuthorKind, ChangeLog, ToldChange};
use serde_json::Value;
use store::RecordedObject;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::{claim, furnish, scope_tag};

on_both_databases!(how_often_is_chosen_on_the_page_and_in_the_api, a_version_says_who_made_it_and_nobody_is_guessed);

async fn how_often_is_chosen_on_the_page_and_in_the_api(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let (page, api) = (things.path("/t/{tenant}/schedules"), things.path("/api/v1/tenants/{tenant}/schedules/probe"));
    let mut browser = site.browser_of(anna).await;
    let shown = browser.get(&page).await.body;
    assert!(shown.contains("Change probe") && shown.contains("Switched off"), "{shown}");
    assert!(shown.contains("Check for changes now"), "{shown}");
    let saved = browser.post(&format!("{page}/probe"), "every=15").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let shown = browser.get(&saved.location.unwrap()).await.body;
    assert!(shown.contains("Choice saved") && shown.contains("Every 15 minutes"), "{shown}");
    let told: Value = serde_json::from_str(&browser.get(&api).await.body).unwrap();
    assert_eq!((&told["every_minutes"], told["logs"].as_array().unwrap().len()), (&15.into(), 0));
    assert!(told["next_at"].is_i64() && told["chosen_by"].is_string(), "{told}");
    let off = browser.post_json(&api, r#"{"every_minutes":null}"#).await;
    assert_eq!(off.status, StatusCode::OK, "{}", off.body);
    assert!(browser.get(&page).await.body.contains("Switched off"));
    for wrong in ["every=0", "every=soon", "every=100000"] {
        let refused = browser.post(&format!("{page}/probe"), wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(refused.body.contains("minutes"), "{}", refused.body);
    }
    assert!(browser.post_json(&api, r#"{"every_minutes":0}"#).await.body.contains("probe.every"));
    site.stop.cancel();
}

async fn a_version_says_who_made_it_and_nobody_is_guessed(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    let author = Author {
        kind: AuthorKind::Person,
        name: Some("<b>ada</b>@contoso.com".into()),
        id: Some("u1".into()),
        activity: "Patch RoleScopeTag".into(),
        at: site.db.ping().await.unwrap() + 60_000,
        log: ChangeLog::Intune,
        correlation: Some("c1".into()),
    };
    let change = |event: &str| ToldChange {
        event: event.into(),
        object: "object-of-own".into(),
        deletes: false,
        failed: false,
        author: author.clone(),
    };
    let run = app::inventory::probe::start_probe(&site.db, &scope, Default::default()).await.unwrap().run();
    let lease = claim(&site, run).await;
    let object = RecordedObject {
        told: vec![change("one"), change("two")],
        content: b"changed".to_vec(),
        ..scope_tag("object-of-own")
    };
    site.db.tenant(&scope).inventory().record(&lease, vec![object]).await.unwrap();
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&things.path("/t/{tenant}/inventory/scopeTags/object-of-own")).await.body;
    assert!(page.contains("&lt;b&gt;ada&lt;/b&gt;@contoso.com"), "{page}");
    assert!(page.contains("Patch RoleScopeTag and 1 other change"), "{page}");
    assert!(page.contains("Author unknown"), "of the version before: {page}");
    let path = things.path("/api/v1/tenants/{tenant}/inventory/scopeTags/object-of-own");
    let told: Value = serde_json::from_str(&browser.get(&path).await.body).unwrap();
    let by = &told["versions"][0]["author"];
    assert_eq!((&by["kind"], &by["id"], &by["others"]), (&"person".into(), &"u1".into(), &1.into()), "{told}");
    assert_eq!((&by["log"], &by["correlation_id"]), (&"intune".into(), &"c1".into()));
    assert!(told["versions"][1]["author"].is_null(), "{told}");
    site.stop.cancel();
}
