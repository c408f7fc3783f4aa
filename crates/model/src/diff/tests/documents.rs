//! Documents in the shape that a contract speaks of, from a row of random bytes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::registry::content::path::{Rows, Step};
use crate::registry::{Assignable, Contract};

/// What secrets are in these documents: found nowhere else.
pub(super) const CANARY: &str = "canary";
/// What ids in these documents start with.
pub(super) const ID: &str = "id-";

/// Random bytes, used up one by one; afterwards zeros.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Bytes<'_> {
    fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % end
    }
}

#[derive(Default)]
struct Shape {
    inside: BTreeMap<String, Shape>,
    list: bool,
    kind: Kind,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Kind {
    #[default]
    Any,
    Id,
    Word,
    Secret,
}

fn add(shape: &mut Shape, path: &str, kind: Kind) {
    let mut place = shape;
    for step in Step::all(path) {
        place = place.inside.entry(step.name.to_owned()).or_default();
        place.list |= step.rows != Rows::No;
    }
    if kind != Kind::Any {
        place.kind = kind;
    }
}

fn shape(contract: &Contract) -> Shape {
    let mut shape = Shape::default();
    for path in contract.strip.iter().chain(&contract.volatile).chain(&contract.remade).chain(&contract.encoded) {
        add(&mut shape, path, Kind::Any);
    }
    for path in &contract.sets {
        add(&mut shape, &format!("{path}[]"), Kind::Any);
    }
    for aligned in &contract.aligned {
        let list = match aligned.list.strip_prefix("**.") {
            Some(name) => format!("settings[].settingInstance.choiceSettingValue.{name}"),
            None => aligned.list.clone(),
        };
        aligned.by.iter().for_each(|by| add(&mut shape, &format!("{list}[].{by}"), Kind::Word));
    }
    if contract.definitions.is_some() {
        for value in ["choiceSettingValue.value", "simpleSettingValue.value", "secret.@odata~type", "secret.value"] {
            let kind = if value == "secret.value" { Kind::Secret } else { Kind::Word };
            add(&mut shape, &format!("settings[].settingInstance.{value}"), kind);
        }
    }
    if matches!(contract.assignable, Assignable::Action(_) | Assignable::Each { .. })
        && let Some(part) = contract.assignable.part()
    {
        add(&mut shape, &format!("{part}[].intent"), Kind::Word);
        add(&mut shape, &format!("{part}[].target.groupId"), Kind::Id);
    }
    contract.masked.iter().for_each(|path| add(&mut shape, path, Kind::Secret));
    contract.references.iter().for_each(|reference| add(&mut shape, &reference.path, Kind::Id));
    for name in ["plain", "other", "nested.list[].one", "nested.two"] {
        add(&mut shape, name, Kind::Any);
    }
    shape
}

/// A document of the contract's type.
pub(super) fn document(contract: &Contract, bytes: &mut Bytes<'_>) -> Value {
    object(&shape(contract), bytes)
}

fn object(shape: &Shape, bytes: &mut Bytes<'_>) -> Value {
    let mut map = Map::new();
    for (name, inside) in &shape.inside {
        match bytes.below(8) {
            0 => {}
            1 if inside.kind != Kind::Secret => drop(map.insert(name.clone(), odd(bytes))),
            _ => drop(map.insert(name.clone(), value(inside, bytes))),
        }
    }
    // A dot would end the step of a path.
    if shape.inside.contains_key("@odata~type") {
        map.shift_remove("@odata~type");
        map.insert("@odata.type".into(), json!("#microsoft.graph.deviceManagementConfigurationSecretSettingValue"));
    }
    Value::Object(map)
}

fn value(shape: &Shape, bytes: &mut Bytes<'_>) -> Value {
    if shape.list {
        return Value::Array((0..bytes.below(4)).map(|_| element(shape, bytes)).collect());
    }
    element(shape, bytes)
}

fn element(shape: &Shape, bytes: &mut Bytes<'_>) -> Value {
    if !shape.inside.is_empty() {
        return object(shape, bytes);
    }
    match shape.kind {
        Kind::Id => json!(format!("{ID}{}", bytes.below(6))),
        Kind::Word => json!(["one", "two", "three"][bytes.below(3)]),
        Kind::Secret => {
            [json!(null), json!("****"), json!(format!("{CANARY}{}", bytes.below(2)))][bytes.below(3)].clone()
        }
        Kind::Any => odd(bytes),
    }
}

/// What has to be told apart, and no id.
fn odd(bytes: &mut Bytes<'_>) -> Value {
    let all = [
        json!(null),
        json!(false),
        json!(""),
        json!([]),
        json!({}),
        json!("text"),
        json!("two\nlines"),
        json!(1),
        json!(["b", "a", "a"]),
        json!([{ "x": 1 }, { "x": 2, "y": null }, 3]),
        json!({ "deep": { "er": [1, [2, 3]] } }),
    ];
    all[bytes.below(all.len())].clone()
}
