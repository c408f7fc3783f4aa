//! Into another tenant, in which everything that the object names has another id.

use graph::ObservedObject;
use model::registry::content::{Reference, is_built_in, object_type, references};
use model::registry::{Contract, CreateMode, Registry};
use model::restore::{Mapped, Resolution, Why, map_references, promise, steps};
use serde_json::{Value, json};

use super::bench::{Bench, Sample};
use super::carried_out::Weather;
use super::life::{ALL, as_before, kept};
use crate::harness::observe;

/// What stays the same in every directory.
const EVERYWHERE: [&str; 4] = [
    "external:template",
    "external:directory role",
    "external:group policy definition",
    "external:directory setting template",
];

/// Intents are made from these.
const TEMPLATES: &str = "deviceManagement/templates";

/// The id of the counterpart in the other tenant.
fn counterpart(reference: &Reference) -> String {
    let id = &reference.external_id;
    let stays = EVERYWHERE.contains(&reference.kind.as_str()) || (reference.kind == "scopeTags" && id == "0");
    if stays { id.clone() } else { format!("there-{id}") }
}

/// Puts what the object names into the other tenant, under its id there.
fn furnish(bench: &Bench, reference: &Reference) {
    let key = if reference.kind == "external:role" { "roles" } else { &reference.kind };
    let Some(contract) = Registry::embedded().get(key) else { return };
    let (from, to) = (bench.full.collection(contract), bench.empty.collection(contract));
    let named = bench.simulator.objects(&bench.full.id, &from);
    let named = named.into_iter().find(|object| object["id"] == reference.external_id.as_str());
    let mut copy = named.unwrap_or_else(|| json!({ "displayName": "Of another tenant" }));
    copy["id"] = json!(counterpart(reference));
    assert!(bench.simulator.insert(&bench.empty.id, &to, copy));
}

/// The wanted object with the ids of the other tenant, by replacing text: another way than the one that is tried.
fn expected(document: &Value, references: &[Reference]) -> Value {
    let mut text = document.to_string();
    for reference in references {
        let quoted = |id: &str| Value::from(id).to_string();
        text = text.replace(&quoted(&reference.external_id), &quoted(&counterpart(reference)));
    }
    serde_json::from_str(&text).unwrap()
}

/// What is there already: the only one of its kind, the default, or the one whose id is the same everywhere.
async fn existing(bench: &Bench, contract: &'static Contract, sample: &Sample) -> Option<(String, Value)> {
    let objects = observe(&bench.empty.graph, &contract.key).await.1;
    let fixed = contract.create.with_id || (!contract.single && contract.create.mode == CreateMode::PatchOnly);
    let same = |object: &ObservedObject| {
        let one_of_its_kind = object_type(&object.document).unwrap_or_default() == sample.kind;
        let default = sample.built_in && is_built_in(contract, &object.document) && one_of_its_kind;
        contract.single || default || (fixed && object.external_id == sample.id)
    };
    objects.into_iter().find(same).map(|object| (object.external_id, object.document))
}

pub(super) async fn promote(
    bench: &Bench,
    contract: &'static Contract,
    sample: &Sample,
    weather: Weather,
) -> Result<(), Why> {
    let side = &bench.empty;
    let named = references(contract, &sample.document);
    named
        .iter()
        .filter(|reference| counterpart(reference) != reference.external_id)
        .for_each(|one| furnish(bench, one));
    let wanted = map_references(contract, &sample.document, &mut |reference| Resolution::To(counterpart(reference)));
    for template in bench.simulator.objects(&bench.full.id, TEMPLATES) {
        assert!(bench.simulator.insert(&side.id, TEMPLATES, template));
    }
    let existing = existing(bench, contract, sample).await;
    let existing_id = existing.as_ref().map(|(id, _)| id.clone());
    let existing = existing.map(|(_, document)| document);
    let steps = steps(contract, &wanted, existing.as_ref(), ALL)?;
    let promised = promise(contract, &wanted, existing.as_ref(), ALL);
    let id = match (existing_id.as_deref(), steps.is_empty()) {
        (Some(id), true) => id.to_owned(),
        _ => bench.carry_out(side, contract, existing_id.as_deref(), &steps, weather).await,
    };
    let now = kept(side, contract, &id, &wanted, &promised).await;
    if existing.is_none() && !promised.unverifiable.iter().any(|path| path.contains("].")) {
        as_before(contract, &promised, &expected(&sample.document, &named), &now);
    }
    assert!(Mapped::unchanged(contract, &now).unresolved.is_empty());
    Ok(())
}
