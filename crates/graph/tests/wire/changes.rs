//! What changed in a collection: rounds against the simulator, and answers that only a broken or an old service gives.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use graph::{Change, GraphError, TenantGraph};
use graph_sim::{Content, Fault, FaultKind};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::harness::{World, contract};
use crate::tiny_server::serve;

/// The last word about each id, its name or nothing, and the state for the next round.
async fn round(
    tenant: &TenantGraph,
    since: Option<&str>,
) -> (BTreeMap<String, Option<String>>, Result<String, GraphError>) {
    let (sink, mut changes) = mpsc::channel(16);
    let collect = async {
        let mut told = BTreeMap::new();
        while let Some(change) = changes.recv().await {
            match change {
                Change::There(group) => told.insert(group.external_id, Some(group.name)),
                Change::Gone(id) => told.insert(id, None),
            };
        }
        told
    };
    let (state, told) = tokio::join!(tenant.delta(contract("groups"), since, sink), collect);
    (told, state)
}

async fn code(tenant: &TenantGraph, since: Option<&str>) -> &'static str {
    round(tenant, since).await.1.unwrap_err().code
}

#[tokio::test]
async fn a_round_goes_on_where_the_last_one_ended() {
    let world = World::start(Content::Seeded { seed: 3, objects: 600 }).await;
    let all = world.simulator.objects(&world.id, "groups");
    let (told, state) = round(&world.tenant, None).await;
    assert_eq!(told.len(), all.len());
    let ids: Vec<String> = told.into_keys().collect();
    world.simulator.change(&world.id, "groups", &ids[0], |group| group["displayName"] = json!("Renamed"));
    world.simulator.remove(&world.id, "groups", &ids[1]);
    world.simulator.reset_stats();
    let (told, state) = round(&world.tenant, Some(&state.unwrap())).await;
    let expected = [(ids[0].clone(), Some("Renamed".to_owned())), (ids[1].clone(), None)];
    assert_eq!(told, BTreeMap::from(expected));
    let (told, state) = round(&world.tenant, Some(&state.unwrap())).await;
    assert_eq!((told.len(), state.is_ok()), (0, true));
    assert_eq!(world.simulator.stats().round_trips, 2, "one request each");
}

#[tokio::test]
async fn a_state_that_cannot_be_used_is_gone() {
    let world = World::start(Content::Seeded { seed: 3, objects: 30 }).await;
    let state = round(&world.tenant, None).await.1.unwrap();
    for status in [400, 404] {
        let refused = FaultKind::Status { status, code: "x".into(), retry_after: None };
        world.simulator.add_fault(&world.id, Fault::on("deltatoken", refused).times(1));
        assert_eq!(code(&world.tenant, Some(&state)).await, "graph.gone");
    }
    world.simulator.forget_changes(&world.id);
    assert_eq!(code(&world.tenant, Some(&state)).await, "graph.gone");
    world.simulator.reset_stats();
    let elsewhere = state.replace("http://127.0.0.1", "https://graph.example");
    let asked_less = state.replace("displayName", "mail");
    for unusable in ["", "{}", &elsewhere, &asked_less] {
        assert_eq!(code(&world.tenant, Some(unusable)).await, "graph.gone", "{unusable}");
    }
    assert_eq!(world.simulator.stats().round_trips, 0, "nobody was asked");
    let refused = FaultKind::Status { status: 403, code: "x".into(), retry_after: None };
    world.simulator.add_fault(&world.id, Fault::on("groups/delta", refused).times(1));
    assert_eq!(code(&world.tenant, None).await, "graph.permission_denied");
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_or_elsewhere_or_nowhere_end_the_round() {
    let world = World::start(Content::Seeded { seed: 3, objects: 30 }).await;
    for (kind, expected) in [
        (FaultKind::NextLinkLoop, "graph.page_loop"),
        (FaultKind::NextLinkOtherHost, "graph.foreign_link"),
        (FaultKind::Garbage(b"{\"value\":[]}".to_vec()), "graph.unexpected_shape"),
        (FaultKind::Garbage(b"{\"value\":[{\"displayName\":\"x\"}]}".to_vec()), "graph.unexpected_shape"),
        (
            FaultKind::Garbage(b"{\"value\":[],\"@odata.deltaLink\":\"https://graph.example/x\"}".to_vec()),
            "graph.foreign_link",
        ),
    ] {
        world.simulator.add_fault(&world.id, Fault::on("groups/delta", kind));
        assert_eq!(code(&world.tenant, None).await, expected);
        world.simulator.clear_faults(&world.id);
    }
    world.simulator.add_fault(&world.id, Fault::on("groups/delta", FaultKind::DuplicatePage).times(1));
    let (told, state) = round(&world.tenant, None).await;
    assert_eq!(told.len(), world.simulator.objects(&world.id, "groups").len(), "a page twice is a page");
    assert!(state.is_ok());
}

/// As an older page of the documentation has it: what did not change is null, or not there.
#[tokio::test]
async fn a_row_that_does_not_say_everything_is_read_by_its_id() {
    fn group(id: &str, name: &str) -> Value {
        json!({ "id": id, "displayName": name, "groupTypes": [], "securityEnabled": true, "mailEnabled": false })
    }
    async fn delta(headers: HeaderMap, uri: Uri) -> Json<Value> {
        let link = format!("http://{}/v1.0/groups/delta?$deltatoken=1", headers["host"].to_str().unwrap());
        let rows = if uri.query().unwrap().contains("deltatoken") {
            json!([
                { "id": "nulls", "displayName": "New", "groupTypes": null, "securityEnabled": null, "mailEnabled": null },
                { "id": "absent" },
                { "id": "left", "description": "x" },
                { "id": "said twice" },
                group("whole", "Whole"),
                group("said twice", "Last word"),
            ])
        } else {
            json!([{ "id": "first", "displayName": "First" }])
        };
        Json(json!({ "value": rows, "@odata.deltaLink": link }))
    }
    async fn look_up(Json(body): Json<Value>) -> Json<Value> {
        assert_eq!(body["ids"], json!(["absent", "left", "nulls"]));
        Json(json!({ "value": [group("nulls", "Read"), group("absent", "Read, too")] }))
    }
    let router =
        Router::new().route("/v1.0/groups/delta", get(delta)).route("/v1.0/directoryObjects/getByIds", post(look_up));
    let tenant = serve(router).await;
    let (told, state) = round(&tenant, None).await;
    assert_eq!(told, BTreeMap::from([("first".to_owned(), Some("First".to_owned()))]), "a first round says all it has");
    let (told, state) = round(&tenant, Some(&state.unwrap())).await;
    let named = |id: &str, name: &str| (id.to_owned(), Some(name.to_owned()));
    let expected = [
        named("absent", "Read, too"),
        named("nulls", "Read"),
        named("said twice", "Last word"),
        named("whole", "Whole"),
    ];
    assert_eq!(told, BTreeMap::from(expected));
    assert!(state.is_ok());
}
