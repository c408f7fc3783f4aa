//! Multi Admin Approval, as an application meets it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use graph_sim::Simulator;
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{Session, json as body, started};

const SCRIPTS: &str = "deviceManagement/deviceManagementScripts";
const REQUESTS: &str = "beta/deviceManagement/operationApprovalRequests";

/// A tenant whose scripts are protected, with the address of one.
async fn protected() -> (Simulator, Session, String) {
    let (simulator, session) = started(60).await;
    let tenant = session.tenant.tenant_id.clone();
    let policy = json!({ "id": "p", "displayName": "Scripts", "policyType": "script", "policyPlatform": "notApplicable", "approverGroupIds": [] });
    assert!(simulator.insert(&tenant, "deviceManagement/operationApprovalPolicies", policy));
    simulator.require_approval(&tenant, true);
    let script = simulator.objects(&tenant, SCRIPTS).remove(0);
    let address = format!("beta/{SCRIPTS}/{}", script["id"].as_str().unwrap());
    (simulator, session, address)
}

async fn patch(session: &Session, address: &str, header: Option<(&str, &str)>, sent: &Value) -> Response {
    let mut request = session.request("PATCH", address).json(sent);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.send().await.unwrap()
}

fn code(response: &Response) -> String {
    response.headers()["x-msft-approval-code"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_protected_write_waits_for_a_person_and_is_then_repeated_with_its_code() {
    let (simulator, session, address) = protected().await;
    let tenant = session.tenant.tenant_id.clone();
    let sent = json!({ "description": "new" });
    let refused = patch(&session, &address, None, &sent).await;
    assert_eq!(refused.status(), 400);
    let message = body(refused).await["error"]["message"].clone();
    assert_eq!(message, "Header 'x-msft-approval-justification' is required to request approval");
    let why = STANDARD.encode("Change 4711");
    let justified = ("x-msft-approval-justification", why.as_str());
    let asked = patch(&session, &address, Some(justified), &sent).await;
    assert_eq!(asked.status(), 412);
    let code = code(&asked);
    assert!(simulator.journal().is_empty(), "nothing has happened yet");
    let again = patch(&session, &address, Some(justified), &sent).await;
    assert_eq!((again.status().as_u16(), again.headers().get("x-msft-approval-code")), (409, None));
    let request = session.get(&format!("{REQUESTS}/{code}")).await;
    assert_eq!(
        (&request["status"], &request["requestJustification"]),
        (&json!("needsApproval"), &json!("Change 4711"))
    );
    let approved = ("x-msft-approval-code", code.as_str());
    assert_eq!(patch(&session, &address, Some(approved), &sent).await.status(), 403, "not yet");
    let own = session.send("POST", &format!("{REQUESTS}/{code}/approve"), Some(json!({}))).await;
    assert_eq!(own.status(), 403, "an application decides nothing");
    assert!(simulator.decide_approval(&tenant, &code, "approved"));
    let other = json!({ "description": "something else" });
    assert_eq!(patch(&session, &address, Some(approved), &other).await.status(), 400, "not what was approved");
    assert_eq!(patch(&session, &address, Some(approved), &sent).await.status(), 200);
    assert_eq!(session.get(&address).await["description"], "new");
    assert_eq!(session.get(&format!("{REQUESTS}/{code}")).await["status"], "completed");
    assert_eq!(patch(&session, &address, Some(approved), &sent).await.status(), 403, "a code works once");
}

#[tokio::test]
async fn reads_other_types_and_excepted_applications_need_no_approval() {
    let (simulator, session, address) = protected().await;
    session.get(&address).await;
    let filter = json!({ "displayName": "f", "platform": "iOS", "rule": "(x)" });
    let made = session.send("POST", "beta/deviceManagement/assignmentFilters", Some(filter)).await;
    assert_eq!(made.status(), 201);
    let policies = "beta/deviceManagement/operationApprovalPolicies/p";
    assert_eq!(session.send("DELETE", policies, None).await.status(), 400, "the policies protect themselves");
    simulator.require_approval(&session.tenant.tenant_id, false);
    assert_eq!(patch(&session, &address, None, &json!({ "description": "new" })).await.status(), 200);
}

#[tokio::test]
async fn a_request_is_rejected_cancelled_or_expires() {
    let (simulator, session, address) = protected().await;
    let tenant = session.tenant.tenant_id.clone();
    let why = STANDARD.encode("why");
    let justified = ("x-msft-approval-justification", why.as_str());
    let sent = json!({ "description": "new" });
    let codes = async {
        let asked = patch(&session, &address, Some(justified), &sent).await;
        code(&asked)
    };
    let rejected = codes.await;
    assert!(simulator.decide_approval(&tenant, &rejected, "rejected"));
    assert!(!simulator.decide_approval(&tenant, &rejected, "approved"), "it is decided");
    let cancelled = code(&patch(&session, &address, Some(justified), &sent).await);
    let cancel = session.send("POST", &format!("{REQUESTS}/cancelMyRequest"), Some(json!({ "id": cancelled }))).await;
    assert_eq!(cancel.status(), 204);
    let expired = code(&patch(&session, &address, Some(justified), &sent).await);
    assert!(simulator.decide_approval(&tenant, &expired, "approved"));
    simulator.set_clock(&tenant, 1_900_000_000);
    for (code, status) in [(&rejected, "rejected"), (&cancelled, "cancelled"), (&expired, "expired")] {
        let header = ("x-msft-approval-code", code.as_str());
        assert_eq!(patch(&session, &address, Some(header), &sent).await.status(), 403);
        assert_eq!(session.get(&format!("{REQUESTS}/{code}")).await["status"], status);
    }
    let wrong = ("x-msft-approval-justification", "no base64!");
    assert_eq!(patch(&session, &address, Some(wrong), &sent).await.status(), 400);
    assert!(simulator.journal().is_empty());
}

#[tokio::test]
async fn a_batch_carries_the_headers_of_each_request() {
    let (_simulator, session, address) = protected().await;
    let inner = |id: &str, headers: Value| json!({ "id": id, "method": "PATCH", "url": address.trim_start_matches("beta"), "headers": headers, "body": { "description": "x" } });
    let plain = json!({ "Content-Type": "application/json" });
    let justified =
        json!({ "Content-Type": "application/json", "x-msft-approval-justification": STANDARD.encode("why") });
    let answers = session.batch(json!({ "requests": [inner("1", plain), inner("2", justified)] })).await;
    assert_eq!(answers["1"]["status"], 400);
    assert_eq!(answers["2"]["status"], 412);
    assert!(answers["2"]["headers"]["x-msft-approval-code"].is_string());
}
