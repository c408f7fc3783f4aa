//! Backup schedules on their pages and in the API.

use axum::http::StatusCode;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(
    a_schedule_is_made_changed_run_and_removed,
    a_wrong_field_is_named_and_what_was_typed_is_kept,
    the_api_makes_the_same_schedule,
);

const GOOD: &str = "name=Nightly&cron=0+2+*+*+*&zone=Europe/Berlin&enabled=yes&keep_last=7";

async fn a_schedule_is_made_changed_run_and_removed(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let list = things.path("/t/{tenant}/schedules");
    let mut browser = site.browser_of(anna).await;
    let made = browser.post(&list, GOOD).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let page = made.location.unwrap().split('?').next().unwrap().to_owned();
    let shown = browser.get(&page).await.body;
    assert!(shown.contains("Nightly") && shown.contains("Europe/Berlin") && shown.contains("7 newest"), "{shown}");
    assert!(shown.contains("No time has come yet"), "{shown}");
    let changed = browser.post(&page, &GOOD.replace("enabled=yes&", "").replace("Nightly", "Weekly")).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    let shown = browser.get(&list).await.body;
    assert!(shown.contains("Weekly") && shown.contains("Switched off"), "{shown}");
    let started = browser.post(&format!("{page}/run"), "").await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
    let toast = browser.get(&started.location.unwrap()).await.body;
    assert!(toast.contains("Back up now by schedule queued") && toast.contains("View run"), "{toast}");
    assert_eq!(browser.post(&format!("{page}/remove"), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&page).await.status, StatusCode::NOT_FOUND);
    site.stop.cancel();
}

async fn a_wrong_field_is_named_and_what_was_typed_is_kept(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let list = things.path("/t/{tenant}/schedules");
    let mut browser = site.browser_of(anna).await;
    for (wrong, sentence) in [
        ("name=+&cron=0+2+*+*+*&zone=UTC", "A schedule needs a name"),
        ("name=N&cron=every+night&zone=UTC", "not a cron rule of five fields"),
        ("name=N&cron=0+2+30+2+*&zone=UTC", "no time that ever comes"),
        ("name=N&cron=0+2+*+*+*&zone=Middle/Earth", "does not know that time zone"),
        ("name=N&cron=0+2+*+*+*&zone=UTC&keep_last=some", "is not a number of sets"),
        ("name=N&cron=0+2+*+*+*&zone=UTC&keep_last=0", "A rule keeps 1 to"),
    ] {
        let answer = browser.post(&list, wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(answer.body.contains(sentence) && answer.body.contains("aria-invalid"), "{wrong}: {}", answer.body);
    }
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    assert_eq!(site.db.tenant(&scope).schedules().list().await.unwrap().len(), 1, "the one that was there before");
    site.stop.cancel();
}

async fn the_api_makes_the_same_schedule(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let path = things.path("/api/v1/tenants/{tenant}/schedules");
    let mut browser = site.browser_of(anna).await;
    let made =
        browser.post_json(&path, r#"{"name":"Nightly","cron":"0 2 * * *","zone":"UTC","keep":{"days":7}}"#).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = serde_json::from_str::<serde_json::Value>(&made.body).unwrap()["schedule"].as_str().unwrap().to_owned();
    let one: serde_json::Value = serde_json::from_str(&browser.get(&format!("{path}/{id}")).await.body).unwrap();
    assert_eq!(
        (&one["schedule"]["keep"]["days"], one["schedule"]["upcoming"].as_array().unwrap().len()),
        (&7.into(), 5)
    );
    let wrong = browser.post_json(&path, r#"{"name":"Nightly","cron":"nonsense","zone":"UTC"}"#).await;
    assert!(wrong.body.contains("schedule.cron"), "{}", wrong.body);
    let started = browser.post_json(&format!("{path}/{id}/run"), "").await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
    site.stop.cancel();
}
