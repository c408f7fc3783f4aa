//! Definitions of settings catalog settings, as far as generated policies use them, and what can be said of others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::families::{FAMILIES, Family, Form};
use crate::random::Random;
use crate::store::{Gathered, Store};

/// A setting that generated policies use.
#[derive(Clone, Copy)]
struct Known {
    name: &'static str,
    form: Form,
    family: &'static Family,
}

/// Every setting id with its name, form and family.
fn find(id: &str) -> Option<Known> {
    for family in FAMILIES {
        let Some(rest) = id.strip_prefix(family.prefix) else {
            continue;
        };
        for (ending, name, form) in family.members {
            if rest == *ending {
                return Some(Known { name, form: *form, family });
            }
            if let (Form::Group(children), Some(child)) = (form, rest.strip_prefix(ending))
                && let Some((_, name, form)) = children.iter().find(|(ending, _, _)| *ending == child)
            {
                return Some(Known { name, form: *form, family });
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
pub(crate) fn of_setting(store: &Store, setting: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    walk(&setting["settingInstance"], &mut |id, instance| found.push(definition(store, id, instance)));
    found
}

/// Collections whose objects set settings of a catalog.
const POLICIES: [&str; 3] = [
    "deviceManagement/configurationPolicies",
    "deviceManagement/compliancePolicies",
    "deviceManagement/reusablePolicySettings",
];

/// The definitions of everything that the tenant's policies set, by id. Microsoft's service has those of every setting
/// there is; nobody can ask for a setting that no policy of ours ever had.
pub(crate) fn all(store: &Store) -> Vec<Value> {
    let mut instances = BTreeMap::new();
    each_instance(store, |id, instance| {
        instances.entry(id).or_insert(instance);
    });
    instances.into_iter().map(|(id, instance)| definition(store, id, instance)).collect()
}

/// The categories of those, each behind the one above it.
pub(crate) fn categories(store: &Store) -> Vec<Value> {
    let mut found = BTreeMap::new();
    each_instance(store, |id, _| {
        let (name, above) = category(id);
        if let Some(above) = above {
            found.insert(above.to_owned(), None);
        }
        found.insert(name, above);
    });
    found.into_iter().map(|(name, above)| category_row(&name, above)).collect()
}

fn each_instance<'a>(store: &'a Store, mut visit: impl FnMut(&'a str, &'a Value)) {
    for collection in POLICIES.iter().filter_map(|path| store.collection(path)) {
        for (_, policy) in collection.after(0) {
            walk(&policy["settingInstance"], &mut visit);
            for setting in policy["settings"].as_array().into_iter().flatten() {
                walk(&setting["settingInstance"], &mut visit);
            }
        }
    }
}

/// An instance and those inside it.
fn walk<'a>(instance: &'a Value, visit: &mut impl FnMut(&'a str, &'a Value)) {
    let Some(id) = instance["settingDefinitionId"].as_str() else {
        return;
    };
    visit(id, instance);
    let groups = instance["groupSettingCollectionValue"].as_array().into_iter().flatten();
    let choices = instance["choiceSettingCollectionValue"].as_array().into_iter().flatten();
    let single = [&instance["choiceSettingValue"], &instance["groupSettingValue"]];
    for value in groups.chain(choices).chain(single) {
        for child in value["children"].as_array().into_iter().flatten() {
            walk(child, visit);
        }
    }
}

fn definition(store: &Store, id: &str, instance: &Value) -> Value {
    let known = find(id);
    let name = known.map_or_else(|| readable(id), |known| known.name.to_owned());
    // The type of a group of settings has its words in another order than that of its instance.
    let kind = instance["@odata.type"].as_str().unwrap_or_default().replace("Instance", "Definition");
    let kind = kind.replace("GroupSetting", "SettingGroup");
    let mut definition = json!({
        "@odata.type": kind,
        "id": id,
        "name": id.rsplit('_').next().unwrap_or(id),
        "displayName": name,
        "description": format!("{name}."),
        "helpText": "",
        "rootDefinitionId": id,
        "categoryId": category_id(&category(id).0),
        "keywords": [],
        "infoUrls": [],
        "version": Random::from_text(id).guid(),
    });
    let labels = known.map_or(&[][..], |known| options(known.form));
    let listed = |(number, label): (usize, &&str)| option(&format!("{id}_{number}"), label);
    let mut options: Vec<Value> = labels.iter().enumerate().map(listed).collect();
    if options.is_empty() && kind.contains("Choice") {
        options = chosen(store, id).iter().map(|value| option(value, &choice(id, value))).collect();
    }
    if !options.is_empty() {
        definition["options"] = Value::Array(options);
    }
    // What somebody put into the collection says more than what can be made up.
    let told = store.get("deviceManagement/configurationSettings", id).and_then(Value::as_object);
    for (name, value) in told.into_iter().flatten() {
        definition[name] = value.clone();
    }
    definition
}

/// Of a choice we do not know: off, on, and what any policy chose.
fn chosen(store: &Store, id: &str) -> BTreeSet<String> {
    let mut values = BTreeSet::from([format!("{id}_0"), format!("{id}_1")]);
    values.extend(store.gathered(choices).get(id).into_iter().flatten().cloned());
    values
}

/// What policies chose, by setting.
fn choices(store: &Store) -> Gathered {
    let mut found = Gathered::new();
    each_instance(store, |id, instance| {
        let several = instance["choiceSettingCollectionValue"].as_array().into_iter().flatten();
        let all = several.chain([&instance["choiceSettingValue"]]);
        let values: Vec<_> = all.filter_map(|value| value["value"].as_str()).collect();
        if !values.is_empty() {
            found.entry(id.to_owned()).or_default().extend(values.into_iter().map(str::to_owned));
        }
    });
    found
}

fn choice(id: &str, value: &str) -> String {
    match value.strip_prefix(id) {
        Some("_0") => "Disabled".to_owned(),
        Some("_1") => "Enabled".to_owned(),
        _ => readable(value),
    }
}

/// The name of the category a setting is filed under, and of the one above it.
fn category(id: &str) -> (String, Option<&'static str>) {
    let administrative = id.contains('~').then_some("Administrative Templates");
    if let Some(known) = find(id) {
        return (known.family.topic.to_owned(), administrative);
    }
    let mut rest = id;
    for prefix in ["device_", "user_", "vendor_msft_", "policy_config_"] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    let word = rest.split(['_', '~', '.']).find(|word| !word.is_empty()).unwrap_or("other");
    (readable(word), administrative)
}

fn category_id(name: &str) -> String {
    Random::from_text(&format!("category {name}")).guid()
}

fn category_row(name: &str, above: Option<&str>) -> Value {
    const NONE: &str = "00000000-0000-0000-0000-000000000000";
    let id = category_id(name);
    json!({
        "id": id, "name": name, "displayName": name, "description": "", "categoryDescription": null, "helpText": null,
        "platforms": "windows10", "technologies": "mdm", "settingUsage": "configuration",
        "parentCategoryId": above.map_or(NONE.to_owned(), category_id),
        "rootCategoryId": above.map_or(id, category_id),
        "childCategoryIds": [],
    })
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
            "choiceSettingValue": { "value": format!("{id}_1"), "children": [{
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                "settingDefinitionId": "somebody_elses_setting",
                "choiceSettingValue": { "value": "somebody_elses_setting_on" },
            }]},
        }});
        let definitions = of_setting(&Store::default(), &setting);
        assert_eq!(definitions[0]["displayName"], "Require Device Encryption");
        assert_eq!(definitions[0]["options"][1]["itemId"], format!("{id}_1"));
        assert_eq!(definitions[1]["displayName"], "Elses setting");
    }

    #[test]
    fn what_the_tenants_policies_set_has_definitions_and_categories() {
        let mut store = Store::default();
        super::super::generate(&mut store, 7, 160);
        let (definitions, categories) = (all(&store), categories(&store));
        assert!(definitions.len() > 60 && categories.len() > 6, "{} {}", definitions.len(), categories.len());
        for definition in &definitions {
            assert!(categories.iter().any(|category| category["id"] == definition["categoryId"]), "{definition}");
        }
        let edge = categories.iter().find(|category| category["displayName"] == "Edge").unwrap();
        assert!(categories.iter().any(|category| category["id"] == edge["parentCategoryId"]));
        let told = json!({ "id": definitions[0]["id"], "displayName": "Told" });
        store.insert("deviceManagement/configurationSettings", told["id"].as_str().unwrap(), told.clone());
        assert_eq!(all(&store)[0]["displayName"], "Told");
        assert_eq!(all(&store)[0]["categoryId"], definitions[0]["categoryId"]);
    }
}
