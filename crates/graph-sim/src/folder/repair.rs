//! Brings what exporters reshape back into the form Graph has it in.

use serde_json::{Map, Value, json};

use crate::collections::Kind;
use crate::random::Random;

const NO_TEMPLATE: &str = "00000000-0000-0000-0000-000000000000";

/// Repairs an object in place, and notes what was done.
pub(super) fn repair(kind: &Kind, object: &mut Value, notes: &mut Vec<String>) {
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    for navigation in kind.navigations.iter().filter(|navigation| !navigation.single) {
        // PowerShell writes a list of one element as the element.
        if let Some(value) = fields.get_mut(navigation.name)
            && value.is_object()
        {
            *value = Value::Array(vec![value.take()]);
            notes.push(format!("'{}' became a list of one", navigation.name));
        }
    }
    match kind.path {
        "deviceManagement/groupPolicyConfigurations" => definition_values(fields),
        "deviceManagement/deviceCompliancePolicies" => absent_templates(fields, notes),
        "deviceManagement/compliancePolicies" => {
            default_action(fields, notes);
            absent_templates(fields, notes);
        }
        "deviceManagement/intents" => {
            if let Some(settings) = fields.remove("settingsDelta") {
                fields.insert("settings".to_owned(), settings);
                notes.push("'settingsDelta' became 'settings'".to_owned());
            }
        }
        _ => {}
    }
}

/// The service says "no template" with an id of zeros; some exports leave it empty.
fn absent_templates(fields: &mut Map<String, Value>, notes: &mut Vec<String>) {
    let rules = fields.get_mut("scheduledActionsForRule").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        let actions = rule.get_mut("scheduledActionConfigurations").and_then(Value::as_array_mut);
        for action in actions.into_iter().flatten() {
            if action["notificationTemplateId"] == "" {
                action["notificationTemplateId"] = json!(NO_TEMPLATE);
                notes.push("an empty notification template id became zeros, as the service gives it".to_owned());
            }
        }
    }
}

/// Every settings-based compliance policy has an action; the service adds one when a policy comes without.
fn default_action(fields: &mut Map<String, Value>, notes: &mut Vec<String>) {
    let has_one = fields.get("scheduledActionsForRule").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    if has_one {
        return;
    }
    let id = fields.get("id").map(Value::to_string).unwrap_or_default();
    let mut random = Random::from_text(&id);
    let action = json!({
        "id": random.guid(),
        "gracePeriodHours": 0,
        "actionType": "block",
        "notificationTemplateId": NO_TEMPLATE,
        "notificationMessageCCList": [],
    });
    let rule = json!({ "id": random.guid(), "ruleName": null, "scheduledActionConfigurations": [action] });
    fields.insert("scheduledActionsForRule".to_owned(), json!([rule]));
    notes.push("got the default action, as the service gives it".to_owned());
}

/// Exports write a definition as `#Definition_…` hints and a bind; Graph has it as a part.
fn definition_values(fields: &mut Map<String, Value>) {
    let owner = fields.get("id").map(Value::to_string).unwrap_or_default();
    let values = fields.get_mut("definitionValues").and_then(Value::as_array_mut);
    for (index, value) in values.into_iter().flatten().enumerate() {
        let Some(value) = value.as_object_mut() else {
            continue;
        };
        let bound = take_part(value, "definition", "#Definition_");
        let id = Random::from_text(&format!("{owner}{index}{bound:?}")).guid();
        value.entry("id").or_insert_with(|| json!(id));
        let presentations = value.get_mut("presentationValues").and_then(Value::as_array_mut);
        for (position, presentation) in presentations.into_iter().flatten().enumerate() {
            if let Some(presentation) = presentation.as_object_mut() {
                take_part(presentation, "presentation", "#Presentation_");
                let id = Random::from_text(&format!("{id}{position}")).guid();
                presentation.entry("id").or_insert_with(|| json!(id));
            }
        }
    }
}

/// Turns `name@odata.bind` and its hints into the part they stand for; the bound id.
fn take_part(fields: &mut Map<String, Value>, name: &str, hint: &str) -> Option<String> {
    let bind = fields.remove(&format!("{name}@odata.bind"));
    let bound = bind.as_ref().and_then(Value::as_str).and_then(|link| link.rsplit('\'').nth(1)).map(str::to_owned);
    let hints: Vec<String> = fields.keys().filter(|key| key.starts_with(hint)).cloned().collect();
    let mut part = Map::new();
    part.extend(bound.as_ref().map(|id| ("id".to_owned(), json!(id))));
    for key in hints {
        let plain = match &key[hint.len()..] {
            "Id" => "id",
            "Label" => "label",
            other => other,
        };
        if let Some(value) = fields.remove(&key) {
            part.entry(plain).or_insert(value);
        }
    }
    if !part.is_empty() && !fields.contains_key(name) {
        fields.insert(name.to_owned(), Value::Object(part));
    }
    bound
}
