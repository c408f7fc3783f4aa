//! Requests for objects that the round trip over HTTP does not meet.

use serde_json::{Value, json};

use super::{
    Choice, Mapped, Method, Purpose, Resolution, SecretSlot, Step, map_references, promise, steps, with_secrets,
};
use crate::ids::{Id, SecretId};
use crate::registry::{Contract, Registry};

const ALL: Choice = Choice { settings: true, assignments: true };

fn contract(key: &str) -> &'static Contract {
    Registry::embedded().get(key).expect("contract")
}

fn target(group: &str) -> Value {
    json!({ "target": { "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group } })
}

fn made(key: &str, document: &Value, live: Option<&Value>, choice: Choice) -> Result<Vec<Step>, String> {
    let contract = contract(key);
    steps(contract, &Mapped::unchanged(contract, document), live, choice).map_err(|why| why.code)
}

fn policy(state: &str, app: &str) -> Value {
    let conditions = json!({ "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": [app] } });
    json!({ "id": "p", "displayName": "p", "state": state, "conditions": conditions })
}

#[test]
fn an_unmapped_group_stops_the_list_and_leaves_the_settings() {
    let contract = contract("settingsCatalog");
    let document = json!({ "name": "p", "roleScopeTagIds": ["0"], "assignments": [target("a"), target("b")] });
    let resolve = &mut |reference: &super::super::registry::content::Reference| match reference.external_id.as_str() {
        "a" => Resolution::To("x".to_owned()),
        "b" => Resolution::Unresolved,
        _ => Resolution::Keep,
    };
    let wanted = map_references(contract, &document, resolve);
    assert_eq!((wanted.unresolved.len(), wanted.in_assignments.len()), (1, 1));
    assert_eq!(steps(contract, &wanted, None, ALL).map_err(|why| why.code), Err("restore.group_unmapped".to_owned()));
    let settings = steps(contract, &wanted, None, Choice { assignments: false, ..ALL }).expect("settings alone");
    assert_eq!(settings.iter().map(|step| step.purpose).collect::<Vec<_>>(), [Purpose::Create]);
}

#[test]
fn what_is_left_out_takes_its_row_and_what_the_plan_makes_has_its_place() {
    let contract = contract("deviceConfigurations");
    let document = json!({ "@odata.type": "#microsoft.graph.iosEnterpriseWiFiConfiguration", "displayName": "w",
        "identityCertificateForClientAuthentication": { "id": "gone", "displayName": "c" },
        "rootCertificatesForServerValidation": [{ "id": "root", "displayName": "r" }],
        "assignments": [target("a"), target("gone")] });
    let wanted = map_references(contract, &document, &mut |reference| match reference.external_id.as_str() {
        "gone" => Resolution::LeaveOut,
        "root" => Resolution::Item(4),
        _ => Resolution::Keep,
    });
    assert_eq!((wanted.left_out.len(), wanted.document["assignments"].as_array().map(Vec::len)), (2, Some(1)));
    assert_eq!(wanted.document["identityCertificateForClientAuthentication"], Value::Null);
    let steps = steps(contract, &wanted, None, ALL).expect("steps");
    let (slots, body) = (&steps[0].slots, steps[0].body.as_ref().expect("body"));
    assert_eq!(slots[0].pointer, "/rootCertificatesForServerValidation@odata.bind/0");
    assert_eq!((slots[0].item, slots[0].before.as_str()), (4, "{graph}/beta/deviceManagement/deviceConfigurations/"));
    assert!(body.get("identityCertificateForClientAuthentication@odata.bind").is_none());
}

#[test]
fn conditional_access_is_never_put_in_force_and_the_plan_says_so() {
    let contract = contract("conditionalAccess");
    let restored = |wanted: &str, live: Option<Value>| {
        let wanted = Mapped::unchanged(contract, &policy(wanted, "new"));
        let promised = promise(contract, &wanted, live.as_ref(), ALL);
        let codes: Vec<String> = promised.stays.into_iter().map(|why| why.code).collect();
        let steps = steps(contract, &wanted, live.as_ref(), ALL).expect("steps").len();
        (promised.document["state"].as_str().unwrap_or_default().to_owned(), codes.join(" "), steps)
    };
    let is = |state: &str, code: &str, steps: usize| (state.to_owned(), code.to_owned(), steps);
    let (report, held) = ("enabledForReportingButNotEnforced", "restore.held");
    assert_eq!(restored("enabled", None), is(report, held, 1));
    assert_eq!(restored("disabled", None), is("disabled", "", 1));
    assert_eq!(restored("enabled", Some(policy("disabled", "old"))), is("disabled", held, 1));
    assert_eq!(restored("enabled", Some(policy("enabled", "old"))), is(report, held, 1));
    assert_eq!(restored("disabled", Some(policy("enabled", "old"))), is("disabled", "", 1));
    assert_eq!(restored("enabled", Some(policy("enabled", "new"))), is("enabled", "", 0), "nothing is turned off");
    assert_eq!(restored("enabled", Some(policy("disabled", "new"))), is("disabled", held, 0), "nor as it should be");
}

#[test]
fn a_policy_without_its_people_applies_to_nobody() {
    let steps = made("conditionalAccess", &policy("enabled", "x"), None, Choice { assignments: false, ..ALL });
    let steps = steps.expect("steps");
    let body = steps[0].body.as_ref().expect("body");
    assert_eq!(body["conditions"]["users"], json!({ "includeUsers": ["None"] }));
}

#[test]
fn assignments_alone_touch_nothing_else() {
    let live = json!({ "id": "p", "name": "changed", "settings": [], "assignments": [target("a")] });
    let wanted = json!({ "id": "p", "name": "p", "settings": [], "assignments": [target("b")] });
    let alone = Choice { settings: false, assignments: true };
    let steps = made("settingsCatalog", &wanted, Some(&live), alone).expect("steps");
    assert_eq!(steps.iter().map(|step| step.purpose).collect::<Vec<_>>(), [Purpose::Assign]);
    assert_eq!(made("settingsCatalog", &wanted, None, alone), Err("restore.nothing_to_assign".to_owned()));
}

#[test]
fn a_secret_that_an_update_would_lose_stops_it() {
    let setting = |value: &str| {
        json!({ "settingInstance": { "settingDefinitionId": "s", "simpleSettingValue": {
            "value": value, "valueState": "encryptedValueToken" } } })
    };
    let live = json!({ "id": "p", "name": "changed", "settings": [setting("token")] });
    let wanted = json!({ "id": "p", "name": "p", "settings": [setting("token")] });
    assert_eq!(made("settingsCatalog", &wanted, Some(&live), ALL), Err("restore.secret_needed".to_owned()));
    let new = made("settingsCatalog", &wanted, None, ALL).expect("a new one is made without it");
    assert_eq!(new[0].body.as_ref().expect("body")["settings"], json!([]));
    let oma =
        |name: &str| json!({ "id": "c", "displayName": name, "omaSettings": [{ "omaUri": "a", "value": "****" }] });
    let steps = made("deviceConfigurations", &oma("c"), Some(&oma("changed")), ALL).expect("steps");
    assert_eq!(steps[0].body, Some(json!({ "displayName": "c" })));
}

#[test]
fn what_was_entered_is_sent_by_its_id_and_promised_as_a_mask() {
    let secret = SecretId::from_uuid(uuid::Uuid::from_u128(1));
    let setting = json!({ "settingInstance": { "settingDefinitionId": "s", "simpleSettingValue": {
        "value": "token", "valueState": "encryptedValueToken" } } });
    let live = json!({ "id": "p", "name": "changed", "settings": [setting] });
    let mut wanted = json!({ "id": "p", "name": "p", "settings": [setting] });
    let at = "/settings/0/settingInstance/simpleSettingValue/value";
    with_secrets(&mut wanted, [(at, secret)]);
    let steps = made("settingsCatalog", &wanted, Some(&live), ALL).expect("all secrets were entered");
    assert_eq!(steps[0].secrets, [SecretSlot { pointer: at.to_owned(), secret }]);
    let value = &steps[0].body.as_ref().expect("body")["settings"][0]["settingInstance"]["simpleSettingValue"];
    assert_eq!(value, &json!({ "value": null, "valueState": "notEncrypted" }));
    let contract = contract("settingsCatalog");
    let promised = promise(contract, &Mapped::unchanged(contract, &wanted), Some(&live), ALL);
    assert_eq!(promised.unverifiable, ["settings[0].settingInstance.simpleSettingValue.value"]);
    assert!(!promised.document.to_string().contains("sec_"), "{}", promised.document);
}

#[test]
fn a_list_of_which_one_secret_is_unknown_is_not_written_and_the_plan_says_so() {
    let contract = contract("deviceConfigurations");
    let row = |uri: &str, value: &str| json!({ "omaUri": uri, "value": value });
    let custom = |rows: &[Value]| json!({ "id": "c", "displayName": "c", "omaSettings": rows });
    let live = custom(&[row("a", "now"), row("s", "****"), row("t", "****")]);
    let said = |wanted: &Value| {
        let steps = made("deviceConfigurations", wanted, Some(&live), ALL).expect("steps");
        let stays = promise(contract, &Mapped::unchanged(contract, wanted), Some(&live), ALL).stays;
        (steps.len(), stays.into_iter().map(|why| why.code).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(said(&live), (0, String::new()));
    assert_eq!(
        said(&custom(&[row("a", "then"), row("s", "****"), row("t", "****")])),
        (0, "restore.secret_needed".into())
    );
    let secret = |number| SecretId::from_uuid(uuid::Uuid::from_u128(number));
    let mut one = live.clone();
    with_secrets(&mut one, [("/omaSettings/1/value", secret(1))]);
    assert_eq!(said(&one), (0, "restore.secret_needed".into()), "one alone would lose the other");
    with_secrets(&mut one, [("/omaSettings/2/value", secret(2))]);
    assert_eq!(said(&one), (1, String::new()));
}

#[test]
fn an_exclusion_that_would_become_an_inclusion_is_refused() {
    let mut row = target("a");
    row["target"]["@odata.type"] = json!("#microsoft.graph.exclusionGroupAssignmentTarget");
    let wanted = json!({ "displayName": "l", "priority": 1, "assignments": [row] });
    assert_eq!(made("enrollmentConfigs", &wanted, None, ALL), Err("restore.exclusion_not_kept".to_owned()));
}

#[test]
fn a_changed_value_of_an_administrative_template_takes_two_requests() {
    let value = |id: &str, enabled: bool| {
        json!({ "id": id, "enabled": enabled, "definition": { "id": "d", "displayName": "D" }, "presentationValues": [
            { "id": "1", "value": 3, "presentation": { "id": "p" } }] })
    };
    let document = |value: Value| json!({ "id": "g", "displayName": "g", "definitionValues": [value] });
    let (wanted, live) = (document(value("old", true)), document(value("new", false)));
    let steps = made("groupPolicyConfigurations", &wanted, Some(&live), ALL).expect("steps");
    let bodies: Vec<&Value> = steps.iter().filter_map(|step| step.body.as_ref()).collect();
    assert_eq!(bodies[0], &json!({ "added": [], "updated": [], "deletedIds": ["new"] }));
    let definition = "{graph}/beta/deviceManagement/groupPolicyDefinitions/d";
    let added = &bodies[1]["added"][0];
    assert_eq!(added["definition@odata.bind"], definition);
    let presented = &added["presentationValues"][0];
    assert_eq!(presented, &json!({ "value": 3, "presentation@odata.bind": format!("{definition}/presentations/p") }));
}

#[test]
fn who_keeps_an_assignment_is_never_without_it() {
    let row = |id: &str, group: &str| {
        let mut row = target(group);
        row["id"] = json!(id);
        row
    };
    let live = json!({ "id": "t", "displayName": "t", "assignments": [row("1", "a"), row("2", "b")] });
    let wanted = json!({ "id": "t", "displayName": "t", "assignments": [row("9", "b"), row("8", "c")] });
    let steps = made("termsAndConditions", &wanted, Some(&live), ALL).expect("steps");
    let all: Vec<_> =
        steps.iter().map(|step| (step.method, step.path.rsplit('/').next().unwrap_or_default())).collect();
    assert_eq!(all, [(Method::Post, "assignments"), (Method::Delete, "1")]);
}

#[test]
fn a_plan_says_what_no_request_makes_as_it_was() {
    let setting = |name: &str, value: u32| json!({ "id": name, "definitionId": name, "valueJson": value.to_string() });
    let intent = |settings: Vec<Value>| json!({ "id": "i", "displayName": "i", "settings": settings });
    let (wanted, live) = (intent(vec![setting("a", 1)]), intent(vec![setting("a", 2), setting("added", 1)]));
    let contract = contract("intents");
    let promised = |live: &Value| promise(contract, &Mapped::unchanged(contract, &wanted), Some(live), ALL);
    let stays = promised(&live).stays;
    assert_eq!(stays.len(), 1, "a row stays");
    assert_eq!(stays[0].code, "restore.stays");
    assert!(stays[0].message.contains("settings"), "{}", stays[0].message);
    assert_eq!(promised(&live).document["settings"].as_array().map(Vec::len), Some(2), "it is promised as it will be");
    assert_eq!(promised(&intent(vec![setting("a", 2)])).stays, [], "what is changed does not stay");
}

#[test]
fn a_plan_says_what_a_new_object_is_without() {
    let contract = contract("deviceConfigurations");
    let credentials = json!({ "id": "c", "displayName": "c" });
    let stays = |credentials: &Value| {
        let wanted = json!({ "@odata.type": "#microsoft.graph.iosVpnConfiguration", "displayName": "v",
            "derivedCredentialSettings": credentials });
        promise(contract, &Mapped::unchanged(contract, &wanted), None, ALL).stays
    };
    let lost = stays(&credentials);
    assert_eq!(lost.iter().map(|why| why.code.as_str()).collect::<Vec<_>>(), ["restore.not_taken"]);
    assert!(lost[0].message.contains("derivedCredentialSettings"), "{}", lost[0].message);
    assert_eq!(stays(&Value::Null), []);
}
