//! Changed by hand and restored, removed and restored: each time as before.

use graph::Write;
use model::diff::{Difference, same_after_write};
use model::registry::Contract;
use model::registry::content::path::{edit_holders, values};
use model::restore::{Choice, Mapped, Promise, Why, bring_back, promise, promise_brought_back, steps};
use serde_json::Value;
use testkit::by_hand;

use super::bench::{Bench, Sample, Side};
use super::carried_out::Weather;

pub(super) const ALL: Choice = Choice { settings: true, assignments: true };

/// What is there must be what was promised, and asking once more must find nothing to do.
pub(super) async fn kept(
    side: &Side,
    contract: &'static Contract,
    id: &str,
    wanted: &Mapped,
    promised: &Promise,
) -> Value {
    let now = side.read(contract, id).await.unwrap();
    let mut document = promised.document.clone();
    promised.unverifiable.iter().filter(|path| !path.contains("].")).for_each(|path| forget(&mut document, path));
    let differs = same_after_write(contract, &document, &now);
    assert!(differs.is_empty(), "{} {id}: {:#?}\n{document:#}\n{now:#}", contract.key, differs.changes());
    let more = steps(contract, wanted, Some(&now), ALL);
    // What only the service decides may still differ, and so may what is held back; and a secret whose text somebody has is
    // sent each time, since nobody sees which one is there.
    let secret = now.to_string().contains("****");
    if promised.unverifiable.is_empty() && contract.held.is_none() && !secret {
        assert_eq!(more, Ok(Vec::new()), "{} {id}", contract.key);
    }
    now
}

pub(super) fn forget(document: &mut Value, path: &str) {
    edit_holders(document, path, &mut |holder, name| {
        holder.shift_remove(name);
    });
}

/// As it was before, but for what is held back, masked, or for the service to say.
pub(super) fn as_before(contract: &'static Contract, promised: &Promise, before: &Value, now: &Value) {
    let (mut before, mut now) = (before.clone(), now.clone());
    for document in [&mut before, &mut now] {
        contract.held.iter().for_each(|held| forget(document, &held.property));
        promised.unverifiable.iter().filter(|path| !path.contains("].")).for_each(|path| forget(document, path));
        contract.strip.iter().filter(|path| contract.part(path).is_none()).for_each(|path| forget(document, path));
        // A definition is named by its id; what else is said of it is not the policy's.
        forget(document, "definitionValues[].definition.classType");
        for name in &contract.update.not_null {
            if document.get(name).is_some_and(Value::is_null) {
                forget(document, name);
            }
        }
    }
    let differs = Difference::between(contract, &before, &now);
    assert!(differs.is_empty(), "{}: {:#?}", contract.key, differs.changes());
}

/// Whether a secret stands in a list of it: then rows are missing afterwards, which the promise says.
fn keeps_secrets(promised: &Promise) -> bool {
    promised.unverifiable.iter().any(|path| path.contains("]."))
}

/// Changes it by hand and restores it in place.
pub(super) async fn update(
    bench: &Bench,
    contract: &'static Contract,
    sample: &Sample,
    weather: Weather,
) -> Result<(), Why> {
    let side = &bench.full;
    let (collection, key) = side.place(contract, &sample.id);
    let before = side.read(contract, &sample.id).await.unwrap();
    if !bench.simulator.change(&side.id, &collection, key, |object| by_hand::change(contract, object)) {
        bench.change_by_request(side, contract, &sample.id).await;
    }
    let changed = side.read(contract, &sample.id).await.unwrap();
    let differs = Difference::between(contract, &before, &changed);
    assert!(!differs.is_empty(), "{} {} was not changed", contract.key, sample.kind);
    let wanted = Mapped::unchanged(contract, &before);
    let steps = steps(contract, &wanted, Some(&changed), ALL)?;
    assert!(!steps.is_empty(), "{} {}", contract.key, sample.kind);
    let promised = promise(contract, &wanted, Some(&changed), ALL);
    let id = bench.carry_out(side, contract, Some(&sample.id), &steps, weather).await;
    let now = kept(side, contract, &id, &wanted, &promised).await;
    as_before(contract, &promised, &before, &now);
    Ok(())
}

/// Removes it and makes it again.
pub(super) async fn create(
    bench: &Bench,
    contract: &'static Contract,
    sample: &Sample,
    weather: Weather,
) -> Result<(), Why> {
    let side = &bench.full;
    let wanted = Mapped::unchanged(contract, &sample.document);
    let steps = steps(contract, &wanted, None, ALL)?;
    let promised = promise(contract, &wanted, None, ALL);
    let (collection, key) = side.place(contract, &sample.id);
    let stored = bench.simulator.objects(&side.id, &collection).into_iter().find(|object| object["id"] == key);
    if !bench.simulator.remove(&side.id, &collection, key) {
        let path = format!("{}/{}", contract.path, sample.id);
        side.graph.write(contract, &Write::delete(contract.version.as_str(), &path)).await.unwrap();
    }
    let id = bench.carry_out(side, contract, None, &steps, weather).await;
    let now = kept(side, contract, &id, &wanted, &promised).await;
    if !keeps_secrets(&promised) {
        as_before(contract, &promised, &sample.document, &now);
    }
    // Others name it by the id that it had.
    stored.into_iter().for_each(|object| assert!(bench.simulator.insert(&side.id, &collection, object)));
    Ok(())
}

/// Removes it and brings it back under its id.
pub(super) async fn back(
    bench: &Bench,
    contract: &'static Contract,
    sample: &Sample,
    weather: Weather,
) -> Result<(), Why> {
    let side = &bench.full;
    let remove = Write::delete(contract.version.as_str(), &format!("{}/{}", contract.path, sample.id));
    side.graph.write(contract, &remove).await.unwrap();
    assert_eq!(side.read(contract, &sample.id).await, None);
    let deleted = side.graph.deleted(contract, &sample.id).await.unwrap().unwrap();
    let wanted = Mapped::unchanged(contract, &sample.document);
    let steps = bring_back(contract, &wanted, &deleted, ALL)?;
    let promised = promise_brought_back(contract, &wanted, &deleted, ALL);
    bench.carry_out(side, contract, Some(&sample.id), &steps, weather).await;
    let now = kept(side, contract, &sample.id, &wanted, &promised).await;
    as_before(contract, &promised, &sample.document, &now);
    assert!(contract.held.iter().all(|held| values(&now, &held.property) != [held.value.as_str()]));
    assert_eq!(side.graph.deleted(contract, &sample.id).await.unwrap(), None);
    Ok(())
}
