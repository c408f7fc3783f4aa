//! Definitions of settings catalog settings, as far as generated policies use them, and what can be said of others.

use serde_json::{Value, json};

use super::families::{FAMILIES, Form};

/// Every setting id with its name and form.
fn find(id: &str) -> Option<(&'static str, Form)> {
    for family in FAMILIES {
        let Some(rest) = id.strip_prefix(family.prefix) else {
            continue;
        };
        for (ending, name, form) in family.members {
            if rest == *ending {
                return Some((name, *form));
            }
            if let (Form::Group(children), Some(child)) = (form, rest.strip_prefix(ending))
                && let Some((_, name, form)) = children.iter().find(|(ending, _, _)| *ending == child)
            {
                return Some((name, *form));
            }
        }
    }
    None
}

/// The labels of a choice, numbered as in its values.
pub(crate) fn options(form: Form) -> &'static [&'static str] {
    match form {
        Form::Switch => &["Disabled", "Enabled"],
        Form::Choice(labels) => labels,
        _ => &[],
    }
}

/// The definitions behind a setting: its own and those of the settings inside it.
pub(crate) fn of_setting(setting: &Value) -> Vec<Value> {
    let mut definitions = Vec::new();
    collect(&setting["settingInstance"], &mut definitions);
    definitions
}

fn collect(instance: &Value, definitions: &mut Vec<Value>) {
    let Some(id) = instance["settingDefinitionId"].as_str() else {
        return;
    };
    definitions.push(definition(id, instance));
    let groups = instance["groupSettingCollectionValue"].as_array().into_iter().flatten();
    let choices = instance["choiceSettingCollectionValue"].as_array().into_iter().flatten();
    let single = [&instance["choiceSettingValue"], &instance["groupSettingValue"]];
    for value in groups.chain(choices).chain(single) {
        for child in value["children"].as_array().into_iter().flatten() {
            collect(child, definitions);
        }
    }
}

fn definition(id: &str, instance: &Value) -> Value {
    let known = find(id);
    let name = known.map_or_else(|| readable(id), |(name, _)| name.to_owned());
    let kind = instance["@odata.type"].as_str().unwrap_or_default().replace("Instance", "Definition");
    let mut definition = json!({
        "@odata.type": kind,
        "id": id,
        "name": id.rsplit('_').next().unwrap_or(id),
        "displayName": name,
        "description": format!("{name}."),
        "rootDefinitionId": id,
        "categoryId": crate::random::Random::from_text(id).guid(),
        "keywords": [],
    });
    let labels = known.map_or(&[][..], |(_, form)| options(form));
    let listed = |(number, label): (usize, &&str)| option(&format!("{id}_{number}"), label);
    let mut options: Vec<Value> = labels.iter().enumerate().map(listed).collect();
    // Of a choice we do not know, the chosen value is all that can be named.
    if let (true, Some(value)) = (options.is_empty(), instance["choiceSettingValue"]["value"].as_str()) {
        options.push(option(value, &readable(value)));
    }
    if !options.is_empty() {
        definition["options"] = Value::Array(options);
    }
    definition
}

fn option(item: &str, label: &str) -> Value {
    json!({ "itemId": item, "name": label, "displayName": label, "description": null })
}

/// The last word of an id with a capital.
fn readable(id: &str) -> String {
    let words: Vec<&str> = id.rsplit(['_', '~']).take(2).collect();
    let text = words.into_iter().rev().collect::<Vec<_>>().join(" ");
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_choice_has_a_name_and_all_its_options() {
        let id = "device_vendor_msft_bitlocker_requiredeviceencryption";
        let setting = json!({ "settingInstance": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": id,
            "choiceSettingValue": { "value": format!("{id}_1"), "children": [
                { "settingDefinitionId": "somebody_elses_setting", "choiceSettingValue": { "value": "somebody_elses_setting_on" } },
            ]},
        }});
        let definitions = of_setting(&setting);
        assert_eq!(definitions[0]["displayName"], "Require Device Encryption");
        assert_eq!(definitions[0]["options"][1]["itemId"], format!("{id}_1"));
        assert_eq!(definitions[1]["options"][0]["itemId"], "somebody_elses_setting_on");
    }
}
