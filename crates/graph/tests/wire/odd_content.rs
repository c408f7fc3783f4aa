//! What nobody expects inside an object, for every type: it is kept as sent or called incomplete, and its neighbours
//! are as before.

use std::collections::BTreeMap;

use graph::ObservedObject;
use graph_sim::Content;
use model::registry::{Contract, Registry, content};
use serde_json::{Value, json};

use crate::harness::World;

/// An id with everything that means something in an address.
const STRANGE_ID: &str = "å ü/?#%25&'()+=,;:@*[]{}|\"\\\u{202e}";
/// Characters of the longest name.
const LONG: usize = 10_000;
/// How deep the deepest document is, each step two levels; an answer of more than 128 levels is not read at all.
const DEPTH: usize = 50;

type Objects = BTreeMap<String, ObservedObject>;

async fn read(world: &World, contract: &Contract) -> Objects {
    let (list, objects) = world.observe_by_id(&contract.key).await;
    assert_eq!(list.list_error, None, "{}", contract.key);
    objects
}

fn deep() -> Value {
    (0..DEPTH).fold(json!("bottom"), |inside, _| json!({ "deeper": [inside] }))
}

/// Something unexpected in an object that is there: what it is called, and which property it sets to what.
fn oddities(contract: &Contract) -> Vec<(&'static str, String, Value)> {
    // A domain is called by its id: another name is another domain.
    let name = contract.name.clone().filter(|name| name != "id").unwrap_or_else(|| "displayName".to_owned());
    vec![
        ("a name of 10,000 characters", name.clone(), json!("ß".repeat(LONG))),
        ("a name with line breaks and marks", name, json!("a\r\n\t\u{0}\u{202e}<b>&\u{feff}")),
        ("an unknown property", "notInventedYet".into(), json!({ "a": 1.0, "b": [null, {}] })),
        (
            "a number beyond 64 bits",
            "notInventedYet".into(),
            serde_json::from_str("123456789012345678901234567890.10").unwrap(),
        ),
        ("a deep document", "notInventedYet".into(), deep()),
        ("an unknown derived type", "@odata.type".into(), json!("#microsoft.graph.notInventedYet")),
        ("an unknown member of an enumeration", "platformType".into(), json!("unknownFutureValue")),
        ("a time that is none", "lastModifiedDateTime".into(), json!("yesterday")),
        ("a time long ago", "lastModifiedDateTime".into(), json!("0001-01-01T00:00:00Z")),
    ]
}

/// The neighbours are as before; the object itself is as sent, or incomplete.
fn assert_only(what: &str, changed: &str, before: &Objects, now: &Objects, is_as_sent: impl FnOnce(&Value) -> bool) {
    let there: Vec<&String> = now.keys().filter(|id| *id != changed).collect();
    let expected: Vec<&String> = before.keys().filter(|id| *id != changed).collect();
    assert_eq!(there, expected, "{what}: the neighbours");
    for id in expected {
        assert_eq!(now[id], before[id], "{what}: {id}");
    }
    let object = now.get(changed).unwrap_or_else(|| panic!("{what}: {changed} is missing without a word"));
    assert!(!object.missing_parts.is_empty() || is_as_sent(&object.document), "{what}: {}", object.document);
}

async fn odd_properties(world: &World, contract: &Contract, before: &Objects) {
    let id = before.keys().next().unwrap_or_else(|| panic!("nothing is there of {}", contract.key));
    for (name, property, value) in oddities(contract) {
        let what = format!("{}: {name}", contract.key);
        let mut kept = Value::Null;
        // The simulator keeps the one object of its kind under an empty id, we under the key of its type.
        let stored = if contract.single { "" } else { id };
        let set = |object: &mut Value| kept = std::mem::replace(&mut object[&property], value.clone());
        assert!(world.simulator.change_silently(&world.id, &contract.path, stored, set), "{what}");
        let now = read(world, contract).await;
        // Graph sends no other property than those that a list selects.
        let selected = &contract.list.select;
        let is_sent = selected.is_empty() || selected.contains(&property);
        assert_only(&what, id, before, &now, |document| !is_sent || document[&property] == value);
        world.simulator.change_silently(&world.id, &contract.path, stored, |object| put_back(object, &property, kept));
    }
}

fn put_back(object: &mut Value, property: &str, kept: Value) {
    if kept.is_null() {
        object.as_object_mut().unwrap().shift_remove(property);
    } else {
        object[property] = kept;
    }
}

async fn a_strange_id(world: &World, contract: &Contract, before: &Objects) {
    if contract.single {
        return;
    }
    let stored = world.simulator.objects(&world.id, &contract.path);
    let id = before.keys().next().unwrap();
    let mut copy = stored.iter().find(|one| content::external_id(contract, one) == Some(id)).unwrap().clone();
    copy["id"] = json!(STRANGE_ID);
    world.simulator.insert(&world.id, &contract.path, copy);
    let now = read(world, contract).await;
    assert_only(&format!("{}: a strange id", contract.key), STRANGE_ID, before, &now, |document| {
        document["id"] == STRANGE_ID
    });
    world.simulator.remove(&world.id, &contract.path, STRANGE_ID);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_keeps_what_nobody_expects() {
    let world = World::start(Content::Seeded { seed: 7, objects: 300 }).await;
    let mut types = 0;
    // The branding is stored inside the organisation, which the simulator's door for tests does not open.
    let contracts = Registry::embedded().observed().filter(|contract| contract.key != "companyBranding");
    for contract in contracts {
        let before = read(&world, contract).await;
        odd_properties(&world, contract, &before).await;
        a_strange_id(&world, contract, &before).await;
        types += 1;
    }
    assert!(types >= 70, "{types}");
}
