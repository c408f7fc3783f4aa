//! Actions, references and parts: what is written otherwise than by creating and changing an object.

use serde_json::{Value, json};

use crate::support::{Session, json as body, started};

async fn post(session: &Session, path: &str, sent: Value) -> (u16, Value) {
    let response = session.send("POST", &format!("beta/{path}"), Some(sent)).await;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_configuration_moves_to_its_place_and_the_others_move_on() {
    let (simulator, session) = started(400).await;
    let path = "deviceManagement/deviceEnrollmentConfigurations";
    let order = || {
        let all = simulator.objects(&session.tenant.tenant_id, path);
        let limits =
            all.into_iter().filter(|one| one["@odata.type"] == "#microsoft.graph.deviceEnrollmentLimitConfiguration");
        let mut ranked: Vec<(u64, String)> = limits
            .map(|one| (one["priority"].as_u64().unwrap(), one["displayName"].as_str().unwrap().to_owned()))
            .collect();
        ranked.sort();
        ranked
    };
    let limit = |name: &str| json!({ "@odata.type": "#microsoft.graph.deviceEnrollmentLimitConfiguration", "displayName": name, "limit": 5 });
    let mut made = Vec::new();
    for name in ["one", "two", "three"] {
        let (status, object) = post(&session, path, limit(name)).await;
        assert_eq!(status, 201);
        assert!(id(&object).ends_with("_Limit"), "{object}");
        made.push(object);
    }
    let before: Vec<u64> = made.iter().map(|one| one["priority"].as_u64().unwrap()).collect();
    assert!(before.windows(2).all(|two| two[1] == two[0] + 1), "new ones come last: {before:?}");
    assert_eq!(post(&session, &format!("{path}/{}/setPriority", id(&made[2])), json!({ "priority": 1 })).await.0, 200);
    let ranked = order();
    assert_eq!((ranked[0].0, ranked[1].clone()), (0, (1, "three".to_owned())));
    assert!(ranked.windows(2).all(|two| two[1].0 == two[0].0 + 1), "{ranked:?}");
    let all = simulator.objects(&session.tenant.tenant_id, path);
    let default = all.iter().find(|one| one["priority"] == 0).unwrap();
    for (action, sent) in
        [("setPriority", json!({ "priority": 1 })), ("assign", json!({ "enrollmentConfigurationAssignments": [] }))]
    {
        assert_eq!(post(&session, &format!("{path}/{}/{action}", id(default)), sent).await.0, 400, "{action}");
    }
    let excluded =
        json!({ "target": { "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "g" } });
    let address = format!("{path}/{}", id(&made[0]));
    let sent = json!({ "enrollmentConfigurationAssignments": [excluded] });
    assert_eq!(post(&session, &format!("{address}/assign"), sent).await.0, 200);
    let stored = session.get(&format!("beta/{address}/assignments")).await;
    assert_eq!(stored["value"][0]["target"]["@odata.type"], "#microsoft.graph.groupAssignmentTarget", "a trap");
}

#[tokio::test]
async fn values_of_an_administrative_template_take_two_requests_to_change() {
    let (simulator, session) = started(100).await;
    let path = "deviceManagement/groupPolicyConfigurations";
    let stored = simulator.objects(&session.tenant.tenant_id, path);
    let all = stored.iter().flat_map(|one| one["definitionValues"].as_array().unwrap());
    let known = all
        .into_iter()
        .find(|value| value["presentationValues"].as_array().is_some_and(|all| !all.is_empty()))
        .unwrap();
    let definition =
        format!("{}/beta/deviceManagement/groupPolicyDefinitions('{}')", session.base, id(&known["definition"]));
    let presentation = format!("{definition}/presentations('{}')", id(&known["presentationValues"][0]["presentation"]));
    let value = json!({
        "enabled": true, "definition@odata.bind": definition,
        "presentationValues": [{
            "@odata.type": "#microsoft.graph.groupPolicyPresentationValueText", "value": "new",
            "presentation@odata.bind": presentation,
        }],
    });
    let (status, made) = post(&session, path, json!({ "displayName": "Edge" })).await;
    assert_eq!(status, 201);
    let action = format!("{path}/{}/updateDefinitionValues", id(&made));
    assert_eq!(post(&session, &action, json!({ "added": [value], "updated": [], "deletedIds": [] })).await.0, 204);
    let read = format!("beta/{path}/{}/definitionValues?$expand=definition,presentationValues", id(&made));
    let first = session.get(&read).await["value"][0].clone();
    assert_eq!(first["definition"]["displayName"], known["definition"]["displayName"]);
    let again = json!({ "added": [value], "updated": [], "deletedIds": [first["id"]] });
    assert_eq!(post(&session, &action, again).await.0, 400, "a trap: what goes still counts");
    assert_eq!(
        post(&session, &action, json!({ "added": [], "updated": [], "deletedIds": [first["id"]] })).await.0,
        204
    );
    assert_eq!(session.get(&read).await["value"], json!([]));
    let unbound = json!({ "enabled": true, "presentationValues": [] });
    assert_eq!(post(&session, &action, json!({ "added": [unbound] })).await.0, 400);
    let elsewhere = json!({ "enabled": true, "definition@odata.bind": "groupPolicyDefinitions('nowhere')" });
    assert_eq!(post(&session, &action, json!({ "added": [elsewhere] })).await.0, 404);
}

#[tokio::test]
async fn an_intent_comes_from_a_template_and_settings_change_without_going_away() {
    let (simulator, session) = started(400).await;
    let tenant = &session.tenant.tenant_id;
    let intents = "deviceManagement/intents";
    let known = simulator.objects(tenant, intents).remove(0);
    let template = known["templateId"].as_str().unwrap();
    let setting = known["settings"][0].clone();
    let delta = json!({ "@odata.type": setting["@odata.type"], "definitionId": setting["definitionId"], "valueJson": setting["valueJson"] });
    let sent = json!({ "displayName": "Copy", "settingsDelta": [delta] });
    let (status, made) =
        post(&session, &format!("deviceManagement/templates/{template}/createInstance"), sent.clone()).await;
    assert_eq!((status, &made["templateId"]), (201, &known["templateId"]));
    let action = format!("{intents}/{}/updateSettings", id(&made));
    let changed =
        json!({ "@odata.type": setting["@odata.type"], "definitionId": setting["definitionId"], "valueJson": "null" });
    assert_eq!(post(&session, &action, json!({ "settings": [changed] })).await.0, 204);
    let settings = session.get(&format!("beta/{intents}/{}/settings", id(&made))).await;
    assert_eq!((settings["value"].as_array().unwrap().len(), &settings["value"][0]["valueJson"]), (1, &json!("null")));
    assert_eq!(post(&session, &action, json!({ "settings": [] })).await.0, 204);
    assert_eq!(
        session.get(&format!("beta/{intents}/{}/settings", id(&made))).await["value"].as_array().unwrap().len(),
        1
    );
    assert!(simulator.change(tenant, "deviceManagement/templates", template, |one| one["isDeprecated"] = json!(true)));
    assert_eq!(post(&session, &format!("deviceManagement/templates/{template}/createInstance"), sent).await.0, 400);
    assert_eq!(post(&session, intents, json!({ "displayName": "x" })).await.0, 400);
}

#[tokio::test]
async fn a_policy_set_changes_its_items_and_assignments_by_one_action() {
    let (simulator, session) = started(400).await;
    let path = "deviceAppManagement/policySets";
    let set = simulator.objects(&session.tenant.tenant_id, path).remove(0);
    let items = set["items"].as_array().unwrap();
    let item = json!({ "@odata.type": items[0]["@odata.type"], "payloadId": items[0]["payloadId"] });
    let target = json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g" });
    let sent = json!({
        "addedPolicySetItems": [item], "updatedPolicySetItems": [], "deletedPolicySetItems": [items[0]["id"]],
        "assignments": [{ "target": target }],
    });
    assert_eq!(post(&session, &format!("{path}/{}/update", id(&set)), sent).await.0, 204);
    let now = session.get(&format!("beta/{path}/{}?$expand=items,assignments", id(&set))).await;
    let ids: Vec<&Value> = now["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(ids.len(), items.len());
    assert!(!ids.contains(&&items[0]["id"]));
    assert_eq!((now["assignments"].as_array().unwrap().len(), &now["status"]), (1, &json!("success")));
    let gone = json!({ "deletedPolicySetItems": [items[0]["id"]] });
    assert_eq!(post(&session, &format!("{path}/{}/update", id(&set)), gone).await.0, 404);
}

#[tokio::test]
async fn apps_are_linked_to_categories_and_policies_to_apps() {
    let (simulator, session) = started(400).await;
    let tenant = &session.tenant.tenant_id;
    let app = json!({ "@odata.type": "#microsoft.graph.webApp", "displayName": "Intranet", "publisher": "IT", "appUrl": "https://intranet" });
    let (status, app) = post(&session, "deviceAppManagement/mobileApps", app).await;
    assert_eq!((status, &app["publishingState"]), (201, &json!("published")));
    let category = simulator.objects(tenant, "deviceAppManagement/mobileAppCategories").remove(0);
    let categories = format!("deviceAppManagement/mobileApps/{}/categories", id(&app));
    let link = |id: &str| json!({ "@odata.id": format!("https://graph.microsoft.com/beta/deviceAppManagement/mobileAppCategories/{id}") });
    assert_eq!(post(&session, &format!("{categories}/$ref"), link(id(&category))).await.0, 204);
    assert_eq!(session.get(&format!("beta/{categories}")).await["value"][0]["displayName"], category["displayName"]);
    assert_eq!(post(&session, &format!("{categories}/$ref"), link("nowhere")).await.0, 404);
    let gone = session.send("DELETE", &format!("beta/{categories}/{}/$ref", id(&category)), None).await;
    assert_eq!(gone.status(), 204);
    let protection = "deviceAppManagement/iosManagedAppProtections";
    let policy = simulator.objects(tenant, protection).remove(0);
    let bundle = json!({ "mobileAppIdentifier": { "@odata.type": "#microsoft.graph.iosMobileAppIdentifier", "bundleId": "com.x" } });
    let sent = json!({ "apps": [bundle], "appGroupType": "selectedPublicApps" });
    assert_eq!(post(&session, &format!("{protection}/{}/targetApps", id(&policy)), sent).await.0, 204);
    let now = session.get(&format!("beta/{protection}/{}?$expand=apps", id(&policy))).await;
    assert_eq!((now["apps"].as_array().unwrap().len(), &now["appGroupType"]), (1, &json!("selectedPublicApps")));
}

#[tokio::test]
async fn an_app_from_the_store_is_assigned_once_it_is_published() {
    let (_simulator, session) = started(60).await;
    let app = json!({
        "@odata.type": "#microsoft.graph.winGetApp", "displayName": "Tool", "publisher": "X",
        "packageIdentifier": "9NBLGGH4NNS1", "installExperience": { "runAsAccount": "user" },
    });
    let (status, app) = post(&session, "deviceAppManagement/mobileApps", app).await;
    assert_eq!((status, &app["publishingState"]), (201, &json!("processing")));
    let address = format!("deviceAppManagement/mobileApps/{}", id(&app));
    let target = json!({ "@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget" });
    let sent = json!({ "mobileAppAssignments": [{ "intent": "available", "target": target }] });
    assert_eq!(post(&session, &format!("{address}/assign"), sent.clone()).await.0, 400);
    assert_eq!(session.get(&format!("beta/{address}")).await["publishingState"], "processing");
    assert_eq!(session.get(&format!("beta/{address}")).await["publishingState"], "published");
    assert_eq!(post(&session, &format!("{address}/assign"), sent).await.0, 200);
}

#[tokio::test]
async fn a_certificate_is_bound_by_its_address() {
    let (simulator, session) = started(400).await;
    let path = "deviceManagement/deviceConfigurations";
    let all = simulator.objects(&session.tenant.tenant_id, path);
    let is_root =
        |one: &&Value| one["@odata.type"].as_str().is_some_and(|name| name.ends_with("TrustedRootCertificate"));
    let root = all.iter().find(is_root).unwrap();
    let wifi = |address: String| {
        json!({
            "@odata.type": "#microsoft.graph.iosEnterpriseWiFiConfiguration", "displayName": "Wi-Fi",
            "networkName": "corp", "ssid": "corp", "preSharedKey": "secret",
            "rootCertificatesForServerValidation@odata.bind": [address],
        })
    };
    let address = |id: &str| format!("https://graph.microsoft.com/beta/{path}('{id}')");
    let (status, made) = post(&session, path, wifi(address(id(root)))).await;
    assert_eq!((status, &made["preSharedKey"]), (201, &Value::Null), "a key never comes back");
    let cast = "microsoft.graph.iosEnterpriseWiFiConfiguration/rootCertificatesForServerValidation";
    let bound = session.get(&format!("beta/{path}/{}/{cast}", id(&made))).await;
    assert_eq!(bound["value"][0]["id"], root["id"]);
    assert_eq!(post(&session, path, wifi(address("nowhere"))).await.0, 404);
}

#[tokio::test]
async fn a_secret_that_was_written_is_read_by_its_reference_and_a_mask_becomes_the_secret() {
    let (_simulator, session) = started(10).await;
    let path = "deviceManagement/deviceConfigurations";
    let policy = |value: &str| {
        json!({
            "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": "OMA",
            "omaSettings": [{
                "@odata.type": "#microsoft.graph.omaSettingString", "displayName": "Proxy", "omaUri": "./Vendor/x",
                "value": value,
            }],
        })
    };
    for secret in ["hunter2", "****"] {
        let (status, made) = post(&session, path, policy(secret)).await;
        assert_eq!(status, 201);
        let setting = &made["omaSettings"][0];
        assert_eq!((&setting["value"], &setting["isEncrypted"]), (&json!("****"), &json!(true)));
        let reference = setting["secretReferenceValueId"].as_str().unwrap();
        let function = format!("getOmaSettingPlainTextValue(secretReferenceValueId='{reference}')");
        let plain = session.get(&format!("beta/{path}/{}/{function}", id(&made))).await;
        assert_eq!(plain["value"], secret);
        let mut sent_back = policy(secret);
        sent_back["omaSettings"][0]["secretReferenceValueId"] = json!(reference);
        assert_eq!(post(&session, path, sent_back).await.0, 400, "a reference is computed");
    }
}

#[tokio::test]
async fn secrets_of_the_settings_catalog_come_back_as_tokens_that_nobody_takes() {
    let (_simulator, session) = started(10).await;
    let policy = |value: &str, state: &str| {
        let secret = json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue", "value": value,
            "valueState": state,
        });
        let instance = json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
            "settingDefinitionId": "device_vendor_msft_defender_onboarding", "simpleSettingValue": secret,
        });
        json!({ "name": "EDR", "platforms": "windows10", "technologies": "mdm", "settings": [{ "settingInstance": instance }] })
    };
    let (status, made) = post(&session, crate::support::POLICIES, policy("blob", "notEncrypted")).await;
    assert_eq!(status, 201);
    let settings = session.get(&format!("beta/{}/{}/settings", crate::support::POLICIES, id(&made))).await;
    let value = &settings["value"][0]["settingInstance"]["simpleSettingValue"];
    assert_eq!(value["valueState"], "encryptedValueToken");
    let token = value["value"].as_str().unwrap();
    assert_ne!(token, "blob");
    assert_eq!(post(&session, crate::support::POLICIES, policy(token, "encryptedValueToken")).await.0, 400);
}

#[tokio::test]
async fn a_deleted_policy_of_conditional_access_can_be_put_back_under_its_id() {
    let (simulator, session) = started(60).await;
    for name in ["policies", "namedLocations"] {
        let path = format!("identity/conditionalAccess/{name}");
        let bin = format!("beta/identity/conditionalAccess/deletedItems/{name}");
        let object = simulator.objects(&session.tenant.tenant_id, &path).remove(0);
        let address = format!("beta/{path}/{}", id(&object));
        assert_eq!(session.send("DELETE", &address, None).await.status(), 204);
        assert_eq!(session.send("GET", &address, None).await.status(), 404);
        assert_eq!(session.all(&bin).await[0]["id"], object["id"]);
        let restored = session.send("POST", &format!("{bin}/{}/restore", id(&object)), None).await;
        assert_eq!(restored.status(), 200);
        assert_eq!(body(restored).await["id"], object["id"]);
        assert_eq!(session.get(&address).await["displayName"], object["displayName"]);
        assert!(session.all(&bin).await.is_empty());
        session.send("DELETE", &address, None).await;
        assert_eq!(session.send("DELETE", &format!("{bin}/{}", id(&object)), None).await.status(), 204);
        assert_eq!(session.send("POST", &format!("{bin}/{}/restore", id(&object)), None).await.status(), 404);
    }
    let event = session.get("v1.0/auditLogs/directoryAudits?$filter=operationType eq 'Restore'").await;
    assert_eq!(event["value"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn scheduled_actions_of_compliance_follow_in_requests_of_their_own() {
    let (simulator, session) = started(400).await;
    let tenant = &session.tenant.tenant_id;
    let classic = "deviceManagement/deviceCompliancePolicies";
    let action = |kind: &str| json!({ "ruleName": "PasswordRequired", "scheduledActionConfigurations": [{ "actionType": kind, "gracePeriodHours": 24 }] });
    let policy = |rules: Value| json!({ "@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "iOS", "scheduledActionsForRule": rules });
    assert_eq!(post(&session, classic, policy(json!([]))).await.0, 400);
    assert_eq!(post(&session, classic, policy(json!([action("notification")]))).await.0, 400, "one has to block");
    let (status, made) = post(&session, classic, policy(json!([action("block")]))).await;
    assert_eq!(status, 201);
    let sent = json!({ "deviceComplianceScheduledActionForRules": [action("block"), action("notification")] });
    assert_eq!(post(&session, &format!("{classic}/{}/scheduleActionsForRules", id(&made)), sent).await.0, 200);
    let read = format!("beta/{classic}/{}/scheduledActionsForRule", id(&made));
    assert_eq!(session.get(&read).await["value"].as_array().unwrap().len(), 2);
    let catalog = "deviceManagement/compliancePolicies";
    let known = simulator.objects(tenant, catalog).remove(0);
    let sent = json!({ "name": "Linux", "platforms": "linux", "technologies": "linuxMdm", "settings": [], "scheduledActionsForRule": [action("notification")] });
    let (status, made) = post(&session, catalog, sent).await;
    assert_eq!(status, 201, "{known}");
    let read = format!("beta/{catalog}/{}/scheduledActionsForRule?$expand=scheduledActionConfigurations", id(&made));
    let kind = |answer: &Value| answer["value"][0]["scheduledActionConfigurations"][0]["actionType"].clone();
    assert_eq!(kind(&session.get(&read).await), "block", "a trap: actions of a new policy are ignored");
    let sent = json!({ "scheduledActions": [action("notification")] });
    assert_eq!(post(&session, &format!("{catalog}/{}/setScheduledActions", id(&made)), sent).await.0, 200);
    assert_eq!(kind(&session.get(&read).await), "notification");
}
