//! Settings catalog policies.

use serde_json::{Value, json};

use super::assignments;
use super::definitions::options;
use super::families::{FAMILIES, Family, Form};
use super::generate::Maker;
use super::names::description;

const TYPE: &str = "#microsoft.graph.deviceManagementConfiguration";

pub(crate) fn policy(maker: &mut Maker) -> Value {
    // Windows is most of what tenants hold.
    let family = if maker.random.chance(70) { &FAMILIES[maker.random.below(5)] } else { maker.random.pick(FAMILIES) };
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let settings = settings(maker, family);
    let assignments = assignments::make(maker, &id);
    json!({
        "createdDateTime": created,
        "creationSource": null,
        "description": description(&mut maker.random, family.topic),
        "lastModifiedDateTime": modified,
        "name": maker.name(family.label, family.topic),
        "platforms": family.platforms,
        "priorityMetaData": null,
        "roleScopeTagIds": maker.scope_tags(),
        "settingCount": settings.len(),
        "technologies": family.technologies,
        "id": id,
        "isAssigned": !assignments.is_empty(),
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": null,
            "templateDisplayVersion": null,
        },
        "settings": settings,
        "assignments": assignments,
    })
}

/// Mostly a handful; one policy in eight has more than a page of 25.
fn settings(maker: &mut Maker, family: &'static Family) -> Vec<Value> {
    let count = if maker.random.chance(12) { 26 + maker.random.below(35) } else { 1 + maker.random.below(14) };
    let mut chosen: Vec<(String, Form)> = maker
        .several(family.members, count)
        .into_iter()
        .map(|(ending, _, form)| (format!("{}{ending}", family.prefix), *form))
        .collect();
    // A long policy takes settings of its neighbours on the same platform.
    let neighbours = FAMILIES.iter().filter(|other| other.platforms == family.platforms && other.topic != family.topic);
    for other in neighbours {
        let more = other.members.iter().map(|(ending, _, form)| (format!("{}{ending}", other.prefix), *form));
        chosen.extend(more.take(count.saturating_sub(chosen.len())));
    }
    let settings = chosen.into_iter().enumerate();
    settings
        .map(|(index, (id, form))| json!({ "id": index.to_string(), "settingInstance": instance(maker, &id, form) }))
        .collect()
}

fn instance(maker: &mut Maker, id: &str, form: Form) -> Value {
    let (kind, field, value) = match form {
        Form::Switch | Form::Choice(_) => ("ChoiceSettingInstance", "choiceSettingValue", choice(maker, id, form)),
        Form::Number(least, most) => {
            let number = least + maker.random.below(most - least + 1);
            ("SimpleSettingInstance", "simpleSettingValue", simple("Integer", json!(number)))
        }
        Form::Text(texts) => {
            let text = *maker.random.pick(texts);
            ("SimpleSettingInstance", "simpleSettingValue", simple("String", json!(text)))
        }
        Form::Texts(texts) => {
            let count = 1 + maker.random.below(texts.len());
            let values = texts.iter().take(count).map(|text| simple("String", json!(text)));
            ("SimpleSettingCollectionInstance", "simpleSettingCollectionValue", Value::Array(values.collect()))
        }
        Form::Group(children) => {
            let count = 1 + maker.random.below(3);
            let groups = (0..count).map(|_| group(maker, id, children)).collect();
            ("GroupSettingCollectionInstance", "groupSettingCollectionValue", Value::Array(groups))
        }
    };
    json!({
        "@odata.type": format!("{TYPE}{kind}"),
        "settingDefinitionId": id,
        "settingInstanceTemplateReference": null,
        field: value,
    })
}

fn choice(maker: &mut Maker, id: &str, form: Form) -> Value {
    let number = maker.random.below(options(form).len());
    json!({ "settingValueTemplateReference": null, "value": format!("{id}_{number}"), "children": [] })
}

fn simple(kind: &str, value: Value) -> Value {
    json!({
        "@odata.type": format!("{TYPE}{kind}SettingValue"),
        "settingValueTemplateReference": null,
        "value": value,
    })
}

fn group(maker: &mut Maker, id: &str, children: &'static [(&'static str, &'static str, Form)]) -> Value {
    let children: Vec<Value> =
        children.iter().map(|(ending, _, form)| instance(maker, &format!("{id}{ending}"), *form)).collect();
    json!({ "settingValueTemplateReference": null, "children": children })
}
