//! Who changed what, as the service tells it.

use serde_json::{Value, json};

use crate::support::{POLICIES, Session, json as body, started};

const EVENTS: &str = "v1.0/deviceManagement/auditEvents";
const DIRECTORY: &str = "v1.0/auditLogs/directoryAudits";

async fn latest(session: &Session, path: &str) -> Value {
    session.get(&format!("{path}?$orderby=activityDateTime desc&$top=1")).await["value"][0].clone()
}

#[tokio::test]
async fn the_past_is_told_newest_first_and_within_bounds() {
    let (simulator, session) = started(150).await;
    let all = session.all(&format!("{EVENTS}?$orderby=activityDateTime desc")).await;
    assert!(
        all.len() > 20
            && all.windows(2).all(|two| two[0]["activityDateTime"].as_str() >= two[1]["activityDateTime"].as_str())
    );
    assert!(all.iter().all(|event| event["actor"]["auditActorType"] == "ItPro" && event["actor"]["userPrincipalName"].is_string()));
    let middle = all[all.len() / 2]["activityDateTime"].as_str().unwrap();
    let filter = format!(
        "activityDateTime gt {middle} and activityDateTime le 2027-01-01T00:00:00Z and activityOperationType ne 'Get'"
    );
    let newer = session.all(&format!("{EVENTS}?$filter={filter}&$orderby=activityDateTime desc")).await;
    let expected = all.iter().filter(|event| event["activityDateTime"].as_str().unwrap() > middle).count();
    assert_eq!(newer.len(), expected);
    let policy = simulator.objects(&session.tenant.tenant_id, POLICIES).into_iter().map(|one| one["id"].clone());
    let known: Vec<Value> = policy.collect();
    let event = all.iter().find(|event| known.contains(&event["resources"][0]["resourceId"])).unwrap();
    let resource = event["resources"][0]["resourceId"].as_str().unwrap();
    let of_one = session.all(&format!("{EVENTS}?$filter=resources/any(s:s/resourceId eq '{resource}')")).await;
    assert!(of_one.iter().any(|one| one["id"] == event["id"]));
}

#[tokio::test]
async fn a_write_of_ours_leaves_an_event_that_names_our_application() {
    let (_simulator, session) = started(60).await;
    let path = "beta/deviceManagement/assignmentFilters";
    let sent = json!({ "displayName": "f", "platform": "iOS", "rule": "(x)" });
    let created = body(session.send("POST", path, Some(sent)).await).await;
    let event = latest(&session, EVENTS).await;
    assert_eq!(event["activityOperationType"], "Create");
    assert_eq!(event["actor"]["applicationId"], session.tenant.client_id);
    assert_eq!(event["actor"]["auditActorType"], "Application");
    assert_eq!(
        (&event["resources"][0]["resourceId"], &event["resources"][0]["displayName"]),
        (&created["id"], &json!("f"))
    );
    let one = format!("{path}/{}", created["id"].as_str().unwrap());
    session.send("PATCH", &one, Some(json!({ "rule": "(y)" }))).await;
    let event = latest(&session, EVENTS).await;
    assert_eq!(event["activityOperationType"], "Patch");
    let rule = json!({ "displayName": "rule", "oldValue": "(x)", "newValue": "(y)" });
    assert!(event["resources"][0]["modifiedProperties"].as_array().unwrap().contains(&rule));
    session.send("DELETE", &one, None).await;
    assert_eq!(latest(&session, EVENTS).await["activityOperationType"], "Delete");
    let before = session.all(EVENTS).await.len();
    session.send("POST", path, Some(json!({ "id": "refused" }))).await;
    assert_eq!(session.all(EVENTS).await.len(), before, "what had no effect leaves no event");
}

#[tokio::test]
async fn an_assignment_is_an_action_and_an_administrator_is_a_person() {
    let (simulator, session) = started(60).await;
    let tenant = &session.tenant.tenant_id;
    let policy = simulator.objects(tenant, POLICIES).remove(0);
    let id = policy["id"].as_str().unwrap();
    session.send("POST", &format!("beta/{POLICIES}/{id}/assign"), Some(json!({ "assignments": [] }))).await;
    let event = latest(&session, EVENTS).await;
    assert_eq!((&event["activityOperationType"], &event["resources"][0]["resourceId"]), (&json!("Action"), &json!(id)));
    assert!(simulator.change(tenant, POLICIES, id, |policy| policy["description"] = json!("by hand")));
    let event = latest(&session, EVENTS).await;
    assert_eq!(event["actor"]["auditActorType"], "ItPro");
    let users = session.all("v1.0/users").await;
    assert!(users.iter().any(|user| user["userPrincipalName"] == event["actor"]["userPrincipalName"]));
    let before = session.all(EVENTS).await.len();
    assert!(simulator.change_silently(tenant, POLICIES, id, |policy| policy["description"] = json!("silently")));
    assert_eq!(session.all(EVENTS).await.len(), before);
    assert!(simulator.remove(tenant, POLICIES, id));
    assert_eq!(latest(&session, EVENTS).await["activityOperationType"], "Delete");
}

#[tokio::test]
async fn conditional_access_is_told_by_the_directory() {
    let (simulator, session) = started(60).await;
    let path = "identity/conditionalAccess/policies";
    let policy = simulator.objects(&session.tenant.tenant_id, path).remove(0);
    let address = format!("v1.0/{path}/{}", policy["id"].as_str().unwrap());
    let intune = session.all(EVENTS).await.len();
    assert_eq!(session.send("PATCH", &address, Some(json!({ "state": "disabled" }))).await.status(), 204);
    let event = latest(&session, DIRECTORY).await;
    assert_eq!(event["activityDisplayName"], "Update conditional access policy");
    assert_eq!(event["initiatedBy"]["app"]["appId"], session.tenant.client_id);
    let target = &event["targetResources"][0];
    assert_eq!(target["id"], policy["id"]);
    assert!(target["modifiedProperties"][0]["newValue"].as_str().unwrap().contains("\"state\":\"disabled\""));
    assert_eq!(session.all(EVENTS).await.len(), intune);
}
