//! Administrative templates: Graph sends the definition of a value, IntuneManagement writes the link that a create takes.

use serde_json::{Map, Value, json};

const DEFINITION: &str = "definition@odata.bind";
const PRESENTATION: &str = "presentation@odata.bind";

/// Links become the definitions and presentations that they name; notes beside them become properties of these.
pub(super) fn from_links(document: &mut Value) {
    each(document.get_mut("definitionValues"), &mut |value| {
        let names = [("displayName", "displayName"), ("classType", "classType"), ("categoryPath", "categoryPath")];
        replace_link(value, DEFINITION, "definition", "#Definition_", &names);
        each(value.get_mut("presentationValues"), &mut |shown| {
            replace_link(shown, PRESENTATION, "presentation", "#Presentation_", &[("Label", "label")]);
        });
    });
}

/// The other way round, as IntuneManagement sends it back.
pub(super) fn to_links(document: &mut Value, graph_url: &str) {
    let root = format!("{graph_url}/beta/deviceManagement/groupPolicyDefinitions");
    each(document.get_mut("definitionValues"), &mut |value| {
        let Some(definition) = value.get("definition").cloned() else { return };
        let Some(id) = definition.get("id").and_then(Value::as_str) else { return };
        let link = format!("{root}('{id}')");
        value.retain(|name, _| {
            !matches!(name.as_str(), "definition" | "id" | "createdDateTime" | "lastModifiedDateTime")
        });
        value.insert(DEFINITION.to_owned(), json!(link));
        value.insert("#Definition_Id".to_owned(), json!(id));
        for name in ["displayName", "classType", "categoryPath"] {
            if let Some(text) = definition.get(name) {
                value.insert(format!("#Definition_{name}"), text.clone());
            }
        }
        each(value.get_mut("presentationValues"), &mut |shown| shown_to_link(shown, &link));
    });
}

fn shown_to_link(shown: &mut Map<String, Value>, definition: &str) {
    let Some(presentation) = shown.get("presentation").cloned() else { return };
    let Some(id) = presentation.get("id").and_then(Value::as_str) else { return };
    shown
        .retain(|name, _| !matches!(name.as_str(), "presentation" | "id" | "createdDateTime" | "lastModifiedDateTime"));
    shown.insert(PRESENTATION.to_owned(), json!(format!("{definition}/presentations('{id}')")));
    shown.insert("#Presentation_Id".to_owned(), json!(id));
    shown.insert("#Presentation_Label".to_owned(), presentation.get("label").cloned().unwrap_or(Value::Null));
}

/// Every object of a list, or the one that stands in its place.
fn each(value: Option<&mut Value>, edit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Some(Value::Array(items)) => items.iter_mut().filter_map(Value::as_object_mut).for_each(edit),
        Some(Value::Object(map)) => edit(map),
        _ => {}
    }
}

fn replace_link(map: &mut Map<String, Value>, link: &str, property: &str, notes: &str, kept: &[(&str, &str)]) {
    let Some(id) = map.get(link).and_then(Value::as_str).and_then(last_key).map(str::to_owned) else { return };
    if map.contains_key(property) {
        return;
    }
    let mut named = Map::from_iter([("id".to_owned(), Value::String(id))]);
    for (note, name) in kept {
        if let Some(text) = map.get(&format!("{notes}{note}")) {
            named.insert((*name).to_owned(), text.clone());
        }
    }
    map.retain(|name, _| name != link && !name.starts_with(notes));
    map.insert(property.to_owned(), Value::Object(named));
}

/// `x` of `…/presentations('x')`.
fn last_key(link: &str) -> Option<&str> {
    let (_, key) = link.strip_suffix("')")?.rsplit_once("('")?;
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{from_links, to_links};

    #[test]
    fn links_and_definitions_are_two_ways_to_say_the_same() {
        let observed = json!({ "definitionValues": [{
            "enabled": true,
            "definition": { "id": "d", "displayName": "D", "classType": "machine", "categoryPath": "\\x" },
            "presentationValues": [{ "value": "1", "presentation": { "id": "p", "label": "P" } }],
        }] });
        let mut document = observed.clone();
        to_links(&mut document, "https://graph.example");
        let link = "https://graph.example/beta/deviceManagement/groupPolicyDefinitions('d')";
        assert_eq!(document["definitionValues"][0]["definition@odata.bind"], link);
        let shown = &document["definitionValues"][0]["presentationValues"][0];
        assert_eq!(shown["presentation@odata.bind"], format!("{link}/presentations('p')"));
        from_links(&mut document);
        assert_eq!(document, observed);
    }
}
