//! Legacy endpoint security: an intent's settings are read by the categories of its template.

use serde_json::{Value, json};

use super::list;
use super::{Reply, Request};
use crate::errors::GraphError;
use crate::query::Options;
use crate::random::Random;
use crate::render::Node;
use crate::store::Store;

const INTENTS: &str = "deviceManagement/intents";
const TEMPLATES: &str = "deviceManagement/templates";

/// Answers paths below an intent's or a template's categories; `None` leaves the request to the others.
pub(super) fn get(
    request: Request<'_>,
    store: &Store,
    segments: &[String],
    options: &Options,
) -> Result<Option<Reply>, GraphError> {
    let [root, collection, id, categories, rest @ ..] = segments else {
        return Ok(None);
    };
    let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
    if !is(root, "deviceManagement") || !is(collection, "intents") || !is(categories, "categories") {
        return Ok(None);
    }
    let intent = store.get(INTENTS, id).ok_or_else(|| GraphError::not_found(id))?;
    let path = format!("{INTENTS}('{id}')/categories");
    match rest {
        [] => {
            let template = intent["templateId"].as_str().unwrap_or_default();
            let all = store.get(TEMPLATES, template).map(|template| &template["categories"]);
            let nodes = all.and_then(Value::as_array).into_iter().flatten().map(Node::Stored);
            Ok(Some(list::reply(request, &path, None, None, nodes.collect())))
        }
        [category, settings] if is(settings, "settings") => {
            let belongs = |setting: &&Value| category_id(setting) == *category;
            let all = intent["settings"].as_array().into_iter().flatten().filter(belongs);
            let fragment = format!("{path}('{category}')/settings");
            let kept = all.filter(|setting| options.filter.as_ref().is_none_or(|filter| filter.accepts(setting)));
            Ok(Some(list::reply(request, &fragment, None, None, kept.map(Node::Stored).collect())))
        }
        _ => Err(GraphError::unknown_segment("categories")),
    }
}

/// The part of a definition id that names its area, for example `windowsIdentityProtectionConfiguration`.
fn area(setting: &Value) -> &str {
    let definition = setting["definitionId"].as_str().unwrap_or_default();
    let (_, name) = definition.split_once("--").unwrap_or(("", definition));
    name.split('_').next().unwrap_or_default()
}

fn category_id(setting: &Value) -> String {
    Random::from_text(area(setting)).guid()
}

/// Adds the templates that the intents of a tenant were made from; an export does not hold them.
pub(crate) fn add_templates(store: &mut Store) {
    for intent in store.all(INTENTS) {
        let Some(id) = intent["templateId"].as_str().map(str::to_owned) else {
            continue;
        };
        let mut template = store.get(TEMPLATES, &id).cloned().unwrap_or_else(|| {
            json!({
                "id": id,
                "displayName": format!("Endpoint security template {}", id.split('-').next().unwrap_or_default()),
                "description": "",
                "versionInfo": "2024-01",
                "isDeprecated": false,
                "intentCount": 0,
                "templateType": "securityTemplate",
                "platformType": "windows10AndLater",
                "templateSubtype": "none",
                "publishedDateTime": "2024-01-15T00:00:00Z",
                "categories": [],
            })
        });
        let settings = intent["settings"].as_array().cloned().unwrap_or_default();
        if let Some(categories) = template["categories"].as_array_mut() {
            for setting in &settings {
                let category = category_id(setting);
                if !categories.iter().any(|known| known["id"] == category) {
                    categories
                        .push(json!({ "id": category, "displayName": area(setting), "hasRequiredSetting": false }));
                }
            }
        }
        store.insert(TEMPLATES, &id, template);
    }
}
