//! Reading a whole configuration type: list, what the list leaves out, and the truth about what is missing.

mod changes;
mod complete;
mod definitions;
mod delta;
mod list;
mod lookup;
mod members;
mod nested;

pub use delta::Change;
pub use members::Members;

use std::sync::Arc;

use futures::stream::{self, StreamExt};
use model::registry::content::RowSignals;
use model::registry::{Contract, content};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::address::Addresses;
use crate::batch::{Batcher, Read};
use crate::budget::Cost;
use crate::error::GraphError;
use crate::pipeline::Pipeline;

/// Objects that are completed at the same time; the budget decides how fast that goes.
const OBJECTS_AT_ONCE: usize = 400;
/// Rows that the list may be ahead of their completion.
const ROWS_AHEAD: usize = 100;

/// One object as Graph showed it.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedObject {
    /// Key of its contract.
    pub type_key: &'static str,
    /// Graph's id.
    pub external_id: String,
    /// The name that a person gave, or the id.
    pub name: String,
    /// What it is for, in a person's words.
    pub platform: Option<String>,
    /// The object with its parts under their properties. Contexts, counts and next links are removed; the rest is as
    /// sent: order, number text and unknown properties included.
    pub document: Value,
    /// What could not be read. The object is complete when this is empty.
    pub missing_parts: Vec<MissingPart>,
    /// When the service says it was last changed, as sent.
    pub modified_at: Option<String>,
    /// What its row of the list said ([`content::row_signal`]); absent when it was read alone, or the contract says that
    /// rows say too little.
    pub row_signal: Option<String>,
}

/// A part of an object that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPart {
    /// The property; `object` when the object itself could not be read beyond its row.
    pub part: String,
    /// Why.
    pub error: GraphError,
}

/// What the list of a type gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeObservation {
    /// Key of its contract.
    pub type_key: &'static str,
    /// Pages that were read.
    pub pages: u64,
    /// Objects that were seen, each id once.
    pub seen: u64,
    /// Rows that repeated an id and were left out.
    pub duplicates: u64,
    /// Why the list is not complete; nothing when it is.
    pub list_error: Option<GraphError>,
}

/// What reading needs.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) pipeline: Pipeline,
    pub(crate) batcher: Arc<Batcher>,
}

impl Reader {
    /// Where the objects of a type are in this directory.
    fn addresses<'a>(&'a self, contract: &'a Contract) -> Addresses<'a> {
        Addresses::new(contract, &self.pipeline.tokens.connection().directory_id)
    }

    /// Reads an address relative to the version, together with others where that is possible.
    async fn read(&self, contract: &Contract, relative: &str) -> Result<Value, GraphError> {
        let (version, cost, priority) = (contract.version, Cost::read(contract.quota), self.pipeline.priority);
        self.batcher.get(Read { version, relative, cost, priority, eventual: false }).await
    }

    /// Lists and completes at the same time, but for rows that `is_known` answers for: they are seen and read no further.
    /// Dropping the future stops both.
    pub(crate) async fn observe(
        &self,
        contract: &'static Contract,
        is_known: impl Fn(&Value) -> bool,
        sink: mpsc::Sender<ObservedObject>,
    ) -> TypeObservation {
        let (rows_in, mut rows_out) = mpsc::channel(ROWS_AHEAD);
        let rows = stream::poll_fn(move |context| rows_out.poll_recv(context));
        let rows = rows.filter(|row: &list::Row| std::future::ready(row.deep || !is_known(&row.value)));
        let signals = contract.unchanged.map(|_| RowSignals::of(contract));
        let complete = |row| self.complete_row(contract, signals.as_ref(), row);
        let completing = async {
            let mut objects = std::pin::pin!(rows.map(complete).buffer_unordered(OBJECTS_AT_ONCE));
            while let Some(object) = objects.next().await {
                if sink.send(object).await.is_err() {
                    return Err(GraphError::of("graph.cancelled"));
                }
            }
            Ok(())
        };
        let (mut observation, completed) = tokio::join!(self.list(contract, rows_in), completing);
        observation.list_error = observation.list_error.or(completed.err());
        observation
    }

    /// One object, with all its parts.
    pub(crate) async fn observe_one(
        &self,
        contract: &'static Contract,
        id: &str,
    ) -> Result<ObservedObject, GraphError> {
        let (document, expand) = self.read_object(contract, id).await?;
        Ok(self.complete(contract, id.to_owned(), document, complete::Source::Object(expand)).await)
    }
}

impl Reader {
    /// Whether a collection without a contract of its own has that id.
    pub(crate) async fn has(&self, contract: &Contract, collection: &str, id: &str) -> Result<bool, GraphError> {
        match self.read(contract, &crate::address::by_id(collection, id)).await {
            Ok(_) => Ok(true),
            Err(error) if error.code == "graph.not_found" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// One object among the deleted ones.
    pub(crate) async fn deleted(&self, contract: &Contract, id: &str) -> Result<Option<Value>, GraphError> {
        let Some(bin) = &contract.deleted else { return Ok(None) };
        let relative = crate::address::by_id(bin, id);
        match self.read(contract, &relative).await {
            Ok(mut document) => {
                nested::remove_notes(&mut document);
                Ok(Some(document))
            }
            Err(error) if error.code == "graph.not_found" => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The finished object.
fn observed(
    contract: &'static Contract,
    external_id: String,
    mut document: Value,
    missing_parts: Vec<MissingPart>,
) -> ObservedObject {
    nested::remove_notes(&mut document);
    ObservedObject {
        type_key: &contract.key,
        name: content::name(contract, &document),
        platform: content::platform(contract, &document),
        modified_at: content::modified_at(contract, &document),
        row_signal: None,
        external_id,
        document,
        missing_parts,
    }
}

/// What reads inside any value, for the fuzz targets.
#[cfg(test)]
pub(crate) fn fuzz(value: &Value) {
    for log in model::change::ChangeLog::ALL {
        changes::event(log, value, "1");
    }
    nested::find(value);
    let mut once = value.clone();
    nested::remove_notes(&mut once);
    let mut twice = once.clone();
    nested::remove_notes(&mut twice);
    assert_eq!(once, twice, "a note was left");
}
