//! A set's page, its items, and what becomes of old sets, on the pages and by the API.

use axum::http::StatusCode;
use model::access::Role;
use serde_json::Value;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(
    a_set_says_what_could_be_restored_and_opens_its_items,
    a_set_is_archived_brought_back_and_deleted_by_its_name,
    the_api_does_the_same,
);

async fn a_set_says_what_could_be_restored_and_opens_its_items(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let set = own.path("/t/{tenant}/backups/{set}");
    let page = browser.get(&set).await.body;
    assert!(page.contains("What could be restored today") && page.contains("Restore today"), "{page}");
    let item = format!("{set}/items/1");
    assert!(page.contains(&format!(r#"href="{item}""#)), "{page}");
    let shown = browser.get(&item).await.body;
    assert!(shown.contains("object-of-own") && shown.contains("Could it be restored today"), "{shown}");
    assert!(shown.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !shown.contains("<script>alert"), "{shown}");
    assert!(shown.contains("Not assigned to anything"), "{shown}");
    for wrong in ["2", "0", "-1", "x"] {
        assert_eq!(browser.get(&format!("{set}/items/{wrong}")).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let api = own.path("/api/v1/tenants/{tenant}/backups/{set}");
    let items: Value = serde_json::from_str(&browser.get(&format!("{api}/items")).await.body).unwrap();
    let first = &items["items"][0];
    assert_eq!(
        (&first["type"], &first["foundation"], &items["next"]),
        (&"scopeTags".into(), &false.into(), &Value::Null)
    );
    assert!(["yes", "partly", "no"].iter().any(|word| first["restorable"]["answer"] == *word), "{first}");
    let one: Value = serde_json::from_str(&browser.get(&format!("{api}/items/1")).await.body).unwrap();
    assert_eq!(one["document"]["displayName"], "object-of-own");
    assert_eq!(one["item"]["sha256"], first["sha256"]);
    let whole: Value = serde_json::from_str(&browser.get(&format!("{api}/restorability")).await.body).unwrap();
    assert_eq!(whole["yes"].as_u64().unwrap() + whole["partly"].as_u64().unwrap() + whole["no"].as_u64().unwrap(), 1);
    site.stop.cancel();
}

async fn a_set_is_archived_brought_back_and_deleted_by_its_name(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    let in_use = site.browser_of(anna).await.post(&own.path("/t/{tenant}/backups/{set}/archive"), "").await;
    assert!(in_use.body.contains("backup.in_use"), "a restore takes its objects from it: {}", in_use.body);
    site.db.tenant(&scope).restores().discard(own.restore).await.unwrap();
    let mut browser = site.browser_of(anna).await;
    let (list, set) = (own.path("/t/{tenant}/backups"), own.path("/t/{tenant}/backups/{set}"));
    let done = browser.post(&format!("{set}/archive"), "").await;
    let page = browser.get(&done.location.unwrap()).await.body;
    assert!(page.contains("Set archived") && page.contains("Bring back from the archive"), "{page}");
    let sets = browser.get(&list).await.body;
    // The name alone stands in the bell, too.
    let link = format!(r#"href="{set}""#);
    assert!(!sets.contains(&link) && sets.contains("1 set is archived"), "{sets}");
    assert!(browser.get(&format!("{list}?archived=1")).await.body.contains(&link));
    let done = browser.post(&format!("{set}/unarchive"), "").await;
    assert!(browser.get(&done.location.unwrap()).await.body.contains("Set brought back"));
    assert!(browser.get(&list).await.body.contains(&link));
    let refused = browser.post(&format!("{set}/delete"), "confirm=something+else").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("This is not the name of the backup set"), "{}", refused.body);
    let done = browser.post(&format!("{set}/delete"), "confirm=of+object-of-own").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(browser.get(&done.location.unwrap()).await.body.contains("Set deleted"));
    assert_eq!(browser.get(&set).await.status, StatusCode::NOT_FOUND);
    let bert = site.user("bert", false).await;
    let carl = site.user("carl", false).await;
    let other = furnish(&site, "other", "global", carl).await;
    let theirs = site.db.authorise(carl, other.tenant).await.unwrap();
    site.db.tenant(&theirs).set_member(bert, Role::Operator).await.unwrap();
    let page = site.browser_of(bert).await.get(&other.path("/t/{tenant}/backups/{set}")).await.body;
    assert!(page.contains("why-remove") && !page.contains(r#"name="confirm""#), "an operator is told why not: {page}");
    site.stop.cancel();
}

async fn the_api_does_the_same(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    site.db.tenant(&scope).restores().discard(own.restore).await.unwrap();
    let mut browser = site.browser_of(anna).await;
    let (list, set) =
        (own.path("/api/v1/tenants/{tenant}/backups"), own.path("/api/v1/tenants/{tenant}/backups/{set}"));
    let told: Value = serde_json::from_str(&browser.post_json(&format!("{set}/archive"), "").await.body).unwrap();
    assert!(told["archived_at"].is_i64() && told["archived_by"].is_string(), "{told}");
    let sets = |body: &str| serde_json::from_str::<Value>(body).unwrap()["sets"].as_array().unwrap().len();
    assert_eq!(sets(&browser.get(&list).await.body), 0);
    assert_eq!(sets(&browser.get(&format!("{list}?archived=true")).await.body), 1);
    let told: Value = serde_json::from_str(&browser.post_json(&format!("{set}/unarchive"), "").await.body).unwrap();
    assert_eq!(told["archived_at"], Value::Null);
    let refused = browser.post_json(&format!("{set}/delete"), r#"{"confirm":"x"}"#).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("backup.confirmation"));
    let gone = browser.post_json(&format!("{set}/delete"), r#"{"confirm":"of object-of-own"}"#).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
    assert_eq!(browser.post_json(&format!("{set}/delete"), r#"{"confirm":"x"}"#).await.status, StatusCode::NOT_FOUND);
    site.stop.cancel();
}
