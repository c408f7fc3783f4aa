//! Who waits goes before who does not.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use model::run::Priority;
use serde_json::{Value, json};

use crate::harness::observe;
use crate::tiny_server::serve;

/// What the list, the batch and each request in it were marked with.
type Marks = Arc<Mutex<Vec<(&'static str, String)>>>;

fn note(marks: &Marks, place: &'static str, mark: &str) {
    marks.lock().unwrap().push((place, mark.to_owned()));
}

fn service(marks: &Marks) -> Router {
    async fn list(State(marks): State<Marks>, headers: HeaderMap) -> Json<Value> {
        note(&marks, "list", headers["x-ms-throttle-priority"].to_str().unwrap());
        Json(json!({ "value": [{ "id": "s0", "displayName": "S" }] }))
    }
    async fn batch(State(marks): State<Marks>, headers: HeaderMap, Json(body): Json<Value>) -> Json<Value> {
        note(&marks, "batch", headers["x-ms-throttle-priority"].to_str().unwrap());
        let answers = body["requests"].as_array().unwrap().iter().map(|request| {
            note(&marks, "inside", request["headers"]["x-ms-throttle-priority"].as_str().unwrap());
            let body = json!({ "id": "s0", "scriptContent": "eA==", "assignments": [] });
            json!({ "id": request["id"], "status": 200, "headers": {}, "body": body })
        });
        Json(json!({ "responses": answers.collect::<Vec<_>>() }))
    }
    Router::new()
        .route("/beta/deviceManagement/deviceManagementScripts", get(list))
        .route("/beta/$batch", post(batch))
        .with_state(Arc::clone(marks))
}

#[tokio::test]
async fn requests_of_a_run_carry_its_priority_also_inside_a_batch() {
    for (priority, word) in
        [(Priority::Interactive, "normal"), (Priority::Scheduled, "low"), (Priority::Background, "low")]
    {
        let marks = Marks::default();
        let tenant = serve(service(&marks)).await.with_priority(priority);
        observe(&tenant, "powershellScripts").await;
        let marks = marks.lock().unwrap().clone();
        assert_eq!(marks, [("list", word.into()), ("batch", word.into()), ("inside", word.into())], "{priority:?}");
    }
}

#[tokio::test]
async fn a_batch_that_two_runs_share_is_as_urgent_as_the_more_urgent_one_and_its_parts_keep_theirs() {
    let marks = Marks::default();
    let tenant = serve(service(&marks)).await;
    let (person, schedule) = (tenant.with_priority(Priority::Interactive), tenant.with_priority(Priority::Scheduled));
    tokio::join!(observe(&person, "powershellScripts"), observe(&schedule, "powershellScripts"));
    let marks = marks.lock().unwrap().clone();
    let of = |place: &str| {
        let mut words: Vec<&str> = marks.iter().filter(|mark| mark.0 == place).map(|mark| mark.1.as_str()).collect();
        words.sort_unstable();
        words
    };
    assert_eq!(of("inside"), ["low", "normal"]);
    assert!(of("batch").contains(&"normal"), "{marks:?}");
}
