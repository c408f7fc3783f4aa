//! Live views: what changed, to whom, without gap, until the right is lost.

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures::StreamExt;
use model::access::Role;
use store::Closing;
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Browser, Site};
use crate::things::{claim, furnish, worker};

on_both_databases!(
    a_change_reaches_the_viewers_of_its_tenant_and_no_others,
    a_dropped_stream_catches_up_from_its_last_id,
    a_viewer_who_lost_the_right_is_ended,
    the_stream_of_a_run_ends_with_it,
    live_stream_survives_100_cuts,
    every_page_of_a_tenant_shows_what_is_in_progress_live,
    a_worker_that_is_not_heard_of_is_named_with_its_time_before_anybody_takes_over,
);

/// The messages of one stream.
struct Messages {
    body: BodyDataStream,
    text: String,
}

impl Messages {
    async fn open(browser: &mut Browser<'_>, path: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// Reads until a message holds the text.
    async fn until(&mut self, wanted: &str) -> &str {
        while !self.text.contains(wanted) {
            let chunk = self
                .body
                .next()
                .await
                .unwrap_or_else(|| panic!("the stream ended without {wanted}: {}", self.text))
                .unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        &self.text
    }

    /// Reads until the stream itself ends.
    async fn read_to_the_end(mut self) -> String {
        while let Some(chunk) = self.body.next().await {
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
        self.text
    }
}

async fn a_change_reaches_the_viewers_of_its_tenant_and_no_others(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, zoe) = (site.user("anna", false).await, site.user("zoe", false).await);
    let (own, foreign) = (furnish(&site, "own", "global", anna).await, furnish(&site, "foreign", "global", zoe).await);
    site.db.nodes().register(&worker(&site), &["inventory.sync"], 4).await.unwrap();
    // However slow the machine is: without a living node the run would not be queued but waiting for one.
    database.execute("update nodes set seen_at = seen_at + 3600000").await;
    let mut browser = site.browser_of(anna).await;
    let mut stranger = site.browser_of(zoe).await;
    let mut mine = Messages::open(&mut browser, &own.path("/t/{tenant}/operations/stream"), None).await;
    let mut theirs = Messages::open(&mut stranger, &foreign.path("/t/{tenant}/operations/stream"), None).await;
    let started = site.browser_of(anna).await.post(&own.path("/t/{tenant}/inventory/sync"), "").await;
    let run = started.location.unwrap().split("started=").nth(1).unwrap().to_owned();
    let text = mine.until(&run).await;
    assert!(text.contains(&format!("hx-target=\"#{run}\"")) && text.contains("Queued"), "{text}");
    // Their own change comes after ours, so that what they got until then is everything.
    site.browser_of(zoe).await.post(&foreign.path("/t/{tenant}/inventory/sync"), "").await;
    let text = theirs.until("hx-target=\"#run_").await;
    assert!(!text.contains(&run), "{text}");
    site.stop.cancel();
    drop((mine, theirs));
}

async fn a_dropped_stream_catches_up_from_its_last_id(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let before = site.db.changes_position().await.unwrap().to_string();
    let started = site.browser_of(anna).await.post(&own.path("/t/{tenant}/inventory/sync"), "").await;
    let run = started.location.unwrap().split("started=").nth(1).unwrap().to_owned();
    let mut browser = site.browser_of(anna).await;
    let path = own.path("/t/{tenant}/operations/stream");
    Messages::open(&mut browser, &path, Some(&before)).await.until(&run).await;
    Messages::open(&mut browser, &format!("{path}?since={before}"), None).await.until(&run).await;
    site.stop.cancel();
}

async fn a_viewer_who_lost_the_right_is_ended(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut reader = site.browser_of(own.member).await;
    let stream = Messages::open(&mut reader, &own.path("/t/{tenant}/operations/stream"), None).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    site.db.tenant(&scope).set_member(own.member, Role::Operator).await.unwrap();
    site.db.tenant(&scope).remove_member(own.member).await.unwrap();
    let started = site.browser_of(anna).await.post(&own.path("/t/{tenant}/inventory/sync"), "").await;
    let run = started.location.unwrap().split("started=").nth(1).unwrap().to_owned();
    let text = stream.read_to_the_end().await;
    assert!(text.contains("event: end") && !text.contains(&run), "{text}");
    site.stop.cancel();
}

async fn the_stream_of_a_run_ends_with_it(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let started = site.browser_of(anna).await.post(&own.path("/t/{tenant}/groups/sync"), "").await;
    let run: model::ids::RunId = started.location.unwrap().split("started=").nth(1).unwrap().parse().unwrap();
    let own = crate::things::Things { run, ..own };
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&own.path("/t/{tenant}/operations/{run}")).await;
    assert!(page.body.contains("run-live"), "{}", page.body);
    let mut stream = Messages::open(&mut browser, &own.path("/t/{tenant}/operations/{run}/stream"), None).await;
    let lease = claim(&site, run).await;
    site.db.ledger().finish(&lease, Closing::default()).await.unwrap();
    let text = stream.until("Succeeded").await;
    assert!(!text.contains("event: end"), "the card of the end has not been delivered: {text}");
    while site.db.outbox().deliver(100).await.unwrap() > 0 {}
    let text = stream.read_to_the_end().await;
    assert!(text.contains("event: end"), "{text}");
    let card = text.rsplit("hx-target=\"#bell-cards\"").next().unwrap();
    assert!(card.contains("Read directory groups succeeded"), "the bell of the page tells of the end: {text}");
    let page = browser.get(&own.path("/t/{tenant}/operations/{run}")).await;
    assert!(!page.body.contains("run-live"), "an ended run is not live");
    site.stop.cancel();
}

impl Messages {
    /// Cuts the connection after the message that holds the text, as a proxy does. The whole messages until there.
    async fn cut_after(mut self, wanted: &str) -> String {
        while !self.text.rsplit_once("\n\n").is_some_and(|(whole, _)| whole.contains(wanted)) {
            let chunk = self.body.next().await.unwrap_or_else(|| panic!("ended without {wanted}: {}", self.text));
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
        self.text.rsplit_once("\n\n").unwrap().0.to_owned()
    }
}

async fn live_stream_survives_100_cuts(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    let mut browser = site.browser_of(anna).await;
    let path = own.path("/t/{tenant}/operations/stream");
    let mut last = site.db.changes_position().await.unwrap().to_string();
    // Of each run: how often it changed, and the rows that were told of it.
    let mut runs: Vec<(String, usize, Vec<String>)> = Vec::new();
    for cut in 0..=100 {
        // What changes while nobody is connected; the last one is told after everything before it.
        for _ in 0..=cut % 3 {
            let started = app::backups::schedules::start_now(&site.db, &scope, own.schedule, Default::default()).await;
            let run = started.unwrap().run();
            let cancelled = cut % 2 == 1;
            if cancelled {
                site.db.tenant(&scope).runs().request_cancel(run).await.unwrap();
            }
            runs.push((run.to_string(), if cancelled { 2 } else { 1 }, Vec::new()));
        }
        let newest = format!("hx-target=\"#{}\"", runs.last().unwrap().0);
        let text = Messages::open(&mut browser, &path, Some(&last)).await.cut_after(&newest).await;
        for row in text.split("hx-target=\"#run_").skip(1) {
            // What made the tenant may come late on PostgreSQL: another test's open transaction holds positions back.
            let Some(told) = runs.iter_mut().find(|(run, ..)| run[4..] == row[..26]) else { continue };
            told.2.push(row.split("</hx-partial>").next().unwrap().to_owned());
        }
        last = text.rsplit("id: ").next().and_then(|rest| rest.lines().next()).unwrap().to_owned();
    }
    for (run, changes, rows) in &runs {
        let as_it_is = if *changes == 2 { "Cancelled" } else { "Waiting" };
        assert!(rows.last().is_some_and(|row| row.contains(as_it_is)), "{run} is told as it is: {rows:?}");
        assert!(rows.len() <= *changes, "{run} changed {changes} times and is told no oftener: {rows:?}");
    }
    site.stop.cancel();
}

async fn a_worker_that_is_not_heard_of_is_named_with_its_time_before_anybody_takes_over(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let started = site.browser_of(anna).await.post(&own.path("/t/{tenant}/groups/sync"), "").await;
    let run: model::ids::RunId = started.location.unwrap().split("started=").nth(1).unwrap().parse().unwrap();
    claim(&site, run).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    let mut browser = site.browser_of(anna).await;
    let path = own.path("/t/{tenant}/operations");
    assert!(!browser.get(&path).await.body.contains("Not responding"), "its worker has just been heard of");
    // As if its last beat were five seconds older; the lease still holds, so no sweep acts.
    let older = "update operation_runs set lease_expires_at = lease_expires_at - 5000 where status = 'running'";
    assert_eq!(database.execute(older).await, 1);
    let row = site.db.tenant(&scope).runs().get(run).await.unwrap();
    let since = row.not_responding_since().expect("it has missed its beats");
    assert!(row.lease_expires_at.unwrap() > row.database_now_ms, "before anybody takes over");
    for page in [path.clone(), format!("{path}/{run}")] {
        let body = browser.get(&page).await.body;
        assert!(body.contains("Not responding") && body.contains("No sign of life from its worker since"), "{body}");
    }
    let api = browser.get(&own.path(&format!("/api/v1/tenants/{{tenant}}/runs/{run}"))).await.body;
    assert!(api.contains(&format!("\"not_responding_since\":{since}")), "{api}");
    site.stop.cancel();
}

async fn every_page_of_a_tenant_shows_what_is_in_progress_live(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, zoe) = (site.user("anna", false).await, site.user("zoe", false).await);
    let own = furnish(&site, "own", "global", anna).await;
    let foreign = furnish(&site, "foreign", "global", zoe).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&own.path("/t/{tenant}/inventory")).await.body;
    let stream = page.split("hx-sse:connect=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(stream.starts_with(&own.path("/t/{tenant}/stream?since=")), "{stream}");
    assert!(page.contains("Nothing is queued or running in this tenant."), "{page}");
    // Seven here and one elsewhere, while the page is open.
    let mut mine = Messages::open(&mut browser, &stream, None).await;
    let other = site.db.authorise(zoe, foreign.tenant).await.unwrap();
    let stranger = app::backups::schedules::start_now(&site.db, &other, foreign.schedule, Default::default()).await;
    let mut runs = Vec::new();
    for _ in 0..7 {
        let started = app::backups::schedules::start_now(&site.db, &scope, own.schedule, Default::default()).await;
        runs.push(started.unwrap().run().to_string());
    }
    // The number and the list are read one after the other: the last message is the one that has both.
    mine.until(&runs[6]).await;
    let text = mine.until("Operations in progress, 7").await;
    let panel = text.rsplit("hx-target=\"#active-cards\"").next().unwrap();
    let shown: Vec<_> = runs.iter().filter(|run| panel.contains(run.as_str())).collect();
    assert_eq!(shown, runs[2..].iter().collect::<Vec<_>>(), "the five newest: {panel}");
    assert!(panel.contains("+2 more") && !text.contains(&stranger.unwrap().run().to_string()), "{panel}");
    // The number leads to exactly the rows that it counts.
    let list = browser.get(&own.path("/t/{tenant}/operations?outcome=pending&when=all")).await.body;
    assert!(runs.iter().all(|run| list.contains(&format!("id=\"{run}\""))) && list.contains("7 of </span>7"), "{list}");
    // Without scripts the next page shows the same.
    let page = browser.get(&own.path("/t/{tenant}/backups")).await.body;
    assert!(page.contains("+2 more") && page.contains("Operations in progress, 7"), "{page}");
    site.stop.cancel();
}
