//! Copies and the order of catalog policies.

use graph_sim::Simulator;
use serde_json::{Value, json};

use crate::support::{POLICIES, Session, started};

const INTENTS: &str = "deviceManagement/intents";
const REUSABLE: &str = "deviceManagement/reusablePolicySettings";

async fn act(session: &Session, path: &str, sent: Option<Value>) -> (u16, Value) {
    let response = session.send("POST", &format!("beta/{path}"), sent).await;
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

fn first(simulator: &Simulator, session: &Session, path: &str) -> Value {
    simulator.objects(&session.tenant.tenant_id, path).remove(0)
}

/// Assigned to everybody.
fn assigned(simulator: &Simulator, session: &Session, path: &str) -> Value {
    let id = first(simulator, session, path)["id"].as_str().unwrap().to_owned();
    let everybody = json!([{ "id": "a", "target": { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } }]);
    simulator.change(&session.tenant.tenant_id, path, &id, |object| object["assignments"] = everybody);
    first(simulator, session, path)
}

fn traces(simulator: &Simulator, session: &Session) -> (usize, usize) {
    let events = simulator.objects(&session.tenant.tenant_id, "deviceManagement/auditEvents").len();
    (simulator.journal().len(), events)
}

#[tokio::test]
async fn a_copy_has_the_settings_and_no_assignments() {
    let (simulator, session) = started(400).await;
    for (path, name) in [(POLICIES, "name"), (INTENTS, "displayName")] {
        let source = assigned(&simulator, &session, path);
        let id = source["id"].as_str().unwrap();
        let before = traces(&simulator, &session);
        let sent = json!({ "displayName": "A copy", "description": null });
        let (status, made) = act(&session, &format!("{path}/{id}/createCopy"), Some(sent)).await;
        assert_eq!(
            (status, &made[name], &made["description"]),
            (200, &json!("A copy"), &source["description"]),
            "{path}"
        );
        assert_eq!(traces(&simulator, &session), (before.0 + 1, before.1 + 1), "one effect and one event");
        let copy = made["id"].as_str().unwrap();
        assert_ne!(copy, id);
        let of = |id: &str, part: &str| all_of(&session, format!("beta/{path}/{id}/{part}"));
        let (settings, copied) = (of(id, "settings").await, of(copy, "settings").await);
        let content = |all: &[Value]| all.iter().map(without_id).collect::<Vec<_>>();
        assert_eq!(content(&copied), content(&settings), "{path}");
        assert!(of(copy, "assignments").await.is_empty() && !of(id, "assignments").await.is_empty(), "{path}");
        assert_eq!(made["isAssigned"], false);
        for (bad, status) in [(json!({ "displayName": 7 }), 400), (json!({ "name": "x" }), 400), (json!([]), 400)] {
            let refused = act(&session, &format!("{path}/{id}/createCopy"), Some(bad.clone())).await;
            assert_eq!(refused.0, status, "{bad}");
        }
        assert_eq!(act(&session, &format!("{path}/nobody/createCopy"), Some(json!({}))).await.0, 404);
        assert_eq!(traces(&simulator, &session), (before.0 + 1, before.1 + 1), "a refusal leaves no trace");
    }
}

fn without_id(part: &Value) -> Value {
    let mut part = part.clone();
    part.as_object_mut().unwrap().shift_remove("id");
    part
}

#[tokio::test]
async fn a_reusable_setting_is_cloned_without_a_body() {
    let (simulator, session) = started(400).await;
    let source = first(&simulator, &session, REUSABLE);
    let id = source["id"].as_str().unwrap();
    for sent in [None, Some(json!({}))] {
        let (status, made) = act(&session, &format!("{REUSABLE}/{id}/clone"), sent).await;
        assert_eq!((status, &made["displayName"]), (200, &source["displayName"]));
        assert_eq!(
            (&made["settingInstance"], &made["referencingConfigurationPolicyCount"]),
            (&source["settingInstance"], &json!(0))
        );
        assert_ne!(made["id"], source["id"]);
    }
    let refused = act(&session, &format!("{REUSABLE}/{id}/clone"), Some(json!({ "displayName": "x" }))).await;
    assert_eq!(refused.0, 400, "it takes no parameter");
}

#[tokio::test]
async fn policies_of_a_family_move_to_their_place() {
    let (simulator, session) = started(200).await;
    let tenant = session.tenant.tenant_id.clone();
    let source = first(&simulator, &session, POLICIES);
    for (position, name) in ["one", "two", "three", "other"].into_iter().enumerate() {
        let mut policy = source.clone();
        policy["id"] = json!(name);
        policy["priorityMetaData"] = json!({ "priority": position % 3 + 1 });
        policy["templateReference"]["templateFamily"] = json!(if name == "other" {
            "endpointSecurityFirewall"
        } else {
            "endpointSecurityEndpointPrivilegeManagement"
        });
        simulator.insert(&tenant, POLICIES, policy);
    }
    let order = || {
        ["one", "two", "three", "other"].map(|id| {
            let all = simulator.objects(&tenant, POLICIES);
            all.iter().find(|policy| policy["id"] == id).unwrap()["priorityMetaData"]["priority"].as_u64().unwrap()
        })
    };
    let reorder = |id: &str, sent: Value| act_owned(&session, format!("{POLICIES}/{id}/reorder"), sent);
    assert_eq!(reorder("three", json!({ "priority": 1 })).await, 204);
    assert_eq!(order(), [2, 3, 1, 1], "those of another family stay");
    assert_eq!(reorder("three", json!({ "priority": 99 })).await, 204);
    assert_eq!(order(), [1, 2, 3, 1]);
    for bad in [json!({}), json!({ "priority": 0 }), json!({ "priority": "1" }), json!({ "priority": 1, "x": 1 })] {
        assert_eq!(reorder("one", bad.clone()).await, 400, "{bad}");
    }
    let plain = source["id"].as_str().unwrap();
    assert_eq!(reorder(plain, json!({ "priority": 1 })).await, 400, "it has none");
    assert_eq!(order(), [1, 2, 3, 1]);
}

async fn act_owned(session: &Session, path: String, sent: Value) -> u16 {
    act(session, &path, Some(sent)).await.0
}

async fn all_of(session: &Session, path: String) -> Vec<Value> {
    session.all(&path).await
}
