//! Times are shown in the zone of the account that reads them.

use axum::http::StatusCode;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(
    a_persons_zone_changes_what_every_page_of_theirs_shows,
    a_zone_that_is_none_is_refused_with_its_code
);

/// 25 October 2026, 00:30 UTC.
const HALF_PAST_TWO_SUMMER: i64 = 1_792_888_200_000;
/// An hour later.
const HALF_PAST_TWO_WINTER: i64 = HALF_PAST_TWO_SUMMER + 3_600_000;

async fn a_persons_zone_changes_what_every_page_of_theirs_shows(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    // The night in which Berlin's clocks go back: 00:30 and 01:30 UTC are both half past two there.
    let operations = format!("/t/{}/operations", things.tenant);
    let scope = site.db.authorise(anna, things.tenant).await.unwrap();
    let mut last = None;
    for (key, at) in [("scopeTags", HALF_PAST_TWO_SUMMER), ("namedLocations", HALF_PAST_TWO_WINTER)] {
        let selection = app::inventory::Selection::of(&[key]).unwrap();
        let run = app::inventory::start_sync(&site.db, &scope, &selection, Default::default()).await.unwrap().run();
        let moved = format!(
            "update operation_runs set created_at = {at} where status = 'queued' and created_at <> {HALF_PAST_TWO_SUMMER}"
        );
        database.execute(&moved).await;
        last = Some(run);
    }
    let mut desk = site.browser_of(anna).await;
    let page = desk.get(&operations).await.body;
    assert!(
        page.contains("Times in UTC.") && page.contains("title=\"25 Oct 2026, 00:30:00 (UTC, UTC+00:00)\""),
        "{page}"
    );
    let saved = desk.post("/account/preferences", "zone=europe/berlin&keys=yes").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    // Another browser of the same person.
    let mut laptop = site.browser_of(anna).await;
    let page = laptop.get(&operations).await.body;
    assert!(page.contains("Times in Europe/Berlin."), "{page}");
    for title in [
        "title=\"25 Oct 2026, 02:30:00 (Europe/Berlin, UTC+02:00)\"",
        "title=\"25 Oct 2026, 02:30:00 (Europe/Berlin, UTC+01:00)\"",
        "datetime=\"2026-10-25T02:30:00+02:00\"",
    ] {
        assert!(page.contains(title), "{title}: {page}");
    }
    let detail = laptop.get(&format!("{operations}/{}", last.unwrap())).await.body;
    assert!(detail.contains(">25 Oct 2026, 02:30:00<"), "{detail}");
    // Somebody else still reads in UTC.
    let page = site.browser_of(things.member).await.get(&operations).await.body;
    assert!(page.contains("Times in UTC."), "{page}");
    site.stop.cancel();
}

async fn a_zone_that_is_none_is_refused_with_its_code(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let mut browser = site.browser_of(anna).await;
    for wrong in ["Mars/Olympus", "../etc/passwd", "Europe/Berlin%0A", "%3Cscript%3E"] {
        let answer = browser.post("/account/preferences", &format!("zone={wrong}")).await;
        if wrong.ends_with("%0A") {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "a line end behind it is no part of a name");
            continue;
        }
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(
            answer.body.contains("does not know that time zone") && answer.body.contains("Europe/Berlin"),
            "{wrong}"
        );
    }
    browser.post("/account/preferences", "zone=").await;
    let page = browser.get("/account").await.body;
    assert!(page.contains("value=\"UTC\""), "nothing typed is UTC");
    assert!(page.contains("data-keys=\"off\""), "the tick that was not sent switches the keys off: {page}");
    site.stop.cancel();
}
