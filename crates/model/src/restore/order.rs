//! In which order objects are written: foundations first, and nothing before what it names.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::registry::Contract;
use crate::registry::content::{Reference, references};

/// One object that is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Ordered<'a> {
    /// Its contract.
    pub contract: &'a Contract,
    /// Graph's id where it comes from.
    pub external_id: &'a str,
    /// The object as it was read there, with the ids of its tenant.
    pub document: &'a Value,
}

/// Objects that name each other in a ring, by their places in what was given: none of them can be first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} objects name each other", .items.len())]
pub struct Cycle {
    /// Their places, each naming the next, the last one naming the first.
    pub items: Vec<usize>,
}

/// What has to be there before the object is written. What another object says of this one is nothing of it.
pub fn needs(contract: &Contract, document: &Value) -> Vec<Reference> {
    if contract.parts.iter().all(|part| part.inverse.is_none()) {
        return references(contract, document);
    }
    let mut document = document.clone();
    for part in &contract.parts {
        if let Some(rows) = document.get_mut(&part.property).and_then(Value::as_array_mut) {
            rows.retain(|row| !part.is_inverse(row));
        }
    }
    references(contract, &document)
}

/// The places of the objects in the order in which they are written: by wave, but never before what they name. Equal
/// ones keep the order of lists, and then the given one.
pub fn in_order(items: &[Ordered<'_>]) -> Result<Vec<usize>, Cycle> {
    let before = named(items);
    let mut waiting: Vec<usize> = before.iter().map(BTreeSet::len).collect();
    let rank = |item: usize| (items[item].contract.wave, items[item].contract.order, item);
    let mut free: BTreeSet<_> = (0..items.len()).filter(|item| waiting[*item] == 0).map(rank).collect();
    let mut order = Vec::with_capacity(items.len());
    while let Some(next) = free.pop_first() {
        order.push(next.2);
        for item in (0..items.len()).filter(|item| before[*item].contains(&next.2)) {
            waiting[item] -= 1;
            if waiting[item] == 0 {
                free.insert(rank(item));
            }
        }
    }
    if order.len() == items.len() { Ok(order) } else { Err(Cycle { items: ring(&before, &order) }) }
}

/// For each item the others that it names. An id without a contract may be of any type.
fn named(items: &[Ordered<'_>]) -> Vec<BTreeSet<usize>> {
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        by_id.entry(item.external_id).or_default().push(index);
    }
    let of = |(index, item): (usize, &Ordered<'_>)| {
        let mut found = BTreeSet::new();
        for reference in needs(item.contract, item.document) {
            let fits = |other: &&usize| {
                reference.kind.starts_with("external:") || items[**other].contract.key == reference.kind
            };
            let named = by_id.get(reference.external_id.as_str()).into_iter().flatten();
            found.extend(named.filter(fits).filter(|other| **other != index));
        }
        found
    };
    items.iter().enumerate().map(of).collect()
}

/// One ring among the items that are left over: each of them names another one that is left over.
fn ring(before: &[BTreeSet<usize>], done: &[usize]) -> Vec<usize> {
    let left = |item: &usize| !done.contains(item);
    let mut way: Vec<usize> = (0..before.len()).find(left).into_iter().collect();
    while let Some(next) = way.last().and_then(|last| before[*last].iter().copied().find(left)) {
        if let Some(start) = way.iter().position(|item| *item == next) {
            return way.split_off(start);
        }
        way.push(next);
    }
    way
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Ordered, in_order};
    use crate::registry::Registry;

    fn item<'a>(key: &str, external_id: &'a str, document: &'a Value) -> Ordered<'a> {
        Ordered { contract: Registry::embedded().get(key).expect("contract"), external_id, document }
    }

    #[test]
    fn foundations_come_first_and_certificates_before_what_names_them() {
        let wifi = json!({ "rootCertificatesForServerValidation": [{ "id": "root" }] });
        let none = json!({});
        let set = json!({ "items": [{ "payloadId": "wifi" }] });
        let items = [
            item("policySets", "set", &set),
            item("deviceConfigurations", "wifi", &wifi),
            item("deviceConfigurations", "root", &none),
            item("assignmentFilters", "filter", &none),
            item("scopeTags", "3", &none),
        ];
        assert_eq!(in_order(&items), Ok(vec![4, 3, 2, 1, 0]));
    }

    #[test]
    fn two_apps_of_which_one_supersedes_the_other_are_no_ring() {
        let newer = json!({ "relationships": [{ "targetId": "old", "targetType": "child" }] });
        let older = json!({ "relationships": [{ "targetId": "new", "targetType": "parent" }] });
        assert_eq!(in_order(&[item("mobileApps", "new", &newer), item("mobileApps", "old", &older)]), Ok(vec![1, 0]));
    }

    #[test]
    fn a_ring_is_named_and_what_hangs_on_it_is_not() {
        let to = |id: &str| json!({ "relationships": [{ "targetId": id, "targetType": "child" }] });
        let (one, two, three) = (to("b"), to("a"), to("a"));
        let items = [item("mobileApps", "x", &three), item("mobileApps", "a", &one), item("mobileApps", "b", &two)];
        assert_eq!(in_order(&items).expect_err("a ring").items, [1, 2]);
    }
}
