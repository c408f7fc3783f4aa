//! What holds for every contract and every document.

use proptest::prelude::*;
use serde_json::Value;

use super::documents::{Bytes, CANARY, ID, document};
use crate::diff::{Change, Difference, Rule, Step, normal};
use crate::registry::content::path::edit_holders;
use crate::registry::{Contract, Registry};

fn contract() -> impl Strategy<Value = &'static Contract> {
    let all: Vec<&'static Contract> = Registry::embedded().iter().collect();
    prop::sample::select(all)
}

/// A contract and two documents, of which the second is the first one with a piece of it made differently.
fn two() -> impl Strategy<Value = (&'static Contract, Value, Value)> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..400);
    (contract(), bytes(), bytes(), 0usize..400, any::<bool>()).prop_map(|(contract, one, other, at, anew)| {
        let mut changed = one.clone();
        let at = at.min(changed.len());
        changed.splice(at..(at + 3).min(changed.len()), other.iter().copied().take(3));
        let second = if anew { other } else { changed };
        (contract, document(contract, &mut Bytes(&one)), document(contract, &mut Bytes(&second)))
    })
}

/// The same document with every list turned around that the contract calls a set, or whose elements have an identity.
fn turned(contract: &Contract, document: &Value) -> Value {
    let mut turned = document.clone();
    let aligned = contract.aligned.iter().map(|aligned| &aligned.list);
    for path in
        contract.sets.iter().chain(aligned.filter(|path| !path.starts_with("**") && !contract.sets.contains(path)))
    {
        edit_holders(&mut turned, path, &mut |map, name| {
            if let Some(Value::Array(items)) = map.get_mut(name) {
                items.reverse();
            }
        });
    }
    turned
}

/// Every id replaced by another one, each by its own.
fn renamed(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(ID, "other-")),
        Value::Array(items) => Value::Array(items.iter().map(renamed).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(name, value)| (name.clone(), renamed(value))).collect()),
        scalar => scalar.clone(),
    }
}

fn is_about_an_id(change: &Change) -> bool {
    let named = |step: &Step| matches!(step, Step::Element(element) if element.is.contains(ID) || element.is.contains("other-"));
    matches!(change.rule, Rule::Reference | Rule::Assignments | Rule::ScopeTags) || change.path.0.iter().any(named)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_documents_do_not_differ_and_a_difference_leads_from_one_to_the_other((contract, one, other) in two()) {
        prop_assert_eq!(Difference::between(contract, &one, &one).changes().to_vec(), Vec::new());
        let difference = Difference::between(contract, &one, &other);
        prop_assert_eq!(difference.is_empty(), normal(contract, &one) == normal(contract, &other) && !secrets_differ(&difference));
        prop_assert_eq!(difference.apply(&one), normal(contract, &other));
        let made = Difference::between(contract, &Value::Null, &other);
        prop_assert_eq!(made.apply(&Value::Null), normal(contract, &other));
        prop_assert!(Difference::between(contract, &other, &Value::Null).apply(&other).as_object().is_some_and(|map| map.is_empty()));
    }

    #[test]
    fn a_change_comes_back_from_its_text_and_holds_no_secret((contract, one, other) in two()) {
        let changes = Difference::keyed(contract, &[7; 32], &one, &other).changes().to_vec();
        let text = serde_json::to_string(&changes).expect("JSON");
        prop_assert!(!text.contains(CANARY), "{}", text);
        prop_assert!(!normal(contract, &one).to_string().contains(CANARY));
        let read: Vec<Change> = serde_json::from_str(&text).expect("changes");
        prop_assert_eq!(&read, &changes);
        let kept = Difference::of(contract, read, Vec::new());
        prop_assert_eq!(kept.apply(&one), normal(contract, &other));
    }

    #[test]
    fn the_order_of_sets_and_of_what_has_an_identity_means_nothing((contract, one, other) in two()) {
        let turned_around = turned(contract, &one);
        prop_assert_eq!(Difference::between(contract, &one, &turned_around).changes().to_vec(), Vec::new());
        let count = |from: &Value| Difference::between(contract, from, &other).changes().len();
        prop_assert_eq!(count(&one), count(&turned_around));
    }

    #[test]
    fn other_ids_are_other_references_and_nothing_else((contract, one, _) in two()) {
        let difference = Difference::between(contract, &one, &renamed(&one));
        let odd: Vec<&Change> = difference.changes().iter().filter(|change| !is_about_an_id(change)).collect();
        prop_assert!(odd.is_empty(), "{:?}", odd);
    }
}

fn secrets_differ(difference: &Difference) -> bool {
    difference.changes().iter().any(|change| change.rule == Rule::Secret)
}

/// A generator that makes only empty documents would prove nothing.
#[test]
fn documents_of_every_contract_say_something_and_differ() {
    let bytes: Vec<u8> = (0..2_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let other: Vec<u8> = bytes.iter().rev().copied().collect();
    for contract in Registry::embedded().iter() {
        let (one, two) = (document(contract, &mut Bytes(&bytes)), document(contract, &mut Bytes(&other)));
        assert!(!Difference::between(contract, &one, &two).is_empty(), "{}", contract.key);
    }
}
