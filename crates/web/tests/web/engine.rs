//! The engine's page and the pauses of a tenant.

use axum::http::StatusCode;
use model::access::Role;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::{furnish, worker};

on_both_databases!(
    the_page_shows_nodes_and_what_they_hold,
    limits_are_saved_together_or_not_at_all,
    a_pause_is_made_seen_and_ended,
    who_may_not_pause_sees_why,
);

async fn the_page_shows_nodes_and_what_they_hold(database: &TestDatabase) {
    let site = Site::new(database).await;
    let admin = site.user("admin", true).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(admin).await;
    assert!(browser.get("/engine").await.body.contains("No process has said that it lives"));
    let node = worker(&site);
    site.db.nodes().register(&node, &["inventory.sync"], 4).await.unwrap();
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    let selection = app::inventory::Selection::of(&["scopeTags"]).unwrap();
    app::inventory::start_sync(&site.db, &scope, &selection, Default::default()).await.unwrap();
    site.db.ledger().claim(&node, 4, &["inventory.sync"]).await.unwrap();
    let page = browser.get("/engine").await.body;
    assert!(page.contains("1 of 4") && page.contains("1 × Sync inventory"), "{page}");
    assert!(!page.contains("scopeTags") && !page.contains("own.example.com"), "no tenant's content: {page}");
    assert_eq!(site.browser_of(anna).await.get("/engine").await.status, StatusCode::FORBIDDEN);
    site.stop.cancel();
}

async fn limits_are_saved_together_or_not_at_all(database: &TestDatabase) {
    let site = Site::new(database).await;
    let admin = site.user("admin", true).await;
    let mut browser = site.browser_of(admin).await;
    let wrong = browser.post("/engine/limits", "all=20&tenant_reads=many").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("is not a number of runs") && wrong.body.contains("many"), "{}", wrong.body);
    assert!(site.db.limits().list().await.unwrap().is_empty());
    let saved = browser.post("/engine/limits", "all=20&tenant_reads=2").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert_eq!(site.db.limits().list().await.unwrap().into_values().collect::<Vec<_>>(), [20, 2]);
    browser.post("/engine/limits", "all=&tenant_reads=2").await;
    assert_eq!(site.db.limits().list().await.unwrap().len(), 1);
    site.stop.cancel();
}

async fn a_pause_is_made_seen_and_ended(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let queue = things.path("/t/{tenant}/queue");
    let wrong = browser.post(&format!("{queue}/pauses"), "reason=&type=").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("A pause needs a reason"), "{}", wrong.body);
    let paused = browser.post(&format!("{queue}/pauses"), "reason=Migration+tonight&type=inventory.sync").await;
    assert_eq!(paused.status, StatusCode::SEE_OTHER);
    browser.post(&things.path("/t/{tenant}/inventory/sync"), "").await;
    let list = browser.get(&things.path("/t/{tenant}/operations")).await.body;
    assert!(list.contains("Paused: Sync inventory") && list.contains("Paused by anna: Migration tonight"), "{list}");
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    let pause = site.db.tenant(&scope).pauses().await.unwrap()[0].id;
    let ended = browser.post(&format!("{queue}/pauses/{pause}/end"), "").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    assert!(browser.get(&queue).await.body.contains("Nothing is paused"));
    site.stop.cancel();
}

async fn who_may_not_pause_sees_why(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, bert) = (site.user("anna", false).await, site.user("bert", false).await);
    let things = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    site.db.tenant(&scope).set_member(bert, Role::Operator).await.unwrap();
    let page = site.browser_of(bert).await.get(&things.path("/t/{tenant}/queue")).await;
    assert!(
        page.body.contains("aria-disabled=\"true\"") && page.body.contains("operations.cancel_any"),
        "{}",
        page.body
    );
    site.stop.cancel();
}
