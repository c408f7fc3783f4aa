//! Administrative templates: definition values with their presentation values.

use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::names::description;
use crate::random::Random;

/// Category path, name, and the label of a text the policy asks for, if it asks for one.
const DEFINITIONS: &[(&str, &str, Option<&str>)] = &[
    ("\\Microsoft Edge", "Configure the home page URL", Some("Home page URL")),
    ("\\Microsoft Edge", "Enable the password manager", None),
    ("\\Google\\Google Chrome", "Set disk cache size in bytes", Some("Disk cache size")),
    ("\\Google\\Google Chrome\\Extensions", "Configure extension installation blocklist", Some("Extension ids")),
    ("\\OneDrive", "Silently sign in users to the OneDrive sync app", None),
    ("\\OneDrive", "Silently move Windows known folders to OneDrive", Some("Tenant ID")),
    ("\\OneDrive", "Set the maximum size of a user's OneDrive", Some("Size (MB)")),
    (
        "\\Windows Components\\Remote Desktop Services",
        "Set time limit for disconnected sessions",
        Some("End a disconnected session"),
    ),
    ("\\Windows Components\\Windows Installer", "Always install with elevated privileges", None),
    ("\\Control Panel\\Personalization", "Force a specific default lock screen", Some("Path to lock screen image")),
    ("\\System\\Logon", "Always wait for the network at computer startup and logon", None),
    (
        "\\Microsoft Word 2016\\Word Options\\Security",
        "Block macros from running in Office files from the Internet",
        None,
    ),
    ("\\Microsoft Office 2016\\Security Settings", "VBA Macro Notification Settings", Some("Setting")),
    ("\\Visual Studio Code\\Telemetry", "TelemetryLevel", Some("Level")),
];

pub(crate) fn make(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let count = 1 + maker.random.below(9);
    let chosen: Vec<_> = maker.several(DEFINITIONS, count).into_iter().copied().collect();
    let values: Vec<Value> = chosen.into_iter().map(|definition| value(maker, definition)).collect();
    let assignments = assignments::bare(maker, &id);
    json!({
        "createdDateTime": created,
        "displayName": maker.name("ADM", "Administrative templates"),
        "description": description(&mut maker.random, "Administrative templates"),
        "roleScopeTagIds": maker.scope_tags(),
        "policyConfigurationIngestionType": "builtIn",
        "id": id,
        "lastModifiedDateTime": modified,
        "definitionValues": values,
        "assignments": assignments,
    })
}

fn value(maker: &mut Maker, (category, name, label): (&str, &str, Option<&str>)) -> Value {
    let id = definition_id(category, name);
    let (created, modified) = maker.moments();
    let presentations: Vec<Value> = label.into_iter().map(|label| presentation(maker, &id, label)).collect();
    json!({
        "createdDateTime": created,
        "enabled": label.is_some() || maker.random.chance(70),
        "configurationType": "policy",
        "id": maker.random.guid(),
        "lastModifiedDateTime": modified,
        "definition": definition(category, name, if maker.random.chance(70) { "machine" } else { "user" }),
        "presentationValues": presentations,
    })
}

fn definition_id(category: &str, name: &str) -> String {
    Random::from_text(&format!("{category}{name}")).guid()
}

fn definition(category: &str, name: &str, class: &str) -> Value {
    json!({
        "id": definition_id(category, name),
        "classType": class,
        "displayName": name,
        "explainText": format!("{name}. Enable it to enforce the setting on all devices of the policy."),
        "categoryPath": category,
        "supportedOn": "At least Windows 10",
        "policyType": "admxBacked",
        "hasRelatedDefinitions": false,
        "groupPolicyCategoryId": Random::from_text(category).guid(),
        "minDeviceCspVersion": "5.0",
        "minUserCspVersion": "5.0",
        "version": "1.0",
        "lastModifiedDateTime": "2025-01-01T00:00:00Z",
    })
}

fn presentation(maker: &mut Maker, definition: &str, label: &str) -> Value {
    let (created, modified) = maker.moments();
    let text = maker.random.pick(&["https://intranet.contoso.com", "1024", "C:\\Branding\\lock.jpg", "2", "*"]);
    json!({
        "@odata.type": "#microsoft.graph.groupPolicyPresentationValueText",
        "id": maker.random.guid(),
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "value": text,
        "presentation": text_box(definition, label),
    })
}

fn text_box(definition: &str, label: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.groupPolicyPresentationTextBox",
        "id": Random::from_text(&format!("{definition}{label}")).guid(),
        "label": label,
        "lastModifiedDateTime": "2025-01-01T00:00:00Z",
        "defaultValue": null,
        "required": false,
        "maxLength": 1023,
    })
}

/// The definition of that id that every tenant has, with its presentations.
pub(crate) fn known(id: &str) -> Option<(Value, Vec<Value>)> {
    let found = DEFINITIONS.iter().find(|(category, name, _)| definition_id(category, name) == id);
    let (category, name, label) = found?;
    let boxes = label.iter().map(|label| text_box(id, label));
    Some((definition(category, name, "machine"), boxes.collect()))
}
