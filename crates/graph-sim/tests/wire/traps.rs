//! What real services do and naive readers miss, type by type.

use serde_json::{Value, json};

use crate::support::{Session, json as body, started};

const PROFILES: &str = "beta/deviceManagement/deviceConfigurations";

async fn status(session: &Session, path: &str) -> u16 {
    session.send("GET", path, None).await.status().as_u16()
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

async fn of_type(session: &Session, path: &str, kind: &str) -> Value {
    let all = session.all(path).await;
    let wanted = format!("#microsoft.graph.{kind}");
    all.into_iter().find(|one| one["@odata.type"] == wanted.as_str()).unwrap()
}

#[tokio::test]
async fn lists_refuse_what_the_service_does_not_expand_and_objects_have_it() {
    let (_simulator, session) = started(200).await;
    for (path, expand, on_object) in [
        ("deviceAppManagement/policySets", "items", true),
        ("deviceAppManagement/policySets", "assignments", true),
        ("deviceManagement/hardwareConfigurations", "assignments", true),
        ("deviceManagement/termsAndConditions", "assignments", false),
        ("deviceAppManagement/managedAppPolicies", "apps", true),
    ] {
        assert_eq!(status(&session, &format!("beta/{path}?$expand={expand}")).await, 400, "{path} {expand}");
        let first = session.all(&format!("beta/{path}")).await.remove(0);
        let one = format!("beta/{path}/{}?$expand={expand}", id(&first));
        assert_eq!(status(&session, &one).await, if on_object { 200 } else { 400 }, "{one}");
    }
    assert_eq!(status(&session, "beta/deviceAppManagement/mobileAppCategories?$expand=assignments").await, 400);
}

#[tokio::test]
async fn policies_of_several_collections_say_their_type_where_they_stand_together() {
    let (_simulator, session) = started(200).await;
    let together = session.all("beta/deviceAppManagement/managedAppPolicies").await;
    assert!(together.len() >= 6, "{together:?}");
    for policy in &together {
        let kind = policy["@odata.type"].as_str().unwrap().trim_start_matches("#microsoft.graph.");
        let ending = if kind.ends_with("Policy") { kind.replace("Policy", "Policies") } else { format!("{kind}s") };
        let alone = session.get(&format!("beta/deviceAppManagement/{ending}/{}", id(policy))).await;
        assert!(alone.get("@odata.type").is_none(), "{ending}");
        let same = session.get(&format!("beta/deviceAppManagement/managedAppPolicies/{}", id(policy))).await;
        assert_eq!(same["@odata.type"], policy["@odata.type"]);
    }
}

#[tokio::test]
async fn items_of_a_policy_set_and_apps_of_a_configuration_exist() {
    let (_simulator, session) = started(200).await;
    let sets = session.all("beta/deviceAppManagement/policySets").await;
    let set = session.get(&format!("beta/deviceAppManagement/policySets/{}?$expand=items", id(&sets[0]))).await;
    let items = set["items"].as_array().unwrap();
    assert!(items.len() >= 4, "{items:?}");
    for item in items {
        let collection = match item["@odata.type"].as_str().unwrap() {
            "#microsoft.graph.mobileAppPolicySetItem" => "deviceAppManagement/mobileApps",
            "#microsoft.graph.deviceConfigurationPolicySetItem" => "deviceManagement/deviceConfigurations",
            "#microsoft.graph.deviceCompliancePolicyPolicySetItem" => "deviceManagement/deviceCompliancePolicies",
            "#microsoft.graph.deviceManagementConfigurationPolicyPolicySetItem" => crate::support::POLICIES,
            _ => "deviceManagement/windowsAutopilotDeploymentProfiles",
        };
        let payload = item["payloadId"].as_str().unwrap();
        let object = session.get(&format!("beta/{collection}/{payload}")).await;
        let name = if object["displayName"].is_string() { &object["displayName"] } else { &object["name"] };
        assert_eq!(*name, item["displayName"]);
    }
    let configurations = session.all("beta/deviceAppManagement/mobileAppConfigurations").await;
    for configuration in &configurations {
        let targets = configuration["targetedMobileApps"].as_array().unwrap();
        assert!(!targets.is_empty());
        for app in targets {
            session.get(&format!("beta/deviceAppManagement/mobileApps/{}", app.as_str().unwrap())).await;
        }
    }
}

#[tokio::test]
async fn certificates_are_read_through_a_cast_and_follow_their_profile() {
    let (simulator, session) = started(200).await;
    let kind = "windowsWifiEnterpriseEAPConfiguration";
    let wifi = of_type(&session, PROFILES, kind).await;
    assert!(wifi.get("rootCertificatesForServerValidation").is_none(), "a plain read does not return them");
    let address = format!("{PROFILES}/{}/microsoft.graph.{kind}", id(&wifi));
    let list = format!("{address}/rootCertificatesForServerValidation?$select=id,displayName");
    let roots = session.get(&list).await;
    let root = of_type(&session, PROFILES, "windows81TrustedRootCertificate").await;
    assert_eq!(roots["value"].as_array().unwrap().len(), 1);
    let expected = json!({ "@odata.type": root["@odata.type"], "id": root["id"], "displayName": root["displayName"] });
    assert_eq!(roots["value"][0], expected);
    let identity = session.get(&format!("{address}/identityCertificateForClientAuthentication")).await;
    assert_eq!(identity["@odata.type"], "#microsoft.graph.windows81SCEPCertificateProfile");
    let vpn = of_type(&session, PROFILES, "windows10VpnConfiguration").await;
    let by_vpn = format!("{PROFILES}('{}')/microsoft.graph.windows10VpnConfiguration/identityCertificate", id(&vpn));
    assert_eq!(session.get(&by_vpn).await["id"], identity["id"]);
    for wrong in [
        format!("{PROFILES}/{}/rootCertificatesForServerValidation", id(&wifi)),
        format!("{PROFILES}/{}/microsoft.graph.{kind}/rootCertificatesForServerValidation", id(&root)),
        format!("{PROFILES}/{}/microsoft.graph.windows10VpnConfiguration/identityCertificate", id(&wifi)),
        format!("{PROFILES}/{}/microsoft.graph.windows81TrustedRootCertificate/rootCertificate", id(&root)),
    ] {
        assert_eq!(status(&session, &wrong).await, 400, "{wrong}");
    }
    let (tenant, path) = (&session.tenant.tenant_id, "deviceManagement/deviceConfigurations");
    assert!(simulator.change(tenant, path, id(&root), |root| root["displayName"] = json!("renamed")));
    assert_eq!(session.get(&list).await["value"][0]["displayName"], "renamed");
    assert!(simulator.remove(tenant, path, id(&root)));
    assert_eq!(session.get(&list).await["value"], json!([]));
}

#[tokio::test]
async fn an_encrypted_value_is_masked_and_read_by_its_reference() {
    let (_simulator, session) = started(150).await;
    let all = session.all(PROFILES).await;
    let settings = |profile: &Value| profile["omaSettings"].as_array().cloned().unwrap_or_default();
    let (profile, setting) = all
        .iter()
        .find_map(|profile| Some((profile, settings(profile).into_iter().find(|one| one["isEncrypted"] == true)?)))
        .unwrap();
    assert_eq!(setting["value"], "****");
    let function = |reference: &str| {
        format!("{PROFILES}/{}/getOmaSettingPlainTextValue(secretReferenceValueId='{reference}')", id(profile))
    };
    let plain = session.get(&function(setting["secretReferenceValueId"].as_str().unwrap())).await;
    assert!(plain["value"].as_str().is_some_and(|value| value != "****"));
    assert_eq!(status(&session, &function("unknown")).await, 404);
}

#[tokio::test]
async fn what_lists_leave_out_comes_with_the_object_or_when_selected() {
    let (simulator, session) = started(200).await;
    for (path, content) in
        [("deviceComplianceScripts", "detectionScriptContent"), ("deviceCustomAttributeShellScripts", "scriptContent")]
    {
        let listed = session.all(&format!("beta/deviceManagement/{path}")).await;
        assert!(listed.iter().all(|script| script.get(content).is_none()));
        let one = session.get(&format!("beta/deviceManagement/{path}/{}", id(&listed[0]))).await;
        assert!(one[content].is_string());
    }
    let plain = session.all("beta/deviceManagement/reusablePolicySettings").await;
    assert!(plain.iter().all(|setting| setting.get("settingInstance").is_none()));
    let selected = session.all("beta/deviceManagement/reusablePolicySettings?$select=id,settingInstance").await;
    assert!(selected.iter().all(|setting| setting["settingInstance"].is_object()));

    let android = "beta/deviceManagement/androidDeviceOwnerEnrollmentProfiles";
    let listed = session.all(android).await;
    assert!(listed.iter().all(|one| one["tokenValue"].is_null() && one["qrCodeImage"].is_null()));
    let one = session.get(&format!("{android}/{}", id(&listed[0]))).await;
    assert!(one["tokenValue"].is_string() && one["qrCodeImage"]["value"].is_string());

    let roles = "beta/deviceManagement/roleAssignments";
    let listed = session.all(roles).await;
    let names = ["members", "scopeMembers", "resourceScopes"];
    assert!(listed.iter().all(|one| names.iter().all(|name| one[*name] == json!([]))));
    let one = session.get(&format!("{roles}/{}?$expand=roleDefinition", id(&listed[0]))).await;
    assert!(names.iter().all(|name| !one[*name].as_array().unwrap().is_empty()));
    let definition = id(&one["roleDefinition"]);
    let of_role = session.all(&format!("beta/deviceManagement/roleDefinitions/{definition}/roleAssignments")).await;
    assert!(of_role.iter().any(|row| row["id"] == one["id"] && row["members"] == json!([])));
    let tags = session.all(&format!("{roles}/{}/roleScopeTags", id(&listed[0]))).await;
    let stored = simulator.objects(&session.tenant.tenant_id, "deviceManagement/roleAssignments").remove(0);
    assert_eq!(json!(tags.iter().map(id).collect::<Vec<_>>()), stored["roleScopeTagIds"]);
}

#[tokio::test]
async fn pictures_of_a_branding_come_one_at_a_time() {
    let (_simulator, session) = started(150).await;
    let path = "beta/deviceManagement/intuneBrandingProfiles";
    let all = session.all(path).await;
    assert_eq!(all.iter().filter(|one| one["isDefaultProfile"] == true).count(), 1);
    let address = format!("{path}/{}", id(&all[0]));
    let pictures = ["themeColorLogo", "lightBackgroundLogo", "landingPageCustomizedImage"];
    let whole = session.get(&address).await;
    assert!(pictures.iter().all(|name| whole[*name].is_null() && all[0][*name].is_null()));
    let two = session.get(&format!("{address}?$select=themeColorLogo,lightBackgroundLogo")).await;
    assert!(two["themeColorLogo"].is_null());
    for name in pictures {
        let one = session.get(&format!("{address}?$select={name}")).await;
        assert!(one[name]["value"].is_string(), "{name}");
    }
}

#[tokio::test]
async fn every_tenant_has_its_default_objects_and_nobody_deletes_them() {
    let (_simulator, session) = started(10).await;
    let configurations = session.all("beta/deviceManagement/deviceEnrollmentConfigurations").await;
    for suffix in [
        "DefaultLimit",
        "DefaultPlatformRestrictions",
        "DefaultWindows10EnrollmentCompletionPageConfiguration",
        "DefaultWindowsHelloForBusiness",
    ] {
        let default = configurations.iter().find(|one| id(one).ends_with(&format!("_{suffix}"))).unwrap();
        assert_eq!(default["priority"], 0);
    }
    let custom = session.all("beta/deviceManagement/roleDefinitions?$filter=isBuiltIn eq false").await;
    let built_in = session.all("beta/deviceManagement/roleDefinitions?$filter=isBuiltIn eq true").await;
    assert!(custom.is_empty() && built_in.len() == 4);
    let categories = session.all("v1.0/deviceAppManagement/mobileAppCategories").await;
    assert!(categories.iter().all(|one| one["lastModifiedDateTime"] == "0001-01-01T00:00:00Z"));
    let strengths = "identity/conditionalAccess/authenticationStrength/policies";
    assert!(session.all(&format!("v1.0/{strengths}")).await.iter().all(|one| one["policyType"] == "builtIn"));
    let brandings = session.all("beta/deviceManagement/intuneBrandingProfiles").await;
    for (path, key) in [
        ("deviceManagement/deviceEnrollmentConfigurations", id(&configurations[0])),
        ("deviceManagement/roleDefinitions", id(&built_in[0])),
        ("deviceManagement/intuneBrandingProfiles", id(&brandings[0])),
        (strengths, "00000000-0000-0000-0000-000000000002"),
    ] {
        assert_eq!(session.send("DELETE", &format!("beta/{path}/{key}"), None).await.status(), 400, "{path}");
    }
}

#[tokio::test]
async fn a_filter_with_a_cast_tells_oem_configurations_from_the_others() {
    let (_simulator, session) = started(1000).await;
    let path = "beta/deviceAppManagement/mobileAppConfigurations";
    let all = session.all(path).await;
    let filter = "microsoft.graph.androidManagedStoreAppConfiguration/appSupportsOemConfig eq true";
    let oem = session.all(&format!("{path}?$filter={filter}")).await;
    assert!(!oem.is_empty() && oem.len() < all.len());
    assert!(oem.iter().all(|one| one["appSupportsOemConfig"] == true));
    let targets = |one: &Value| one["targetedMobileApps"].as_array().map_or(0, Vec::len);
    assert!(all.iter().any(|one| targets(one) == 2), "some configure several apps");
    assert!(all.iter().any(|one| one["@odata.type"] == "#microsoft.graph.iosMobileAppConfiguration"));
}

#[tokio::test]
async fn the_usual_filter_hides_the_store_and_keeps_what_is_assigned_or_ours() {
    let (_simulator, session) = started(800).await;
    let all = session.all("beta/deviceAppManagement/mobileApps").await;
    let filter = "(microsoft.graph.managedApp/appAvailability) eq null or (microsoft.graph.managedApp/appAvailability) eq 'lineOfBusiness' or isAssigned eq true";
    let kept = session.all(&format!("beta/deviceAppManagement/mobileApps?$filter={filter}")).await;
    let hidden = |app: &&Value| app["appAvailability"] == "global" && app["isAssigned"] == false;
    assert!(all.iter().any(|app| hidden(&app)) && !kept.iter().any(|app| hidden(&app)));
    assert_eq!(kept.len(), all.iter().filter(|app| !hidden(app)).count());
    let kinds: std::collections::BTreeSet<&str> = all.iter().filter_map(|app| app["@odata.type"].as_str()).collect();
    assert!(kinds.len() >= 11, "{kinds:?}");
    let related = all.iter().filter(|app| app["supersededAppCount"] == 1 || app["dependentAppCount"] == 1);
    for app in related {
        let rows = session.all(&format!("beta/deviceAppManagement/mobileApps/{}/relationships", id(app))).await;
        let target = rows[0]["targetId"].as_str().unwrap();
        session.get(&format!("beta/deviceAppManagement/mobileApps/{target}")).await;
    }
}

#[tokio::test]
async fn singletons_have_one_address_and_change_by_hand() {
    let (simulator, session) = started(10).await;
    let rows = session.all("beta/policies/authorizationPolicy").await;
    assert_eq!(rows.len(), 1);
    let one = session.get("v1.0/policies/authorizationPolicy").await;
    assert_eq!(one["id"], rows[0]["id"]);
    let same = session.get("beta/policies/authorizationPolicy/authorizationPolicy").await;
    assert_eq!(same["allowInvitesFrom"], one["allowInvitesFrom"]);
    let methods = session.all("v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations").await;
    assert!(methods.iter().any(|method| method["id"] == "Fido2"));
    let settings = session.get("beta/deviceManagement/settings?$select=secureByDefault").await;
    assert!(settings.get("id").is_none() && settings.get("enhancedJailBreak").is_none());
    let tenant = &session.tenant.tenant_id;
    assert!(simulator.change(tenant, "deviceManagement/settings", "", |settings| {
        settings["secureByDefault"] = json!(true);
    }));
    let changed = session.get("beta/deviceManagement/settings").await;
    assert_eq!(changed["secureByDefault"], true);
    assert!(changed.get("lastModifiedDateTime").is_none());
    assert_eq!(status(&session, "beta/policies/nothingOfTheKind").await, 404);
}

#[tokio::test]
async fn authentication_strengths_have_three_addresses() {
    let (_simulator, session) = started(150).await;
    let mut answers = Vec::new();
    for path in [
        "identity/conditionalAccess/authenticationStrength/policies",
        "identity/conditionalAccess/authenticationStrengths/policies",
        "policies/authenticationStrengthPolicies",
    ] {
        answers.push(session.all(&format!("beta/{path}")).await);
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]));
    assert!(answers[0].iter().any(|one| one["policyType"] == "custom"));
    let refused = session.send("GET", "v1.0/identity/conditionalAccess/authenticationStrength", None).await;
    assert_eq!(body(refused).await["error"]["code"], "BadRequest");
}
