//! Which application permissions the registry needs, and for what.

use std::collections::BTreeMap;

use model::registry::Registry;

/// Whether everything but what is listed under the permission works without it.
pub fn is_optional(permission: &str) -> bool {
    let mut needing = Registry::embedded()
        .iter()
        .filter(|contract| contract.permissions.read.first().is_some_and(|first| first == permission));
    needing.all(|contract| contract.permissions.optional)
}

/// Every permission to read, with the labels of the types that need it. Any one of a type's alternatives suffices,
/// so a permission is listed under the first alternative only.
pub fn required_permissions() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut needed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for contract in Registry::embedded().iter() {
        if let Some(permission) = contract.permissions.read.first() {
            needed.entry(permission).or_default().push(&contract.label_plural);
        }
    }
    needed
}
