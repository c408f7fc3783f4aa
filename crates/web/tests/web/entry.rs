//! The first start, signing in and out, form tokens and the life of a session.

use axum::http::StatusCode;
use testkit::{TestDatabase, on_both_databases};

use crate::support::{SETUP_TOKEN, Site};

on_both_databases!(
    the_first_start_makes_one_account_and_signs_it_in,
    of_two_set_ups_at_once_one_wins,
    signing_in_begins_a_new_session_and_says_nothing_about_accounts,
    ten_wrong_passwords_are_slowed_down,
    a_session_ends_by_idleness_by_age_and_by_signing_out,
    a_form_without_its_token_is_refused,
    the_next_page_is_only_one_of_ours,
);

const PASSWORD: &str = "correct+horse+battery";

fn set_up_form(name: &str) -> String {
    format!("token={SETUP_TOKEN}&name={name}&email={name}@example.com&password={PASSWORD}&repeat={PASSWORD}")
}

async fn set_up(site: &Site) {
    let mut browser = site.browser();
    browser.open_form(&format!("/setup?token={SETUP_TOKEN}")).await;
    let answer = browser.post("/setup", &set_up_form("anna")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

async fn the_first_start_makes_one_account_and_signs_it_in(database: &TestDatabase) {
    let site = Site::new(database).await;
    let mut browser = site.browser();
    assert_eq!(browser.get("/sign-in").await.location.as_deref(), Some("/setup"));
    let blind = browser.get("/setup?token=wrong").await;
    assert!(blind.body.contains("terminal") && !blind.body.contains("name=\"password\""), "{}", blind.body);
    browser.open_form(&format!("/setup?token={SETUP_TOKEN}")).await;
    let wrong = browser.post("/setup", &set_up_form("anna").replace(SETUP_TOKEN, "wrong")).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    let weak = browser.post("/setup", &set_up_form("anna").replace(PASSWORD, "short")).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(weak.body.contains("at least 12 characters"), "{}", weak.body);
    let done = browser.post("/setup", &set_up_form("anna")).await;
    assert_eq!((done.status, done.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));
    assert_eq!(browser.get("/tenants").await.status, StatusCode::OK);
    assert_eq!(site.browser().get("/setup").await.location.as_deref(), Some("/sign-in"));
}

async fn of_two_set_ups_at_once_one_wins(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (mut one, mut two) = (site.browser(), site.browser());
    one.open_form(&format!("/setup?token={SETUP_TOKEN}")).await;
    two.open_form(&format!("/setup?token={SETUP_TOKEN}")).await;
    let (form_one, form_two) = (set_up_form("anna"), set_up_form("bert"));
    let (first, second) = tokio::join!(one.post("/setup", &form_one), two.post("/setup", &form_two));
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    let loser = if first.status == StatusCode::CONFLICT { first } else { second };
    assert!(loser.body.contains("setup.done"), "{}", loser.body);
    assert_eq!(site.db.people().count().await.unwrap(), 1);
}

async fn signing_in_begins_a_new_session_and_says_nothing_about_accounts(database: &TestDatabase) {
    let site = Site::new(database).await;
    set_up(&site).await;
    let mut browser = site.browser();
    browser.open_form("/sign-in").await;
    let unknown = browser.post("/sign-in", "email=nobody@example.com&password=wrong").await;
    let wrong = browser.post("/sign-in", "email=anna@example.com&password=wrong").await;
    assert_eq!((unknown.status, wrong.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(unknown.body.replace("nobody@", "anna@"), wrong.body);
    let right = format!("email=Anna@example.com&password={PASSWORD}");
    browser.post("/sign-in", &right).await;
    let first = browser.cookies["tenantatlas"].clone();
    assert!(first.len() >= 43, "256 bits: {first}");
    browser.open_form("/account").await;
    let mut again = site.browser();
    again.open_form("/sign-in").await;
    again.cookies.insert("tenantatlas".into(), first.clone());
    assert_eq!(again.post("/sign-in", &right).await.status, StatusCode::SEE_OTHER);
    assert_ne!(again.cookies["tenantatlas"], first);
    assert_eq!(
        browser.get("/account").await.status,
        StatusCode::SEE_OTHER,
        "the token that was brought to the sign-in is over"
    );
}

async fn ten_wrong_passwords_are_slowed_down(database: &TestDatabase) {
    let site = Site::new(database).await;
    set_up(&site).await;
    let mut browser = site.browser();
    browser.open_form("/sign-in").await;
    for _ in 0..app::people::SIGN_IN_FAILURES_MAX {
        assert_eq!(
            browser.post("/sign-in", "email=anna@example.com&password=wrong").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let right = format!("email=anna@example.com&password={PASSWORD}");
    let slowed = browser.post("/sign-in", &right).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.body.contains("sign_in.throttled"), "{}", slowed.body);
    site.clock.advance_ms(16 * 60 * 1000);
    assert_eq!(browser.post("/sign-in", &right).await.status, StatusCode::SEE_OTHER);
}

async fn a_session_ends_by_idleness_by_age_and_by_signing_out(database: &TestDatabase) {
    const HOUR: i64 = 60 * 60 * 1000;
    let site = Site::new(database).await;
    let user = site.user("anna", false).await;
    let mut idle = site.browser_of(user).await;
    let mut busy = site.browser_of(user).await;
    for hour in 1..=(7 * 24) {
        site.clock.advance_ms(HOUR);
        let status = busy.get("/tenants").await.status;
        assert_eq!(status, if hour < 7 * 24 { StatusCode::OK } else { StatusCode::SEE_OTHER }, "hour {hour}");
        if hour == 8 {
            assert_eq!(idle.get("/tenants").await.status, StatusCode::SEE_OTHER, "idle for eight hours");
        }
    }
    let mut here = site.browser_of(user).await;
    let mut there = site.browser_of(user).await;
    assert_eq!(here.post("/sign-out", "").await.location.as_deref(), Some("/sign-in"));
    assert!(!here.cookies.contains_key("tenantatlas"));
    assert_eq!(there.get("/tenants").await.status, StatusCode::OK);
    let mut third = site.browser_of(user).await;
    there.post("/sign-out/everywhere", "").await;
    assert_eq!(third.get("/tenants").await.status, StatusCode::SEE_OTHER);
}

async fn a_form_without_its_token_is_refused(database: &TestDatabase) {
    let site = Site::new(database).await;
    let user = site.user("anna", true).await;
    let mut browser = site.browser_of(user).await;
    for body in ["", "csrf=", "csrf=guessed"] {
        let answer = browser.post_raw("/account/preferences", body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{body}");
        assert!(answer.body.contains("csrf.missing"), "{}", answer.body);
    }
    let mut guest = site.browser();
    let answer = guest.post_raw("/sign-in", "email=a&password=b".into()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "a sign-in needs a page of ours first");
    let huge = browser.post("/account/preferences", &format!("zone={}", "x".repeat(100_000))).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn the_next_page_is_only_one_of_ours(database: &TestDatabase) {
    let site = Site::new(database).await;
    set_up(&site).await;
    let asked = site.browser().get("/account?x=1").await;
    assert_eq!(asked.location.as_deref(), Some("/sign-in?next=%2Faccount%3Fx%3D1"));
    for (next, expected) in
        [("%2Faccount", "/account"), ("https%3A%2F%2Fevil.example", "/"), ("%2F%2Fevil.example", "/")]
    {
        let mut browser = site.browser();
        browser.open_form(&format!("/sign-in?next={next}")).await;
        let answer = browser.post("/sign-in", &format!("email=anna@example.com&password={PASSWORD}&next={next}")).await;
        assert_eq!(answer.location.as_deref(), Some(expected));
    }
}
