//! Start surfaces queue, answer at once, and lead to the run.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use model::access::Role;
use model::ids::UserId;
use store::RunFilter;
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Site, read};
use crate::things::{Things, furnish};

on_both_databases!(
    a_start_answers_with_view_run_and_a_second_one_with_the_active_run,
    a_repeated_key_is_one_start_and_another_body_under_it_is_refused,
    who_may_not_start_sees_the_control_off_with_the_reason,
    what_graph_sent_is_text_and_never_markup,
    a_start_that_cannot_be_read_back_still_says_that_it_is_queued,
    a_start_that_fails_says_that_nothing_was_started,
);

async fn runs_of(site: &Site, member: UserId, things: &Things) -> u64 {
    let scope = site.db.authorise(member, things.tenant).await.unwrap();
    site.db.tenant(&scope).runs().counts(&RunFilter::default()).await.unwrap().total()
}

/// What only the look after the start reads, so that a start goes through without it.
const READ_BACK: &str = "run_limits";
/// What a start writes last.
const WRITTEN_LAST: &str = "audit_entries";

async fn a_start_that_cannot_be_read_back_still_says_that_it_is_queued(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let form = format!("csrf={}", browser.csrf);
    let request = Request::post(things.path("/t/{tenant}/inventory/sync"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("hx-request", "true");
    database.execute(&format!("alter table {READ_BACK} rename to away")).await;
    let toast = read(browser.send(request.body(Body::from(form)).unwrap()).await).await;
    database.execute(&format!("alter table away rename to {READ_BACK}")).await;
    assert_eq!(toast.status, StatusCode::OK);
    assert!(toast.body.contains("Queued") && toast.body.contains("View run"), "{}", toast.body);
    assert_eq!(runs_of(&site, anna, &things).await, 4, "three made before, one here");
    site.stop.cancel();
}

async fn a_start_that_fails_says_that_nothing_was_started(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    database.execute(&format!("alter table {WRITTEN_LAST} rename to away")).await;
    let page = browser.post(&things.path("/t/{tenant}/inventory/sync"), "").await;
    let request = Request::post(things.path("/api/v1/tenants/{tenant}/inventory/sync"))
        .header(CONTENT_TYPE, "application/json")
        .header("x-csrf-token", &browser.csrf);
    let answer = read(browser.send(request.body(Body::from("{}")).unwrap()).await).await;
    database.execute(&format!("alter table away rename to {WRITTEN_LAST}")).await;
    for told in [&page, &answer] {
        assert_eq!(told.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(told.body.contains("Nothing was started"), "{}", told.body);
    }
    assert_eq!(runs_of(&site, anna, &things).await, 3, "only those made before");
    site.stop.cancel();
}

async fn a_start_answers_with_view_run_and_a_second_one_with_the_active_run(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, bert) = (site.user("anna", false).await, site.user("bert", false).await);
    let things = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    site.db.tenant(&scope).set_member(bert, Role::Operator).await.unwrap();
    let path = things.path("/t/{tenant}/inventory/sync");
    let mut browser = site.browser_of(anna).await;
    let started = browser.post(&path, "").await;
    assert_eq!(started.status, StatusCode::SEE_OTHER);
    let location = started.location.unwrap();
    let run = location.split("started=").nth(1).unwrap().parse().unwrap();
    let page = browser.get(&location).await;
    assert!(page.body.contains("Sync inventory queued") && page.body.contains("View run"), "{}", page.body);
    let entries = site.db.tenant(&scope).audit().of_run(run).await.unwrap();
    let audited: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.address.as_deref())).collect();
    assert_eq!(audited, [("run.start", Some("203.0.113.7"))]);
    let mut other = site.browser_of(bert).await;
    let form = format!("csrf={}", other.csrf);
    let request =
        Request::post(&path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").header("hx-request", "true");
    let toast = read(other.send(request.body(Body::from(form)).unwrap()).await).await;
    assert!(toast.body.starts_with("<div class=\"toast\"") && toast.body.contains("Already queued"), "{}", toast.body);
    assert!(toast.body.contains("Started by anna"), "{}", toast.body);
    site.stop.cancel();
}

async fn a_repeated_key_is_one_start_and_another_body_under_it_is_refused(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let path = things.path("/api/v1/tenants/{tenant}/inventory/sync");
    let mut results = Vec::new();
    for body in [r#"{"types":["scopeTags"]}"#, r#"{"types":["scopeTags"]}"#, r#"{"types":["namedLocations"]}"#] {
        let request =
            Request::post(&path).header(CONTENT_TYPE, "application/json").header("x-csrf-token", &browser.csrf);
        let answer =
            read(browser.send(request.header("idempotency-key", "one").body(Body::from(body)).unwrap()).await).await;
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        results.push((answer.status.as_u16(), json["result"].as_str().or(json["code"].as_str()).unwrap().to_owned()));
    }
    let expected = [(202, "started"), (202, "replayed"), (409, "idempotency.mismatch")];
    assert_eq!(results, expected.map(|(status, word)| (status, word.to_owned())));
    assert_eq!(runs_of(&site, anna, &things).await, 4, "three made before, one here");
    site.stop.cancel();
}

async fn who_may_not_start_sees_the_control_off_with_the_reason(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut reader = site.browser_of(things.member).await;
    for pattern in [
        "/t/{tenant}/inventory",
        "/t/{tenant}/backups",
        "/t/{tenant}/operations",
        "/t/{tenant}/connection",
        "/t/{tenant}/members",
    ] {
        let page = reader.get(&things.path(pattern)).await;
        assert_eq!(page.status, StatusCode::OK, "{pattern}");
        assert!(
            page.body.contains("aria-disabled=\"true\"") && page.body.contains("Your role does not include"),
            "{pattern}"
        );
    }
    site.stop.cancel();
}

async fn what_graph_sent_is_text_and_never_markup(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "<b>own</b>", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&things.path("/t/{tenant}/inventory?q=%3Cscript%3E")).await;
    assert!(!page.body.contains("<b>own") && page.body.contains("&lt;b&gt;own"), "{}", page.body);
    let object = crate::things::Things { object: "object-of-%3Cb%3Eown%3C%2Fb%3E".into(), ..things };
    let page = browser.get(&object.path("/t/{tenant}/inventory/{type}/{id}?view=json")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("<script>alert") && page.body.contains("&lt;script&gt;alert"), "{}", page.body);
    site.stop.cancel();
}
