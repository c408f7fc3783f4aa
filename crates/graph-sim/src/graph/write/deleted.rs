//! What Conditional Access keeps of a deleted policy or location: it can be put back under the same id.

use serde_json::{Value, json};

use super::{Reply, Target, record};
use crate::audit::{Change, Operation};
use crate::collections;
use crate::errors::GraphError;
use crate::rules;
use crate::store::Store;

/// Where things are deleted from, and where they are then.
const KEPT: &[(&str, &str)] = &[
    ("identity/conditionalAccess/policies", "identity/conditionalAccess/deletedItems/policies"),
    ("identity/conditionalAccess/namedLocations", "identity/conditionalAccess/deletedItems/namedLocations"),
];

/// Keeps what was removed, where the service does.
pub(super) fn keep(store: &mut Store, path: &str, id: &str, removed: &Value, now: &str) {
    if let Some((_, bin)) = KEPT.iter().find(|(from, _)| *from == path) {
        let mut object = removed.clone();
        object["deletedDateTime"] = json!(now);
        store.insert(bin, id, object);
    }
}

/// Puts a deleted object back.
pub(super) fn restore(target: Target<'_>, id: &str) -> Result<Reply, GraphError> {
    let found = KEPT.iter().find(|(_, bin)| *bin == target.kind.path);
    let (path, bin) = found.ok_or_else(|| GraphError::unknown_segment("restore"))?;
    let request = target.request;
    let mut store = request.tenant.write();
    let mut object = store.remove(bin, id).ok_or_else(|| GraphError::not_found(id))?;
    if let Some(fields) = object.as_object_mut() {
        fields.remove("deletedDateTime");
    }
    store.insert(path, id, object.clone());
    let now = request.tenant.clock.tick();
    let change = Change { path, id, operation: Operation::Action("restore"), before: None, after: Some(&object) };
    record(request, &mut store, change, &now);
    drop(store);
    let kind = collections::kind(path).ok_or_else(|| target.no_route())?;
    let rule = rules::of(path).ok_or_else(|| target.no_route())?;
    Target { kind, rule, ..target }.shown(id, 200)
}
