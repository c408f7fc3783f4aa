//! One round of questions about names, in as few requests as the policies allow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::FutureExt;
use futures::future::{BoxFuture, OptionFuture, join};
use futures::stream::{self, StreamExt};
use graph::{GraphError, TenantGraph};
use model::registry::Contract;
use model::registry::content::{Definition, category_paths};
use serde_json::Value;

use super::{Names, Way};

/// Requests at the same time; the client's budget decides how fast they go.
const AT_ONCE: usize = 40;
/// Requests before the first answer: so many share a batch.
const FIRST: usize = 20;

/// What is asked at the same time.
pub(super) struct Round {
    asks: Vec<Ask>,
    /// Whether the names of categories are asked for beside it.
    categories: bool,
}

/// One request for names.
enum Ask {
    /// Those of everything that an object sets, for the sake of these settings.
    Object(String, BTreeSet<String>),
    /// That of one setting.
    Setting(String),
}

/// What the service said, and why it did not say all.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) found: BTreeMap<String, Option<Definition>>,
    /// What an object did not bring along after all.
    pub(super) left: BTreeSet<String>,
    pub(super) categories: Option<Result<HashMap<String, String>, GraphError>>,
    pub(super) error: Option<GraphError>,
}

impl Round {
    /// What is asked of the service next; nothing when nothing is wanted, or it does not tell. The first batch goes alone:
    /// when it is refused, so are the others; once one was answered, nobody is refused.
    pub(super) fn next(names: &Names<'_>) -> Option<Self> {
        if names.wanted.is_empty() || names.service.silent {
            return None;
        }
        let mut asks = cover(names);
        if !names.service.answered {
            asks.truncate(FIRST);
        }
        Some(Self { asks, categories: names.service.categories.is_none() })
    }

    /// Asks all of it.
    pub(super) async fn ask(self, graph: &TenantGraph, contract: &Contract) -> Answers {
        // At the same time: nearly every setting is filed under some category.
        let categories = OptionFuture::from(self.categories.then(|| graph.categories(contract)));
        let work: Vec<BoxFuture<'_, Answers>> =
            self.asks.into_iter().map(|ask| ask.answer(graph, contract).boxed()).collect();
        let definitions = stream::iter(work).buffer_unordered(AT_ONCE).fold(Answers::default(), |mut all, one| {
            all.found.extend(one.found);
            all.left.extend(one.left);
            all.error = all.error.take().or(one.error);
            std::future::ready(all)
        });
        let (answers, categories) = join(definitions, categories).await;
        Answers { categories: categories.map(|rows| rows.map(|rows| category_paths(&rows))), ..answers }
    }
}

impl Ask {
    async fn answer(self, graph: &TenantGraph, contract: &Contract) -> Answers {
        match self {
            Self::Object(object, wanted) => Answers::of_object(graph.definitions_of(contract, &object).await, wanted),
            Self::Setting(setting) => {
                let answer = graph.definition(contract, &setting).await;
                Answers::of_setting(setting, answer)
            }
        }
    }
}

impl Answers {
    /// What one object brought along. That it was removed meanwhile is no trouble.
    fn of_object(answer: Result<Vec<Value>, GraphError>, mut wanted: BTreeSet<String>) -> Self {
        let mut answers = Self::default();
        match answer {
            Ok(rows) => {
                for row in rows {
                    let setting = row.get("id").and_then(Value::as_str).unwrap_or_default();
                    answers.found.extend(wanted.take(setting).map(|setting| (setting, Definition::of(&row))));
                }
            }
            Err(error) if error.code == "graph.not_found" => {}
            Err(error) => answers.error = Some(error),
        }
        answers.left = wanted;
        answers
    }

    /// What the service has no definition of, it is not asked for every time.
    fn of_setting(setting: String, answer: Result<Value, GraphError>) -> Self {
        let mut answers = Self::default();
        match answer {
            Ok(row) => drop(answers.found.insert(setting, Definition::of(&row))),
            Err(error) if ["graph.not_found", "graph.gone", "graph.bad_request"].contains(&error.code) => {
                answers.found.insert(setting, None);
            }
            Err(error) => answers.error = Some(error),
        }
        answers
    }
}

/// Objects that together set each of the wanted settings which an object sets beside another one: always the one that adds
/// most. The other settings stand for themselves.
fn cover(names: &Names<'_>) -> Vec<Ask> {
    let comes_with_objects = names.contract.definitions.as_ref().is_some_and(|definitions| definitions.with.is_some());
    let (mut alone, mut sets) = (BTreeSet::<&str>::new(), BTreeMap::<&str, BTreeSet<&str>>::new());
    for (setting, way) in &names.wanted {
        if *way == Way::Alone || !comes_with_objects {
            alone.insert(setting);
            continue;
        }
        for user in &names.users[setting] {
            sets.entry(user).or_default().insert(setting);
        }
    }
    let mut chosen = Vec::new();
    while let Some((object, added)) = sets.iter().max_by_key(|(_, adds)| adds.len()).filter(|(_, adds)| adds.len() > 1)
    {
        let (object, added) = (*object, added.clone());
        chosen.push(Ask::Object(object.to_owned(), added.iter().copied().map(str::to_owned).collect()));
        sets.retain(|_, adds| {
            adds.retain(|setting| !added.contains(setting));
            !adds.is_empty()
        });
    }
    alone.extend(sets.into_values().flatten());
    chosen.into_iter().chain(alone.into_iter().map(|setting| Ask::Setting(setting.to_owned()))).collect()
}
