//! Takes away what an export says about addresses and actions; the rest stays exactly as it is.

use serde_json::{Map, Value};

/// Removes control information at every depth.
pub(super) fn clean(value: &mut Value) {
    match value {
        Value::Object(fields) => clean_object(fields),
        Value::Array(items) => items.iter_mut().for_each(clean),
        _ => {}
    }
}

fn clean_object(fields: &mut Map<String, Value>) {
    // Definitions are Microsoft's, expanded into the export; the tenant computes them.
    let is_setting = fields.contains_key("settingInstance");
    fields.retain(|name, _| {
        let is_computed = is_setting && name == "settingDefinitions";
        !is_computed && !is_control_information(name)
    });
    fields.values_mut().for_each(clean);
}

/// Contexts, links, actions and the types of single properties, but not the type of the object itself.
fn is_control_information(name: &str) -> bool {
    if name.starts_with('#') {
        return true;
    }
    match name.split_once("@odata.") {
        Some(("", "type")) => false,
        // `definition@odata.bind` is data of the one who wrote it.
        Some((_, rest)) => rest != "bind",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn control_information_goes_and_data_stays_as_it_was() {
        let mut value: Value = serde_json::from_str(
            "{\"@odata.context\":\"c\",\"@odata.type\":\"t\",\"@odata.id\":\"i\",\"a@odata.type\":\"#x\",\"a\":1.50,
              \"b@odata.navigationLink\":\"l\",\"#microsoft.graph.assign\":{},\"list\":[{\"c@odata.associationLink\":\"l\",\"c\":null}]}",
        )
        .unwrap();
        clean(&mut value);
        assert_eq!(value.to_string(), "{\"@odata.type\":\"t\",\"a\":1.50,\"list\":[{\"c\":null}]}");
        assert_eq!(value["list"][0], json!({ "c": null }));
    }
}
