//! References to other objects: `name@odata.bind` with the address of one, or a list of them.

use serde_json::{Map, Value, json};

use super::Target;
use crate::collections;
use crate::errors::GraphError;
use crate::path;
use crate::store::Store;

/// The last part of the name of a reference.
const BIND: &str = "@odata.bind";

/// Puts the ids of what is bound in the place of the addresses. What does not exist is refused.
pub(super) fn resolve(target: Target<'_>, store: &Store, body: &mut Map<String, Value>) -> Result<(), GraphError> {
    let bound: Vec<String> = body.keys().filter_map(|name| name.strip_suffix(BIND).map(str::to_owned)).collect();
    for name in bound {
        let value = body.remove(&format!("{name}{BIND}")).unwrap_or_default();
        let navigation = target.kind.navigations.iter().find(|one| one.name == name && one.of.is_some());
        let navigation = navigation.ok_or_else(|| {
            GraphError::new(501, "NotImplemented", format!("References under '{name}' are not simulated."))
        })?;
        let of = navigation.of.unwrap_or_default();
        let ids = match value {
            Value::Array(all) => {
                let ids = all.iter().map(|address| named(store, of, address.as_str().unwrap_or_default()));
                json!(ids.collect::<Result<Vec<String>, GraphError>>()?)
            }
            address => json!(named(store, of, address.as_str().unwrap_or_default())?),
        };
        body.insert(name, ids);
    }
    Ok(())
}

/// The id of the object that an address names, which has to be there.
pub(super) fn named(store: &Store, of: &str, address: &str) -> Result<String, GraphError> {
    let segments = path::split(address);
    let id = segments.last().cloned().unwrap_or_default();
    let leads_there = collections::kind(of).is_some_and(|kind| {
        let last = kind.path.rsplit('/').next().unwrap_or_default();
        segments.iter().any(|segment| segment.eq_ignore_ascii_case(last))
    });
    if leads_there && store.get(of, &id).is_some() { Ok(id) } else { Err(GraphError::not_found(address)) }
}
