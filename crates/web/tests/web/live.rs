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
    assert!(page.body.contains("hx-sse:connect"), "{}", page.body);
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
    assert!(!page.body.contains("hx-sse:connect"), "an ended run is not live");
    site.stop.cancel();
}
