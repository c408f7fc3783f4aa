//! What objects name that has no contract and that not every tenant has: definitions of imported ADMX files, retired templates.

use std::collections::{BTreeMap, BTreeSet};

use engine::Ending;
use futures::FutureExt;
use futures::stream::{self, StreamExt};
use graph::TenantGraph;
use model::registry::content::path;
use model::registry::{Contract, Found};
use model::restore::Why;
use serde_json::Value;

use super::live::again;

/// Questions under way at the same time; batches take twenty.
const AT_ONCE: usize = 200;

/// What the tenant does not have, by collection.
#[derive(Default)]
pub(super) struct Missing(BTreeSet<(&'static str, String)>);

/// Asks the tenant for everything of that kind that these documents name, each once. Nothing is missing where the
/// application may not ask.
pub(super) async fn missing<'a>(
    graph: &TenantGraph,
    documents: impl Iterator<Item = (&'static Contract, &'a Value)>,
) -> Result<Missing, Ending> {
    let mut asked: BTreeMap<(&'static str, String), &'static Contract> = BTreeMap::new();
    for (contract, document) in documents {
        asked.extend(named(contract, document).map(|(found, id)| ((found.at.as_str(), id), contract)));
    }
    // Boxed, because a closure that returns a borrowing future is not `Send` enough for a stream.
    let questions = asked.into_iter().map(|((at, id), contract)| ask(graph, contract, at, id).boxed());
    let questions: Vec<_> = questions.collect();
    let answers: Vec<_> = stream::iter(questions).buffer_unordered(AT_ONCE).collect().await;
    Ok(Missing(answers.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?))
}

/// What is missing, if it is.
async fn ask(
    graph: &TenantGraph,
    contract: &Contract,
    at: &'static str,
    id: String,
) -> Result<Option<(&'static str, String)>, Ending> {
    match graph.has(contract, at, &id).await {
        Ok(false) => Ok(Some((at, id))),
        Err(error) if error.is_transient() => Err(again(error)),
        Ok(true) | Err(_) => Ok(None),
    }
}

/// What one document names so, with the rule that says where it is found.
fn named<'a>(contract: &'static Contract, document: &'a Value) -> impl Iterator<Item = (&'static Found, String)> + 'a {
    contract.references.iter().filter_map(|rule| Some((rule, rule.found.as_ref()?))).flat_map(|(rule, found)| {
        let ids = path::values(document, &rule.path).into_iter().filter_map(Value::as_str);
        ids.map(move |id| (found, id.to_owned()))
    })
}

impl Missing {
    /// Why the object cannot be written: something that it names, and that the live one does not, is not there.
    pub(super) fn of(&self, contract: &'static Contract, document: &Value, live: Option<&Value>) -> Option<Why> {
        let has: BTreeSet<String> = live.into_iter().flat_map(|live| named(contract, live)).map(|(_, id)| id).collect();
        let (found, _) = named(contract, document)
            .find(|(found, id)| self.0.contains(&(found.at.as_str(), id.clone())) && !has.contains(id))?;
        Some(Why { code: "restore.not_here".to_owned(), message: found.missing.clone() })
    }
}
