//! The live objects that a plan compares with, read now.

use std::collections::{BTreeSet, HashMap};

use engine::Ending;
use futures::stream::{self, StreamExt};
use graph::{GraphError, TenantGraph};
use model::registry::{Contract, Registry};
use model::restore::Why;
use model::run::Failure;
use serde_json::Value;

use crate::inventory::some::OBJECTS_AT_ONCE;
use crate::restores::draft::ObjectKey;
use crate::restores::mapping::{Mapping, ReferenceAnswer};

/// What was found under an id.
#[derive(Debug, Clone)]
pub(super) enum Live {
    /// The object.
    Found(Value),
    /// Nothing, and in the directory's deleted items this, where they are kept.
    Gone(Option<Value>),
    /// It could not be read, so that nothing can be said.
    Unread(Why),
}

/// One object to look at.
pub(super) struct Look {
    pub(super) key: ObjectKey,
    pub(super) contract: &'static Contract,
    pub(super) id: String,
}

/// Looks at all of them. Trouble that passes ends the attempt: a plan is of one moment.
pub(super) async fn look(graph: &TenantGraph, looks: Vec<Look>) -> Result<HashMap<ObjectKey, Live>, Ending> {
    let reads = looks.into_iter().map(|look| async move {
        let live = one(graph, look.contract, &look.id).await?;
        Ok::<_, Ending>((look.key, live))
    });
    let found: Vec<_> = stream::iter(reads).buffer_unordered(OBJECTS_AT_ONCE).collect().await;
    found.into_iter().collect()
}

async fn one(graph: &TenantGraph, contract: &'static Contract, id: &str) -> Result<Live, Ending> {
    match graph.observe_one(contract, id).await {
        Ok(object) if object.missing_parts.is_empty() => Ok(Live::Found(object.document)),
        Ok(object) => Ok(Live::Unread(incomplete(&object.missing_parts[0].error))),
        Err(error) if error.code == "graph.not_found" => Ok(Live::Gone(deleted(graph, contract, id).await?)),
        Err(error) if error.is_transient() => Err(again(error)),
        Err(error) => Ok(Live::Unread(incomplete(&error))),
    }
}

async fn deleted(graph: &TenantGraph, contract: &'static Contract, id: &str) -> Result<Option<Value>, Ending> {
    match graph.deleted(contract, id).await {
        Ok(found) => Ok(found),
        Err(error) if error.is_transient() => Err(again(error)),
        // Who may not look into the deleted items makes a new one.
        Err(_) => Ok(None),
    }
}

pub(super) fn again(error: GraphError) -> Ending {
    Ending::Retry(Failure::new(error.code, error.message))
}

fn incomplete(error: &GraphError) -> Why {
    let message = format!("The live object could not be read as a whole: {}", error.message);
    Why { code: error.code.to_owned(), message }
}

/// Which of the groups that stand for something are not in the directory: a cache may be older than they are. Nothing when
/// the application may not ask.
pub(super) async fn gone_groups(graph: &TenantGraph, mapping: &Mapping) -> Result<BTreeSet<String>, Ending> {
    let meant = mapping.references.iter().filter(|mapped| mapped.reference.kind == "groups");
    let ids: BTreeSet<String> = meant
        .filter_map(|mapped| match &mapped.answer {
            ReferenceAnswer::Keep(_) => Some(mapped.reference.external_id.clone()),
            ReferenceAnswer::Use(candidate, _) => Some(candidate.id.clone()),
            _ => None,
        })
        .filter(|id| uuid::Uuid::try_parse(id).is_ok())
        .collect();
    let (Some(contract), false) = (Registry::embedded().get("groups"), ids.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let asked: Vec<String> = ids.iter().cloned().collect();
    match graph.look_up(contract, &asked).await {
        Ok(found) => {
            let there: BTreeSet<String> = found.into_iter().map(|group| group.external_id).collect();
            Ok(ids.difference(&there).cloned().collect())
        }
        Err(error) if error.is_transient() => Err(again(error)),
        Err(_) => Ok(BTreeSet::new()),
    }
}
