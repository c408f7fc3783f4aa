//! The next page is fetched while one is read, by a link that is only a guess until the page was read.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::IntoResponse;
use axum::routing::get;
use model::registry::Registry;
use tokio::sync::{Notify, mpsc};

use crate::harness::observe;
use crate::tiny_server::serve;

const LIST: &str = "/beta/deviceManagement/deviceCategories";

fn rows(page: &str, count: usize) -> String {
    let row = |index| format!("{{\"id\":\"{page}{index}\",\"displayName\":\"{page}\"}}");
    format!("\"value\":[{}]", (0..count).map(row).collect::<Vec<_>>().join(","))
}

fn link(headers: &HeaderMap, page: &str) -> String {
    format!("\"@odata.nextLink\":\"http://{}{LIST}?page={page}\"", headers["host"].to_str().unwrap())
}

fn json(members: &[String]) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, "application/json")], format!("{{{}}}", members.join(",")))
}

#[tokio::test]
async fn the_next_page_is_on_its_way_while_nobody_takes_the_rows_of_this_one() {
    async fn list(State(asked): State<Arc<Notify>>, uri: Uri, headers: HeaderMap) -> impl IntoResponse {
        if uri.query() == Some("page=2") {
            asked.notify_one();
            return json(&[rows("b", 1)]);
        }
        json(&[link(&headers, "2"), rows("a", 2_000)])
    }
    let asked = Arc::new(Notify::new());
    let tenant = serve(Router::new().route(LIST, get(list)).with_state(Arc::clone(&asked))).await;
    let (sink, mut objects) = mpsc::channel(1);
    let contract = Registry::embedded().get("deviceCategories").unwrap();
    let reading = tokio::spawn(async move { tenant.observe(contract, sink).await });
    asked.notified().await;
    let mut seen = 0;
    while objects.recv().await.is_some() {
        seen += 1;
    }
    let observation = reading.await.unwrap();
    assert_eq!((observation.list_error, observation.pages, seen), (None, 2, 2_001));
}

/// Of a property that comes twice the last one counts, so that the first one leads nowhere.
#[tokio::test]
async fn what_the_page_says_decides_when_the_guess_was_wrong_or_there_was_none() {
    async fn list(uri: Uri, headers: HeaderMap) -> impl IntoResponse {
        match uri.query().unwrap_or_default() {
            "page=2" => json(&[rows("b", 2), link(&headers, "3")]),
            "page=3" => json(&[rows("c", 2)]),
            "page=wrong" => json(&[rows("never", 2), link(&headers, "wrong")]),
            _ => json(&[link(&headers, "wrong"), rows("a", 2), link(&headers, "2")]),
        }
    }
    let (observation, objects) = observe(&serve(Router::new().route(LIST, get(list))).await, "deviceCategories").await;
    assert_eq!((observation.list_error, observation.pages), (None, 3));
    let ids: Vec<_> = objects.iter().map(|object| object.external_id.as_str()).collect();
    assert_eq!(ids, ["a0", "a1", "b0", "b1", "c0", "c1"]);
}
