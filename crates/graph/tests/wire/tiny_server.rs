//! Answers that only a broken service gives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use graph::{Graph, TenantGraph};
use model::Ambient;
use model::ambient::{Entropy, SystemClock, SystemEntropy};
use serde_json::{Value, json};

use crate::harness::{connection, hurried, incomplete, observe};

/// The client of a tenant `t` whose Graph is the router.
pub(crate) async fn serve(router: Router) -> TenantGraph {
    serve_with(router, Ambient::system()).await
}

async fn serve_with(router: Router, ambient: Ambient) -> TenantGraph {
    let token = post(async || Json(json!({ "access_token": "opaque", "expires_in": 3599, "token_type": "Bearer" })));
    let router = router.route("/{tenant}/oauth2/v2.0/token", token);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Graph::new(hurried(), ambient).unwrap().tenant(connection(&url, "t", "app", "secret"))
}

fn scripts(count: usize) -> Value {
    let rows: Vec<Value> = (0..count).map(|index| json!({ "id": format!("s{index}"), "displayName": "S" })).collect();
    json!({ "value": rows })
}

fn answer(request: &Value) -> Value {
    let id = request["url"].as_str().unwrap().rsplit('/').next().unwrap().split('?').next().unwrap();
    json!({ "id": request["id"], "status": 200, "headers": {}, "body": { "id": id, "scriptContent": "eA==", "assignments": [] } })
}

#[tokio::test]
async fn a_response_missing_from_a_batch_is_asked_for_again_and_then_said() {
    async fn batch(State(batches): State<Arc<AtomicUsize>>, Json(body): Json<Value>) -> Json<Value> {
        let first = batches.fetch_add(1, Ordering::SeqCst) == 0;
        let lost = |request: &&Value| {
            let url = request["url"].as_str().unwrap();
            !(url.contains("/s2?") || first && url.contains("/s1?"))
        };
        Json(
            json!({ "responses": body["requests"].as_array().unwrap().iter().filter(lost).rev().map(answer).collect::<Vec<_>>() }),
        )
    }
    let router = Router::new()
        .route("/beta/deviceManagement/deviceManagementScripts", get(async || Json(scripts(4))))
        .route("/beta/$batch", post(batch))
        .with_state(Arc::default());
    let (observation, objects) = observe(&serve(router).await, "powershellScripts").await;
    assert_eq!((observation.list_error, objects.len()), (None, 4));
    assert_eq!(incomplete(&objects), [("s2", "object", "graph.unexpected_shape")]);
}

/// Found by the fault test of a worker without memory: what could not be sent was an object that could not be read.
#[tokio::test]
async fn a_batch_whose_task_dies_ends_the_reading_and_is_no_answer() {
    struct Dying(Arc<AtomicUsize>);
    impl Entropy for Dying {
        fn fill(&self, bytes: &mut [u8]) {
            assert!(self.0.load(Ordering::SeqCst) == 0, "as if there were no memory");
            SystemEntropy.fill(bytes);
        }
    }
    let listed = Arc::new(AtomicUsize::new(0));
    let ambient = Ambient::new(Arc::new(SystemClock), Arc::new(Dying(Arc::clone(&listed))));
    let list = get(async move || {
        listed.fetch_add(1, Ordering::SeqCst);
        Json(scripts(4))
    });
    let router = Router::new().route("/beta/deviceManagement/deviceManagementScripts", list);
    let tenant = serve_with(router, ambient).await;
    let reading = tokio::spawn(async move { observe(&tenant, "powershellScripts").await });
    assert!(reading.await.unwrap_err().is_panic(), "no object was called unreadable");
}

#[tokio::test]
async fn an_answer_about_another_object_is_not_taken() {
    async fn batch(Json(body): Json<Value>) -> Json<Value> {
        let mut responses: Vec<Value> = body["requests"].as_array().unwrap().iter().map(answer).collect();
        responses[0]["body"]["id"] = json!("somebody else");
        Json(json!({ "responses": responses }))
    }
    let router = Router::new()
        .route("/beta/deviceManagement/deviceManagementScripts", get(async || Json(scripts(1))))
        .route("/beta/$batch", post(batch));
    let (_, objects) = observe(&serve(router).await, "powershellScripts").await;
    assert_eq!(incomplete(&objects), [("s0", "object", "graph.unexpected_shape")]);
}

#[tokio::test]
async fn rows_without_an_id_spoil_the_list_but_not_the_others() {
    let rows = json!({ "value": [{ "displayName": "no id" }, { "id": "" }, 7, { "id": "f1", "displayName": "F" }] });
    let router = Router::new().route("/beta/deviceManagement/assignmentFilters", get(async move || Json(rows)));
    let (observation, objects) = observe(&serve(router).await, "assignmentFilters").await;
    assert_eq!(observation.list_error.unwrap().code, "graph.unexpected_shape");
    assert_eq!(objects.iter().map(|object| object.external_id.as_str()).collect::<Vec<_>>(), ["f1"]);
}

/// Expanded parts that are absent, cut off or too short are read on their own path; what stays too short is missing.
#[tokio::test]
async fn an_expanded_part_is_believed_only_with_proof() {
    async fn list(headers: HeaderMap, uri: Uri) -> Json<Value> {
        assert_eq!(headers["prefer"], "include-unknown-enum-members");
        assert!(headers.contains_key("client-request-id"));
        assert_eq!(headers["x-ms-throttle-priority"], "low");
        assert_eq!(uri.query(), Some("$expand=assignments,settings&$top=250"));
        let one = json!([{ "id": "0" }]);
        Json(json!({ "value": [
            { "id": "good", "settingCount": 1, "settings": one, "assignments": [] },
            { "id": "absent", "settingCount": 1, "assignments": [] },
            { "id": "cut", "settingCount": 1, "settings": one, "settings@odata.nextLink": "https://never.followed/", "assignments": [] },
            { "id": "short", "settingCount": 2, "settings": one, "assignments": [] },
            { "id": "liar", "settingCount": 9, "settings": one, "assignments": [] },
        ] }))
    }
    async fn batch(Json(body): Json<Value>) -> Json<Value> {
        let rows = json!({ "value": [{ "id": "0" }, { "id": "1" }] });
        let answers = body["requests"].as_array().unwrap().iter().map(|request| {
            assert!(request["url"].as_str().unwrap().ends_with("/settings?$top=1000"), "{request}");
            json!({ "id": request["id"], "status": 200, "body": rows })
        });
        Json(json!({ "responses": answers.collect::<Vec<_>>() }))
    }
    let router = Router::new()
        .route("/beta/deviceManagement/configurationPolicies", get(list))
        .route("/beta/$batch", post(batch));
    let (_, objects) = observe(&serve(router).await, "settingsCatalog").await;
    assert_eq!(incomplete(&objects), [("liar", "settings", "graph.unexpected_shape")]);
    let count = |id: &str| {
        objects.iter().find(|object| object.external_id == id).unwrap().document["settings"].as_array().unwrap().len()
    };
    assert_eq!((count("good"), count("absent"), count("cut"), count("short")), (1, 2, 2, 2));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let away = get(async || axum::response::Redirect::temporary("http://127.0.0.1:9/"));
    let router = Router::new().route("/beta/deviceManagement/assignmentFilters", away);
    let (observation, _) = observe(&serve(router).await, "assignmentFilters").await;
    assert_eq!(observation.list_error.unwrap().code, "graph.unexpected_shape");
}

#[tokio::test]
async fn pages_that_are_too_large_are_asked_for_in_smaller_ones() {
    async fn list(uri: Uri) -> Json<Value> {
        let large = uri.query().is_some_and(|query| query.ends_with("$top=1000"));
        let padding = if large { "x".repeat(5 * 1024 * 1024) } else { String::new() };
        Json(json!({ "value": [{ "id": "c1", "displayName": "C", "description": padding, "assignments": [] }] }))
    }
    let router = Router::new().route("/beta/deviceManagement/deviceConfigurations", get(list));
    let (observation, objects) = observe(&serve(router).await, "deviceConfigurations").await;
    assert_eq!((observation.list_error, objects.len()), (None, 1));
}

#[tokio::test]
async fn rows_that_bring_along_the_link_that_led_to_them_end_with_a_code() {
    fn row(headers: &HeaderMap) -> Value {
        let link = format!("http://{}/more", headers["host"].to_str().unwrap());
        json!({ "value": [{ "id": "1", "parts": [], "parts@odata.nextLink": link }] })
    }
    let list = json!({ "value": [{ "id": "p", "name": "P", "settingCount": 1, "assignments": [] }] });
    let batch = async move |headers: HeaderMap, Json(body): Json<Value>| {
        let one = |request: &Value| json!({ "id": request["id"], "status": 200, "headers": {}, "body": row(&headers) });
        Json(json!({ "responses": body["requests"].as_array().unwrap().iter().map(one).collect::<Vec<_>>() }))
    };
    let router = Router::new()
        .route("/beta/deviceManagement/configurationPolicies", get(async move || Json(list)))
        .route("/beta/$batch", post(batch))
        .route("/more", get(async move |headers: HeaderMap| Json(row(&headers))));
    let (observation, objects) = observe(&serve(router).await, "settingsCatalog").await;
    assert_eq!((observation.list_error, observation.seen), (None, 1));
    assert_eq!(incomplete(&objects), [("p", "settings", "graph.page_loop")]);
}
