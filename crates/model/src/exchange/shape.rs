//! From what a tool has written to what Graph sends us, so that an imported object is compared and restored as an observed one.

use serde_json::Value;

use super::group_policy;
use crate::registry::Contract;
use crate::registry::content::remove_protocol;

const TYPE_NOTE: &str = "@odata.type";

/// Takes links and notes of the protocol away and puts right what PowerShell writes otherwise. Everything else stays.
/// `typed` says that whoever wrote it names the type where Graph does not.
pub(super) fn observed(contract: &Contract, document: &mut Value, typed: bool) {
    group_policy::from_links(document);
    let full = document.get("@odata.id").is_some() || document.get("@odata.editLink").is_some();
    remove_protocol(document);
    if full {
        remove_type_notes(document);
    }
    // Graph says a type only where the collection does not say it already; full metadata and other tools always do.
    if (full || typed)
        && let Some(map) = document.as_object_mut()
        && map
            .get(TYPE_NOTE)
            .and_then(Value::as_str)
            .is_some_and(|name| name == format!("#microsoft.graph.{}", contract.entity))
    {
        map.shift_remove(TYPE_NOTE);
    }
    // PowerShell unrolls a list of one element when it writes JSON.
    for part in contract.parts.iter().filter(|part| !part.single) {
        if let Some(value) = document.get_mut(&part.property)
            && value.is_object()
        {
            *value = Value::Array(vec![value.take()]);
        }
    }
}

/// Full metadata says the type of each property beside it (`createdDateTime@odata.type`); what an object is stays.
fn remove_type_notes(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| name == TYPE_NOTE || !name.ends_with(TYPE_NOTE));
            map.values_mut().for_each(remove_type_notes);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_type_notes),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::observed;
    use crate::registry::Registry;

    #[test]
    fn links_and_notes_go_and_everything_else_stays() {
        let contract = Registry::embedded().get("settingsCatalog").expect("contract");
        let mut document = json!({
            "@odata.context": "x", "@odata.id": "y", "@odata.type": "#microsoft.graph.deviceManagementConfigurationPolicy",
            "#microsoft.graph.assign": {}, "createdDateTime@odata.type": "#DateTimeOffset", "createdDateTime": "1",
            "settings": { "@odata.type": "#t", "settingInstance": null }, "assignments@odata.navigationLink": "z",
            "assignments": [], "unknown": false,
        });
        observed(contract, &mut document, false);
        let wanted = json!({
            "createdDateTime": "1",
            "settings": [{ "@odata.type": "#t", "settingInstance": null }], "assignments": [], "unknown": false,
        });
        assert_eq!(document, wanted);
    }
}
