//! Reading the definitions of settings: once each, and again after a day, in as few requests as their policies allow.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, join};
use futures::stream::{self, StreamExt};
use graph::{GraphError, ObservedObject, TenantGraph};
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

/// Takes notice of what the objects set, and reads what is not known of it, or all of it with `again`; records it. What
/// was recorded before is to be found by new names, too: that is made again when the type is over. A name is a help for
/// readers: where it cannot be read the id stands for it, and nothing is incomplete.
pub(super) async fn learn(
    names: &mut Names<'_>,
    graph: &TenantGraph,
    objects: &[ObservedObject],
    again: bool,
) -> Result<(), StoreError> {
    let settings = names.meet(objects).await?;
    let now = names.ctx.run.database_now_ms;
    let is_old =
        |setting: &&String| names.read_at.get(*setting).is_none_or(|read_at| again || now - read_at >= READ_AGAIN_MS);
    let wanted: BTreeSet<&str> = settings.iter().filter(is_old).map(String::as_str).collect();
    if wanted.is_empty() || names.service.silent {
        return Ok(());
    }
    // At the same time: nearly every setting is filed under some category.
    let (mut answers, categories) = join(read(names, graph, wanted), categories(names, graph)).await;
    names.service.categories = names.service.categories.take().or(categories);
    file_under_categories(names, &mut answers);
    record(names, answers).await
}

/// What was recorded before is found by the new names, too.
pub(super) async fn rename(names: &Names<'_>) -> Result<(), StoreError> {
    let tenant = names.ctx.db.tenant(&names.ctx.scope);
    while names.service.renamed && tenant.inventory().make_texts(SLICE).await? > 0 {}
    Ok(())
}

/// The type is over: of how many settings there is no name is told with the coverage when every object was read, and in the
/// run when it was refused.
pub(super) async fn conclude(names: &Names<'_>, whole: bool) -> Result<(), StoreError> {
    rename(names).await?;
    let error = names.service.error.as_ref();
    if whole || error.is_some() { tell(names, error).await } else { Ok(()) }
}

async fn tell(names: &Names<'_>, error: Option<&GraphError>) -> Result<(), StoreError> {
    let tenant = names.ctx.db.tenant(&names.ctx.scope);
    let contract = names.contract;
    let unnamed = names.users.keys().filter(|setting| names.known.get(setting).is_none()).count();
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

/// The names of categories in one list, unless they were asked for before.
async fn categories(names: &Names<'_>, graph: &TenantGraph) -> Option<Result<HashMap<String, String>, GraphError>> {
    if names.service.categories.is_some() {
        return None;
    }
    Some(graph.categories(names.contract).await.map(|rows| category_paths(&rows)))
}

/// One request for names.
#[derive(Clone, Copy)]
enum Ask<'n> {
    /// Those of everything that an object sets.
    Object(&'n str),
    /// That of one setting.
    Setting(&'n str),
}

enum Answer<'n> {
    Object(Result<Vec<Value>, GraphError>),
    Setting(&'n str, Result<Value, GraphError>),
}

/// From objects that set several of the settings, and one by one what no object brings along. The first request goes
/// alone: when it is refused, so are the others; once one was answered, nobody is refused.
async fn read<'n>(names: &'n Names<'_>, graph: &TenantGraph, mut wanted: BTreeSet<&'n str>) -> Answers {
    let mut answers = Answers::default();
    let asks = cover(names, &wanted);
    let (first, rest) = asks.split_at(if names.service.answered { 0 } else { asks.len().min(1) });
    for part in [first, rest] {
        answers.ask(names, graph, part, &mut wanted).await;
        if answers.error.is_some() {
            return answers;
        }
    }
    // What an object did not bring along after all.
    let left: Vec<_> = wanted.iter().map(|setting| Ask::Setting(setting)).collect();
    answers.ask(names, graph, &left, &mut wanted).await;
    answers
}

async fn one<'n>(graph: &TenantGraph, contract: &Contract, ask: Ask<'n>) -> Answer<'n> {
    match ask {
        Ask::Object(object) => Answer::Object(graph.definitions_of(contract, object).await),
        Ask::Setting(setting) => Answer::Setting(setting, graph.definition(contract, setting).await),
    }
}

/// Objects that together set each of the settings which an object sets beside another one: always the one that adds most.
/// The other settings stand for themselves.
fn cover<'n>(names: &'n Names<'_>, wanted: &BTreeSet<&'n str>) -> Vec<Ask<'n>> {
    let alone = |settings: BTreeSet<&'n str>| settings.into_iter().map(Ask::Setting);
    if names.contract.definitions.as_ref().is_none_or(|definitions| definitions.with.is_none()) {
        return alone(wanted.clone()).collect();
    }
    let (mut chosen, mut sets) = (Vec::new(), BTreeMap::<&str, BTreeSet<&str>>::new());
    for (setting, users) in names.users.iter().filter(|(setting, _)| wanted.contains(setting.as_str())) {
        for user in users {
            sets.entry(user).or_default().insert(setting);
        }
    }
    while let Some((object, added)) = sets.iter().max_by_key(|(_, adds)| adds.len()).filter(|(_, adds)| adds.len() > 1)
    {
        let (object, added) = (*object, added.clone());
        chosen.push(Ask::Object(object));
        sets.retain(|_, adds| {
            adds.retain(|setting| !added.contains(setting));
            !adds.is_empty()
        });
    }
    chosen.into_iter().chain(alone(sets.into_values().flatten().collect())).collect()
}

impl Answers {
    /// Takes what came out of the settings that are wanted.
    async fn ask<'n>(
        &mut self,
        names: &Names<'_>,
        graph: &TenantGraph,
        asks: &[Ask<'n>],
        wanted: &mut BTreeSet<&'n str>,
    ) {
        let work: Vec<BoxFuture<'_, Answer<'n>>> =
            asks.iter().map(|ask| one(graph, names.contract, *ask).boxed()).collect();
        for answer in stream::iter(work).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
            match answer {
                Answer::Object(answer) => self.take_all(answer, wanted),
                Answer::Setting(setting, answer) => {
                    wanted.remove(setting);
                    self.take_one(setting, answer);
                }
            }
        }
    }

    /// What one object brought along. That it was removed meanwhile is no trouble.
    fn take_all(&mut self, answer: Result<Vec<Value>, GraphError>, wanted: &mut BTreeSet<&str>) {
        match answer {
            Ok(rows) => {
                for row in rows {
                    let setting = row.get("id").and_then(Value::as_str).unwrap_or_default();
                    if wanted.remove(setting) {
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

/// Without its name a category keeps the one that it had.
fn file_under_categories(names: &Names<'_>, answers: &mut Answers) {
    let paths = names.service.categories.as_ref().and_then(|categories| categories.as_ref().ok());
    for (setting, found) in &mut answers.found {
        let Some(found) = found else { continue };
        let known = names.known.get(setting).filter(|known| known.category_id == found.category_id);
        let path = paths.and_then(|paths| paths.get(&found.category_id)).or(known.map(|known| &known.category));
        found.category = path.cloned().unwrap_or_default();
    }
}

async fn record(names: &mut Names<'_>, answers: Answers) -> Result<(), StoreError> {
    let Answers { found, error } = answers;
    let (ctx, type_key) = (names.ctx, names.contract.key.as_str());
    let is_new = |(setting, found): &(&String, &Option<Definition>)| names.known.get(setting) != found.as_ref();
    let renamed = found.iter().filter(is_new).filter_map(|(setting, _)| names.users.get(setting));
    let users: BTreeSet<&str> = renamed.flatten().map(|user| &**user).collect();
    let any = !users.is_empty();
    let definitions = ctx.db.tenant(&ctx.scope).definitions();
    definitions.record(&ctx.lease, &found, &BTreeMap::from([(type_key, users)])).await?;
    let service = &mut names.service;
    service.renamed |= any;
    service.answered |= !found.is_empty();
    service.silent = error.is_some();
    // Only what is filed somewhere misses the names of categories.
    let is_filed = found.values().flatten().any(|found| !found.category_id.is_empty());
    let unfiled = service.categories.as_ref().and_then(|categories| categories.as_ref().err()).filter(|_| is_filed);
    service.error = service.error.take().or(error).or(unfiled.cloned());
    let known = Arc::make_mut(&mut names.known);
    for (setting, definition) in found {
        match definition {
            Some(definition) => known.extend([(setting, definition)]),
            None => known.forget(&setting),
        }
    }
    Ok(())
}
