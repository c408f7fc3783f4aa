//! Lists, pages, parts, options.

use serde_json::{Value, json};

use crate::support::{self, POLICIES, started};

#[tokio::test]
async fn settings_catalog_comes_in_pages_of_25_whose_links_lead_through_all() {
    let (simulator, session) = started(250).await;
    let first = session.get(&format!("beta/{POLICIES}")).await;
    assert_eq!(first["value"].as_array().unwrap().len(), 25);
    assert!(first["@odata.nextLink"].as_str().unwrap().starts_with(&session.base));
    let all = session.all(&format!("beta/{POLICIES}")).await;
    let stored = simulator.objects(&session.tenant.tenant_id, POLICIES);
    let ids = |list: &[Value]| list.iter().map(|object| object["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&all), ids(&stored));
    assert!(all.iter().all(|policy| policy.get("settings").is_none() && policy.get("assignments").is_none()));
    assert_eq!(session.get(&format!("beta/{POLICIES}?$top=40")).await["value"].as_array().unwrap().len(), 40);
}

#[tokio::test]
async fn parts_are_paged_on_their_own_and_name_their_parent() {
    let (simulator, session) = started(200).await;
    let stored = simulator.objects(&session.tenant.tenant_id, POLICIES);
    let long = stored.iter().find(|policy| policy["settings"].as_array().unwrap().len() > 25).unwrap();
    let id = long["id"].as_str().unwrap();
    let page = session.get(&format!("beta/{POLICIES}/{id}/settings")).await;
    assert_eq!(page["value"].as_array().unwrap().len(), 25);
    assert!(page["@odata.context"].as_str().unwrap().contains(&format!("configurationPolicies('{id}')/settings")));
    let all = session.all(&format!("beta/{POLICIES}('{id}')/settings")).await;
    assert_eq!(Value::Array(all), long["settings"]);
    let whole = session.get(&format!("beta/{POLICIES}/{id}/settings?&top=1000&$expand=settingDefinitions")).await;
    assert_eq!(whole["value"].as_array().unwrap().len(), long["settings"].as_array().unwrap().len());
    assert!(whole["value"][0]["settingDefinitions"][0]["displayName"].is_string());
}

#[tokio::test]
async fn expanding_on_the_list_is_whole_and_on_one_object_is_a_trap() {
    let (simulator, session) = started(60).await;
    let listed = session.all(&format!("beta/{POLICIES}?$expand=assignments,settings&$top=1000")).await;
    let stored = simulator.objects(&session.tenant.tenant_id, POLICIES);
    for (listed, stored) in listed.iter().zip(&stored) {
        assert_eq!(listed["settings"], stored["settings"]);
        assert_eq!(listed["assignments"], stored["assignments"]);
        assert!(listed["assignments@odata.context"].is_string());
    }
    let assigned = stored.iter().find(|policy| policy["isAssigned"] == true).unwrap();
    let id = assigned["id"].as_str().unwrap();
    let one = session.get(&format!("beta/{POLICIES}/{id}?$expand=assignments")).await;
    assert_eq!(one["assignments"], json!([]));
    let apart = session.get(&format!("beta/{POLICIES}/{id}/assignments")).await;
    assert_eq!(apart["value"], assigned["assignments"]);
}

#[tokio::test]
async fn a_policy_with_more_than_a_thousand_settings_goes_on_behind_a_link() {
    let (simulator, session) = started(10).await;
    let setting = |number: usize| json!({ "id": number.to_string(), "settingInstance": { "settingDefinitionId": format!("s{number}") } });
    let settings: Vec<Value> = (0..1200).map(setting).collect();
    let policy = json!({ "id": "long", "name": "long", "technologies": "mdm", "settings": settings });
    assert!(simulator.insert(&session.tenant.tenant_id, POLICIES, policy));
    let listed = session.all(&format!("beta/{POLICIES}?$expand=settings")).await;
    let long = listed.iter().find(|policy| policy["id"] == "long").unwrap();
    assert_eq!(long["settings"].as_array().unwrap().len(), 1000);
    let link = long["settings@odata.nextLink"].as_str().unwrap();
    let mut rest = session.all_from(link).await;
    let mut whole = long["settings"].as_array().unwrap().clone();
    whole.append(&mut rest);
    assert_eq!(whole, settings);
}

#[tokio::test]
async fn nested_expands_give_whole_administrative_templates_and_compliance_policies() {
    let (simulator, session) = started(100).await;
    let tenant = &session.tenant.tenant_id;
    let templates = simulator.objects(tenant, "deviceManagement/groupPolicyConfigurations");
    let id = templates[0]["id"].as_str().unwrap();
    let path = format!(
        "beta/deviceManagement/groupPolicyConfigurations/{id}/definitionValues?$expand=definition,presentationValues($expand=presentation)"
    );
    let values = session.all(&path).await;
    assert_eq!(values.len(), templates[0]["definitionValues"].as_array().unwrap().len());
    assert_eq!(values[0]["definition"], templates[0]["definitionValues"][0]["definition"]);
    let plain = session.get(&format!("beta/deviceManagement/groupPolicyConfigurations/{id}/definitionValues")).await;
    assert!(plain["value"][0].get("definition").is_none());
    let path = "beta/deviceManagement/deviceCompliancePolicies?$expand=scheduledActionsForRule($expand=scheduledActionConfigurations)";
    let listed = session.all(path).await;
    assert_eq!(listed[0]["scheduledActionsForRule"][0]["scheduledActionConfigurations"][0]["actionType"], "block");
}

#[tokio::test]
async fn scripts_have_their_content_only_one_by_one() {
    let (_simulator, session) = started(60).await;
    for (path, content) in
        [("deviceManagementScripts", "scriptContent"), ("deviceHealthScripts", "detectionScriptContent")]
    {
        let listed = session.all(&format!("beta/deviceManagement/{path}")).await;
        assert!(listed.iter().all(|script| script.get(content).is_none()));
        let id = listed[0]["id"].as_str().unwrap();
        let one = session.get(&format!("beta/deviceManagement/{path}/{id}?$expand=assignments")).await;
        assert!(
            one[content].is_string() && one["assignments"].is_array() && one["assignments@odata.context"].is_string()
        );
    }
}

#[tokio::test]
async fn filters_selects_counts_and_searches_hold() {
    let (_simulator, session) = started(60).await;
    let groups = session.get("v1.0/groups?$top=3&$count=true&$select=displayName").await;
    assert_eq!(groups["value"].as_array().unwrap().len(), 3);
    assert_eq!(groups["@odata.count"], 15);
    let first = &groups["value"][0];
    assert!(first["id"].is_string() && first["displayName"].is_string() && first.get("groupTypes").is_none());
    let name = first["displayName"].as_str().unwrap();
    let found = session.get(&format!("v1.0/groups?$filter=displayName+eq+'{name}'")).await;
    assert_eq!(found["value"][0]["id"], first["id"]);
    let search = format!("v1.0/groups?$search=\"displayName:{name}\"");
    assert_eq!(session.send("GET", &search, None).await.status(), 400);
    let response = session.request("GET", &search).header("ConsistencyLevel", "eventual").send().await.unwrap();
    assert_eq!(support::json(response).await["value"][0]["id"], first["id"]);
    let devices = format!(
        "v1.0/groups/{}/transitiveMembers/microsoft.graph.device?$count=true&$top=1&$select=id",
        first["id"].as_str().unwrap()
    );
    assert_eq!(session.send("GET", &devices, None).await.status(), 400, "a cast wants the header, too");
    let response = session.request("GET", &devices).header("ConsistencyLevel", "eventual").send().await.unwrap();
    let counted = support::json(response).await["@odata.count"].as_u64().unwrap();
    let members = session.all(&format!("v1.0/groups/{}/members?$top=50", first["id"].as_str().unwrap())).await;
    let is_device = |member: &&serde_json::Value| member["@odata.type"] == "#microsoft.graph.device";
    assert!(!members.is_empty() && members.iter().filter(is_device).count() as u64 == counted);
    let app = &session.get("beta/deviceAppManagement/mobileApps?$top=1").await["value"][0];
    let (kind, name) =
        (app["@odata.type"].as_str().unwrap().trim_start_matches('#'), app["displayName"].as_str().unwrap());
    let search = format!("beta/deviceAppManagement/mobileApps?$filter=(isof('{kind}'))&$search=\"{name}\"");
    assert!(session.all(&search).await.contains(app), "Intune's search needs no header");
    let sorted = session.all("beta/deviceManagement/roleScopeTags?$orderby=displayName desc").await;
    assert_eq!(sorted.last().unwrap()["displayName"], "Default");
    let rings = session.all("beta/deviceManagement/deviceConfigurations?$filter=isof('microsoft.graph.windowsUpdateForBusinessConfiguration')").await;
    assert!(
        !rings.is_empty()
            && rings.iter().all(|ring| ring["@odata.type"] == "#microsoft.graph.windowsUpdateForBusinessConfiguration")
    );
    let ids: Vec<&Value> = groups["value"].as_array().unwrap().iter().map(|group| &group["id"]).collect();
    let answer = session
        .send(
            "POST",
            "v1.0/directoryObjects/getByIds?$select=displayName",
            Some(json!({ "ids": ids, "types": ["group"] })),
        )
        .await;
    assert_eq!(support::json(answer).await["value"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn unknown_paths_and_full_metadata_have_graphs_shape() {
    let (_simulator, session) = started(10).await;
    assert_eq!(session.send("GET", "beta/deviceManagement/nothingOfTheKind", None).await.status(), 400);
    let missing = session.send("GET", "beta/groups/none", None).await;
    assert_eq!(missing.status(), 404);
    assert_eq!(support::json(missing).await["error"]["code"], "ResourceNotFound");
    assert_eq!(session.get("beta/deviceManagement/derivedCredentials").await["value"], json!([]));
    let full =
        session.request("GET", &format!("beta/{POLICIES}")).header("Accept", "application/json;odata.metadata=full");
    let full = support::json(full.send().await.unwrap()).await;
    let policy = &full["value"][0];
    assert_eq!(policy["@odata.type"], "#microsoft.graph.deviceManagementConfigurationPolicy");
    assert!(policy["settings@odata.navigationLink"].is_string());
    assert!(policy["#microsoft.graph.assign"]["target"].is_string());
}
