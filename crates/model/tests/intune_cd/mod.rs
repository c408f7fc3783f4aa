//! IntuneCD's layout: what it has in a form or a place of its own.

use std::collections::BTreeMap;

use model::exchange::{Found, Layout, Source};
use serde_json::{Value, json};

use super::{contents, object, read_all, source, write_all};

/// Names instead of ids, JSON instead of its base64, scripts and enrolment profiles as files of their own: and back.
#[test]
fn what_intune_cd_writes_in_its_own_form_is_what_it_was_again() {
    let guid = |number: u32| format!("aaaaaaaa-0000-0000-0000-{number:012}");
    let (token, template, script, app) = (guid(1), guid(2), guid(3), guid(4));
    let profile = |number: u32| format!("{token}_{}", guid(number));
    let source = Source {
        templates: BTreeMap::from([(template.clone(), "Reminder".to_owned())]),
        scripts: BTreeMap::from([(script.clone(), "Look".to_owned())]),
        apps: BTreeMap::from([(app.clone(), "Outlook".to_owned())]),
        app_types: BTreeMap::from([(app.clone(), "#microsoft.graph.androidManagedStoreApp".to_owned())]),
        ..source()
    };
    let objects = vec![
        object(
            "appConfigDevices",
            &guid(5),
            "Mail",
            json!({ "@odata.type": "#microsoft.graph.androidManagedStoreAppConfiguration", "id": guid(5),
                "displayName": "Mail", "targetedMobileApps": [app], "payloadJson": "eyJraW5kIjoieCJ9" }),
        ),
        object(
            "enrollmentConfigs",
            &guid(6),
            "Wait",
            json!({ "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", "id": guid(6),
                "displayName": "Wait", "selectedMobileAppIds": [app] }),
        ),
        object(
            "compliancePolicies",
            &guid(7),
            "Comply",
            json!({ "@odata.type": "#microsoft.graph.windows10CompliancePolicy", "id": guid(7), "displayName": "Comply",
                "deviceCompliancePolicyScript": { "deviceComplianceScriptId": script },
                "scheduledActionsForRule": [{ "ruleName": null, "scheduledActionConfigurations":
                    [{ "actionType": "notification", "notificationTemplateId": template }] }] }),
        ),
        object(
            "powershellScripts",
            &guid(8),
            "Run",
            json!({ "id": guid(8), "displayName": "Run", "fileName": "run.ps1", "enforceSignatureCheck": false,
                "scriptContent": "ZXhpdCAw" }),
        ),
        object(
            "appleAde",
            &token,
            &token,
            json!({ "id": token, "enrollmentProfiles": [
                { "id": profile(9), "@odata.type": "#microsoft.graph.depIOSEnrollmentProfile", "displayName": "A" },
                { "id": profile(10), "@odata.type": "#microsoft.graph.depMacOSEnrollmentProfile", "displayName": "B" }] }),
        ),
    ];
    let files = write_all(Layout::Intunecd, &objects, &source);
    let text = |part: &str| {
        let file = files.iter().find(|file| file.path.contains(part)).unwrap_or_else(|| panic!("no {part}"));
        String::from_utf8(file.bytes.clone()).unwrap()
    };
    assert_eq!(text("Scripts/Powershell/Script Data/run__"), "exit 0");
    let mail: Value = serde_json::from_str(&text("App Configuration/Mail_")).unwrap();
    assert_eq!(
        (&mail["targetedMobileApps"]["appName"], &mail["payloadJson"]["kind"]),
        (&json!("Outlook"), &json!("x"))
    );
    assert!(text("Enrollment Profiles/Windows/ESP/Wait_").contains("\"selectedMobileAppNames\""));
    let comply = text("Compliance Policies/Policies/Comply_");
    assert!(comply.contains("\"notificationTemplateName\": \"Reminder\""), "{comply}");
    assert!(comply.contains("\"deviceComplianceScriptName\": \"Look\""), "{comply}");
    assert_eq!(files.len(), 7, "two profiles, four other objects and a script");
    let (_, again, others) = read_all(&files, &source);
    assert_eq!(contents(&again), contents(&objects));
    let codes: Vec<_> = others
        .iter()
        .map(|one| match one {
            Found::Aside(one) => one.problem.code,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(codes, ["import.beside", "import.other_file"], "the second profile and the script");
    // Where nothing of it is known, everything stays as it is.
    let (_, unknown, _) = read_all(&files, &Source::default());
    let of = |key: &str| &unknown.iter().find(|one| one.type_key == key).unwrap().document;
    assert_eq!(of("appConfigDevices")["targetedMobileApps"]["appName"], "Outlook");
    assert_eq!(of("compliancePolicies")["deviceComplianceScriptName"], "Look");
}
