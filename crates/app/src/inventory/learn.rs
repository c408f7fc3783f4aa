//! Reading the definitions of settings: once each, and again after a day, in as few requests as their policies allow.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use futures::future::{BoxFuture, join};
use futures::stream::{self, StreamExt};
use graph::{GraphError, TenantGraph};
use model::registry::Contract;
use model::registry::content::{Definition, category_paths};
use model::run::ItemOutcome;
use serde_json::Value;
use store::{ItemRecord, StoreError};

use super::make_texts::SLICE;
use super::names::Names;

/// A definition that was read longer ago is read again, in milliseconds: Microsoft changes them some times a year.
const READ_AGAIN_MS: i64 = 24 * 60 * 60 * 1000;
/// Requests at the same time; the client's budget decides how fast they go.
const AT_ONCE: usize = 40;

/// What the service said, and why it did not say all.
#[derive(Default)]
struct Answers {
    found: BTreeMap<String, Option<Definition>>,
    error: Option<GraphError>,
}

/// Reads what is not known of the settings that were seen, or of all of them with `again`; records it, and makes what
/// their objects are found by again where a name is new. A name is a help for readers: where it cannot be read the id
/// stands for it, and nothing is incomplete. Gives back the error that kept names from being read, if there is one.
pub(super) async fn learn(
    names: &Names<'_>,
    graph: &TenantGraph,
    again: bool,
) -> Result<Option<GraphError>, StoreError> {
    let now = names.ctx.run.database_now_ms;
    let wanted =
        |setting: &&String| names.known.get(*setting).is_none_or(|known| again || now - known.read_at >= READ_AGAIN_MS);
    let wanted: BTreeSet<&str> = names.users.keys().filter(wanted).map(String::as_str).collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    // At the same time: nearly every setting is filed under some category.
    let (mut answers, categories) = join(read(names, graph, wanted), graph.categories(names.contract)).await;
    file_under_categories(names, categories, &mut answers);
    record(names, &answers).await?;
    Ok(answers.error)
}

/// What of the settings of a whole type has no name is told with its coverage, and in the run when it was refused.
pub(super) async fn tell(names: &Names<'_>, error: Option<&GraphError>) -> Result<(), StoreError> {
    let tenant = names.ctx.db.tenant(&names.ctx.scope);
    let contract = names.contract;
    let named = tenant.definitions().names(names.users.keys().map(String::as_str)).await?;
    let unnamed = names.users.keys().filter(|setting| named.get(setting).is_none()).count();
    let code = error.map_or("graph.not_found", |error| error.code);
    let inventory = tenant.inventory();
    inventory.note_unnamed(&names.ctx.lease, &contract.key, unnamed, (unnamed > 0).then_some(code)).await?;
    if let Some(error) = error {
        let item = ItemRecord {
            key: format!("names/{}", contract.key),
            label: format!("Names of settings of {}", contract.label_plural),
            kind: "Names of settings".to_owned(),
            outcome: ItemOutcome::Skipped,
            code: Some(error.code.to_owned()),
            message: Some(format!("{}. Settings are shown by their ids", error.message)),
            detail: None,
        };
        names.ctx.db.ledger().record(&names.ctx.lease, vec![item]).await?;
    }
    Ok(())
}

/// First from objects that set several of the settings, then one by one what no object brought along. The first request
/// goes alone: when it is refused, so are the others; once one was answered, nobody is refused.
async fn read(names: &Names<'_>, graph: &TenantGraph, wanted: BTreeSet<&str>) -> Answers {
    let mut answers = Answers::default();
    let mut left = wanted;
    let objects = cover(names, &left);
    let (first, rest) = objects.split_at(objects.len().min(1));
    for part in [first, rest] {
        let work: Vec<BoxFuture<'_, _>> =
            part.iter().map(|object| graph.definitions_of(names.contract, object).boxed()).collect();
        for answer in stream::iter(work).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
            answers.take_all(answer, &mut left);
        }
        if answers.error.is_some() {
            return answers;
        }
    }
    let left: Vec<&str> = left.into_iter().collect();
    let (first, rest) = left.split_at(if answers.found.is_empty() { left.len().min(1) } else { 0 });
    for part in [first, rest] {
        let work: Vec<BoxFuture<'_, _>> =
            part.iter().map(|setting| one(graph, names.contract, setting).boxed()).collect();
        for (setting, answer) in stream::iter(work).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
            answers.take_one(setting, answer);
        }
        if answers.error.is_some() {
            return answers;
        }
    }
    answers
}

async fn one<'s>(graph: &TenantGraph, contract: &Contract, setting: &'s str) -> (&'s str, Result<Value, GraphError>) {
    (setting, graph.definition(contract, setting).await)
}

/// Objects that together set each of the settings which an object sets beside another one: always the one that adds most.
fn cover<'n>(names: &'n Names<'_>, wanted: &BTreeSet<&str>) -> Vec<&'n str> {
    let mut chosen = Vec::new();
    if names.contract.definitions.as_ref().is_none_or(|definitions| definitions.with.is_none()) {
        return chosen;
    }
    let mut sets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (setting, users) in names.users.iter().filter(|(setting, _)| wanted.contains(setting.as_str())) {
        for user in users {
            sets.entry(user).or_default().insert(setting);
        }
    }
    while let Some((object, added)) = sets.iter().max_by_key(|(_, adds)| adds.len()).filter(|(_, adds)| adds.len() > 1)
    {
        let (object, added) = (*object, added.clone());
        chosen.push(object);
        sets.retain(|_, adds| {
            adds.retain(|setting| !added.contains(setting));
            !adds.is_empty()
        });
    }
    chosen
}

impl Answers {
    /// What one object brought along. That it was removed meanwhile is no trouble.
    fn take_all(&mut self, answer: Result<Vec<Value>, GraphError>, left: &mut BTreeSet<&str>) {
        match answer {
            Ok(rows) => {
                for row in rows {
                    let setting = row.get("id").and_then(Value::as_str).unwrap_or_default();
                    if left.remove(setting) {
                        self.found.insert(setting.to_owned(), Definition::of(&row));
                    }
                }
            }
            Err(error) if error.code == "graph.not_found" => {}
            Err(error) => self.error = Some(error),
        }
    }

    /// What the service has no definition of, it is not asked for every time.
    fn take_one(&mut self, setting: &str, answer: Result<Value, GraphError>) {
        match answer {
            Ok(row) => drop(self.found.insert(setting.to_owned(), Definition::of(&row))),
            Err(error) if ["graph.not_found", "graph.gone", "graph.bad_request"].contains(&error.code) => {
                self.found.insert(setting.to_owned(), None);
            }
            Err(error) => self.error = Some(error),
        }
    }
}

/// The names of categories, in one list. Without it a category keeps the name that it had.
fn file_under_categories(names: &Names<'_>, categories: Result<Vec<Value>, GraphError>, answers: &mut Answers) {
    let before = |setting: &str| names.known.get(setting).and_then(|known| known.definition.as_ref());
    if answers.found.values().flatten().all(|definition| definition.category_id.is_empty()) {
        return;
    }
    let paths = match categories {
        Ok(rows) => category_paths(&rows),
        Err(error) => {
            answers.error.get_or_insert(error);
            Default::default()
        }
    };
    for (setting, found) in &mut answers.found {
        let Some(found) = found else { continue };
        let known = before(setting).filter(|known| known.category_id == found.category_id);
        let path = paths.get(&found.category_id).or(known.map(|known| &known.category));
        found.category = path.cloned().unwrap_or_default();
    }
}

async fn record(names: &Names<'_>, answers: &Answers) -> Result<(), StoreError> {
    let ctx = names.ctx;
    let before = |setting: &str| names.known.get(setting).and_then(|known| known.definition.as_ref());
    let renamed = answers.found.iter().filter(|(setting, found)| before(setting) != found.as_ref());
    let users: BTreeSet<&str> =
        renamed.filter_map(|(setting, _)| names.users.get(setting)).flatten().map(String::as_str).collect();
    let users = BTreeMap::from([(names.contract.key.as_str(), users)]);
    let tenant = ctx.db.tenant(&ctx.scope);
    tenant.definitions().record(&ctx.lease, &answers.found, &users).await?;
    while tenant.inventory().make_texts(SLICE).await? > 0 {}
    Ok(())
}
