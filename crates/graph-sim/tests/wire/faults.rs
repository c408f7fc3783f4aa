//! Limits, batches and faults on demand.

use graph_sim::{Fault, FaultKind, Place, Throttling};
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{self, POLICIES, Session, started};

#[tokio::test]
async fn throttling_counts_every_request_and_conditional_access_never_says_when() {
    let (simulator, session) = started(10).await;
    simulator.set_throttling(Throttling::Published { retry_after: true });
    let policies = "beta/identity/conditionalAccess/policies";
    assert_eq!(session.send("GET", policies, None).await.status(), 200);
    let refused = session.send("GET", policies, None).await;
    assert_eq!(refused.status(), 429);
    assert!(!refused.headers().contains_key("retry-after"));
    let mut last: Option<Response> = None;
    let request = |number: usize| json!({ "id": number, "method": "GET", "url": "deviceManagement/roleScopeTags" });
    for _ in 0..51 {
        let requests: Vec<Value> = (0..20).map(request).collect();
        last = Some(session.send("POST", "beta/$batch", Some(json!({ "requests": requests }))).await);
    }
    let answers = support::json(last.unwrap()).await;
    let answers = answers["responses"].as_array().unwrap();
    assert!(answers.iter().all(|one| one["status"] == 429 && one["headers"]["Retry-After"].is_string()));
    let stats = simulator.stats();
    assert_eq!(stats.throttled, 21);
    assert_eq!(stats.logical_requests, 2 + 51 * 20);
    assert_eq!(stats.round_trips, 1 + 2 + 51);
}

#[tokio::test]
async fn a_fault_inside_a_batch_hits_only_what_it_is_meant_for() {
    let (simulator, session) = started(60).await;
    let fault = FaultKind::Status { status: 500, code: "InternalServerError".to_owned(), retry_after: None };
    simulator.add_fault(&session.tenant.tenant_id, Fault::on("roleScopeTags", fault).place(Place::BatchOnly).times(1));
    assert_eq!(session.send("GET", "beta/deviceManagement/roleScopeTags", None).await.status(), 200);
    let body = json!({ "requests": [
        { "id": "1", "method": "GET", "url": "/deviceManagement/roleScopeTags" },
        { "id": "2", "method": "GET", "url": "/groups?$top=1" },
        { "id": "3", "method": "GET", "url": "/groups?$top=1", "dependsOn": ["1"] },
    ]});
    let statuses = session.batch(body).await;
    assert_eq!(
        [statuses["1"]["status"].as_u64(), statuses["2"]["status"].as_u64(), statuses["3"]["status"].as_u64()],
        [Some(500), Some(200), Some(424)]
    );
    let link = statuses["2"]["body"]["@odata.nextLink"].as_str().unwrap();
    assert!(link.starts_with(&session.base));
}

#[tokio::test]
async fn a_malformed_batch_is_refused_whole() {
    let (_simulator, session) = started(10).await;
    let request = |id: Value| json!({ "id": id, "method": "GET", "url": "organization" });
    let many: Vec<Value> = (0..21).map(|id| request(json!(id))).collect();
    let twice = vec![request(json!("a")), request(json!("A"))];
    for requests in [many, twice, Vec::new()] {
        assert_eq!(session.send("POST", "beta/$batch", Some(json!({ "requests": requests }))).await.status(), 400);
    }
}

#[tokio::test]
async fn page_faults_lead_in_circles_elsewhere_or_twice_to_the_same() {
    let (simulator, session) = started(60).await;
    let tenant = session.tenant.tenant_id.clone();
    let address = format!("beta/{POLICIES}");
    let honest = session.all(&address).await.len();
    simulator.add_fault(&tenant, Fault::on(POLICIES, FaultKind::NextLinkLoop).times(1));
    let page = session.get(&address).await;
    assert_eq!(page["@odata.nextLink"], session.address(&address));
    simulator.add_fault(&tenant, Fault::on(POLICIES, FaultKind::NextLinkOtherHost).times(1));
    assert!(session.get(&address).await["@odata.nextLink"].as_str().unwrap().contains("example.org"));
    simulator.add_fault(&tenant, Fault::on(POLICIES, FaultKind::EmptyPage).times(1));
    assert_eq!(session.all(&address).await.len(), honest);
    simulator.add_fault(&tenant, Fault::on(POLICIES, FaultKind::DuplicatePage).times(1));
    assert_eq!(session.all(&address).await.len(), honest + honest.min(25));
}

#[tokio::test]
async fn faults_on_the_wire_break_the_answer() {
    let (simulator, session) = started(60).await;
    let tenant = session.tenant.tenant_id.clone();
    for kind in [FaultKind::Reset, FaultKind::Truncate { bytes: 100 }] {
        simulator.add_fault(&tenant, Fault::on("groups", kind).times(1));
        let broken = match session.request("GET", "beta/groups").send().await {
            Ok(response) => response.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(broken);
    }
    simulator.add_fault(&tenant, Fault::on("groups", FaultKind::Garbage(b"<html>".to_vec())).times(1));
    assert_eq!(session.send("GET", "beta/groups", None).await.text().await.unwrap(), "<html>");
    simulator.add_fault(&tenant, Fault::on("groups", FaultKind::Huge { bytes: 1_000_000 }).times(1));
    assert!(session.send("GET", "beta/groups", None).await.bytes().await.unwrap().len() >= 1_000_000);
    simulator.add_fault(&tenant, Fault::on("groups", FaultKind::SlowBody { chunk: 2000, delay_ms: 1 }).times(1));
    assert!(session.get("beta/groups").await["value"].is_array());
    simulator.add_fault(&tenant, Fault::on("groups", FaultKind::ExpireToken).times(1));
    assert_eq!(session.send("GET", "beta/groups", None).await.status(), 401);
    assert_eq!(session.send("GET", "beta/organization", None).await.status(), 401);
    let fresh = Session::sign_in(&simulator).await;
    assert!(fresh.get("beta/organization").await["value"].is_array());
}
