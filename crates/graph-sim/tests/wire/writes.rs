//! What clients and administrators change, and what is left of it.

use std::time::Duration;

use graph_sim::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{self, POLICIES, Session, started};

const FILTERS: &str = "deviceManagement/assignmentFilters";

fn filter() -> Value {
    json!({ "displayName": "f", "platform": "iOS", "rule": "(x)" })
}

#[tokio::test]
async fn an_object_is_created_changed_and_removed_and_each_effect_is_recorded() {
    let (simulator, session) = started(10).await;
    let created = session.send("POST", &format!("beta/{FILTERS}"), Some(filter())).await;
    assert_eq!(created.status(), 201);
    let created = support::json(created).await;
    let path = format!("beta/{FILTERS}/{}", created["id"].as_str().unwrap());
    let changed = session.send("PATCH", &path, Some(json!({ "rule": "(y)" }))).await;
    assert_eq!(changed.status(), 200);
    let now = session.get(&path).await;
    assert_eq!(now["rule"], "(y)");
    assert_ne!(now["lastModifiedDateTime"], created["lastModifiedDateTime"]);
    assert_eq!(session.send("DELETE", &path, None).await.status(), 200);
    assert_eq!(session.send("GET", &path, None).await.status(), 404);
    let journal: Vec<(u64, String)> =
        simulator.journal().into_iter().map(|effect| (effect.sequence, effect.method)).collect();
    assert_eq!(journal, [(1, "POST".to_owned()), (2, "PATCH".to_owned()), (3, "DELETE".to_owned())]);
}

#[tokio::test]
async fn what_is_read_only_or_no_json_is_refused_without_effect() {
    let (simulator, session) = started(10).await;
    for name in ["id", "createdDateTime", "version"] {
        let mut body = filter();
        body[name] = json!("1");
        assert_eq!(session.send("POST", &format!("beta/{FILTERS}"), Some(body)).await.status(), 400);
    }
    let broken = session.request("POST", &format!("beta/{FILTERS}")).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400);
    assert_eq!(session.send("DELETE", "beta/deviceManagement/roleScopeTags/0", None).await.status(), 400);
    assert!(simulator.journal().is_empty());
}

#[tokio::test]
async fn assign_replaces_the_whole_list() {
    let (simulator, session) = started(60).await;
    let scripts = "deviceManagement/deviceHealthScripts";
    for (collection, name) in [(POLICIES, "assignments"), (scripts, "deviceHealthScriptAssignments")] {
        let stored = simulator.objects(&session.tenant.tenant_id, collection);
        let id = stored[0]["id"].as_str().unwrap();
        let target = json!({ "target": { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } });
        let path = format!("beta/{collection}/{id}/assign");
        let wrong = session.send("POST", &path, Some(json!({ "other": [] }))).await;
        assert_eq!(wrong.status(), 400);
        assert_eq!(session.send("POST", &path, Some(json!({ name: [target] }))).await.status(), 200);
        let now = session.get(&format!("beta/{collection}/{id}/assignments")).await;
        assert_eq!(now["value"].as_array().unwrap().len(), 1);
        assert!(now["value"][0]["id"].is_string());
    }
}

#[tokio::test]
async fn put_replaces_a_settings_catalog_policy_and_patch_does_not_touch_settings() {
    let (simulator, session) = started(10).await;
    let stored = simulator.objects(&session.tenant.tenant_id, POLICIES).remove(0);
    let path = format!("beta/{POLICIES}('{}')", stored["id"].as_str().unwrap());
    assert_eq!(session.send("PATCH", &path, Some(json!({ "settings": [] }))).await.status(), 400);
    let instance = json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance", "settingDefinitionId": "x" });
    let setting = json!({ "settingInstance": instance });
    let body = json!({ "name": "new", "technologies": "mdm", "settings": [setting, setting] });
    assert_eq!(session.send("PUT", &path, Some(body)).await.status(), 204);
    let now = simulator.objects(&session.tenant.tenant_id, POLICIES).remove(0);
    assert_eq!((&now["name"], &now["settingCount"]), (&json!("new"), &json!(2)));
    assert_eq!(now["assignments"], stored["assignments"]);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_its_effect() {
    let (simulator, session) = started(10).await;
    simulator.add_fault(&session.tenant.tenant_id, Fault::on(FILTERS, FaultKind::AnswerLost).times(1));
    let request = session.request("POST", &format!("beta/{FILTERS}")).json(&filter());
    let lost = match request.send().await {
        Ok(response) => response.bytes().await.is_err(),
        Err(_) => true,
    };
    assert!(lost);
    assert_eq!(simulator.journal().len(), 1);
}

#[tokio::test]
async fn a_change_by_hand_moves_time_and_version_unless_it_is_silent() {
    let (simulator, session) = started(60).await;
    let tenant = &session.tenant.tenant_id;
    let path = "deviceManagement/deviceConfigurations";
    let before = simulator.objects(tenant, path).remove(0);
    let id = before["id"].as_str().unwrap();
    let rename = |name: &'static str| move |object: &mut Value| object["displayName"] = json!(name);
    assert!(simulator.change_silently(tenant, path, id, rename("silent")));
    let silent = simulator.objects(tenant, path).remove(0);
    assert_eq!(
        (&silent["version"], &silent["lastModifiedDateTime"]),
        (&before["version"], &before["lastModifiedDateTime"])
    );
    assert!(simulator.change(tenant, path, id, rename("loud")));
    let loud = simulator.objects(tenant, path).remove(0);
    assert_eq!(loud["version"].as_u64(), before["version"].as_u64().map(|version| version + 1));
    assert_ne!(loud["lastModifiedDateTime"], before["lastModifiedDateTime"]);
    assert!(simulator.remove(tenant, path, id));
    assert!(!simulator.change(tenant, path, id, rename("gone")));
}

#[tokio::test]
async fn held_requests_wait_until_they_are_released() {
    let (simulator, session) = started(10).await;
    simulator.hold("deviceManagement/*Tags");
    assert!(session.get("beta/organization").await["value"].is_array());
    let (answer, ()) = tokio::join!(session.get("beta/deviceManagement/roleScopeTags"), async {
        simulator.wait_for_held(1).await;
        simulator.wait_for_requests(2).await;
        assert_eq!(simulator.stats().logical_requests, 1, "a held request has not been answered");
        simulator.release();
    });
    assert!(answer["value"].is_array());
    simulator.set_latency(Duration::from_millis(1));
    simulator.reset_stats();
    assert_eq!(simulator.stats().round_trips, 0);
}

#[tokio::test]
async fn the_control_surface_shows_and_changes_what_the_library_does() {
    let (simulator, session) = started(10).await;
    let tenant = &session.tenant.tenant_id;
    let control = |path: &str| format!("_sim/{path}");
    session.get("beta/groups").await;
    assert_eq!(session.get(&control("stats")).await["logicalRequests"], 1);
    let fault = json!({ "tenant": tenant, "fault": { "matches": { "path": "groups", "place": "outerOnly" }, "kind": { "status": { "status": 503, "code": "ServiceUnavailable" } }, "times": 1 } });
    assert_eq!(session.send("POST", &control("faults"), Some(fault)).await.status(), 200);
    assert_eq!(session.send("GET", "beta/groups", None).await.status(), 503);
    assert_eq!(session.send("POST", &control("throttling"), Some(json!({ "mode": "published" }))).await.status(), 200);
    assert_eq!(session.send("POST", &control("throttling"), Some(json!({ "mode": "some" }))).await.status(), 400);
    assert_eq!(session.send("POST", &control("latency"), Some(json!({ "ms": 1 }))).await.status(), 200);
    let change = json!({ "collection": "deviceManagement/roleScopeTags", "id": "0", "set": { "description": "new" } });
    let changed = session.send("POST", &control("change"), Some(change)).await;
    assert_eq!(support::json(changed).await["changed"], true);
    let objects = session.get(&control("objects?collection=deviceManagement/roleScopeTags")).await;
    assert_eq!(objects[0]["description"], "new");
    session.send("POST", &control("reset"), None).await;
    assert_eq!(session.get(&control("stats")).await["roundTrips"], 0);
    let again = Session::sign_in(&simulator).await;
    assert!(again.get(&control("journal")).await.as_array().unwrap().is_empty());
}
