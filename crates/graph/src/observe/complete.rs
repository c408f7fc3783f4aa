//! Making an object complete, or saying what is missing.
//!
//! An expanded part is believed only when it is there, has no next link and is not shorter than the object's own count.
//! Otherwise it is read on its own path. Other tools believe it and lose settings without a word.

use futures::future::{join, join_all};
use model::registry::content::RowSignals;
use model::registry::{Contract, Part, content};
use serde_json::Value;

use super::list::Row;
use super::{MissingPart, ObservedObject, Reader, nested, observed};
use crate::error::GraphError;
use crate::paging::{Page, rest};

/// Where a document comes from.
pub(super) enum Source {
    /// A row of the list.
    List,
    /// The object itself, with what was expanded.
    Object(Vec<String>),
}

impl Reader {
    /// A row of the list, made complete.
    pub(super) async fn complete_row(
        &self,
        contract: &'static Contract,
        signals: Option<&RowSignals<'_>>,
        row: Row,
    ) -> ObservedObject {
        let Row { value: row, deep } = row;
        let id = content::external_id(contract, &row).unwrap_or_default().to_owned();
        let row_signal = signals.filter(|_| !deep).map(|signals| signals.signal(&row));
        let object = if deep && contract.hydrate.is_none() {
            let part = MissingPart { part: "object".to_owned(), error: GraphError::of("graph.too_deep") };
            observed(contract, id, row, vec![part])
        } else if contract.hydrate.is_none() {
            self.complete(contract, id, row, Source::List).await
        } else {
            match self.read_object(contract, &id).await {
                Ok((document, expand)) => self.complete(contract, id, document, Source::Object(expand)).await,
                Err(error) => observed(contract, id, row, vec![MissingPart { part: "object".to_owned(), error }]),
            }
        };
        ObservedObject { row_signal, ..object }
    }

    /// The object itself, and what was expanded on it.
    pub(super) async fn read_object(&self, contract: &Contract, id: &str) -> Result<(Value, Vec<String>), GraphError> {
        let expand = expand_on_object(contract);
        let relative = self.addresses(contract).object(id, &expand);
        let document = self.read(contract, &relative).await?;
        let is_it = content::external_id(contract, &document).is_some_and(|found| found.eq_ignore_ascii_case(id));
        if is_it { Ok((document, expand)) } else { Err(GraphError::of("graph.unexpected_shape")) }
    }

    /// The document with its parts, which are read at the same time: none needs the answer of another one.
    pub(super) async fn complete(
        &self,
        contract: &'static Contract,
        id: String,
        mut document: Value,
        source: Source,
    ) -> ObservedObject {
        let mut missing = missing_properties(contract, &document, &source);
        let parts = contract.parts.iter().filter(|part| has_part(part, &document));
        let parts = parts.map(|part| async {
            let read = self.part(contract, &id, part, &document, &source).await;
            (&part.property, read)
        });
        let (alone, parts) = join(self.read_alone(contract, &id), join_all(parts)).await;
        for (property, read) in alone.into_iter().chain(parts) {
            match read {
                Ok(Some(value)) => document[property.as_str()] = value,
                Ok(None) => {}
                Err(error) => missing.push(MissingPart { part: property.clone(), error }),
            }
        }
        observed(contract, id, document, missing)
    }

    /// A part as it has to be in the document; nothing when it is there already.
    async fn part(
        &self,
        contract: &Contract,
        id: &str,
        part: &Part,
        document: &Value,
        source: &Source,
    ) -> Result<Option<Value>, GraphError> {
        let mut found = if is_believed(part, document, source) {
            let there = &document[part.property.as_str()];
            if nested::find(there).is_none() {
                return Ok(None);
            }
            there.clone()
        } else {
            let address = self.addresses(contract).part(id, part, content::object_type(document));
            if part.single {
                self.read_one(contract, &address).await?
            } else {
                let rows = self.read_rows(contract, &address).await?;
                if rows.len() < declared(part, document) {
                    return Err(GraphError::of("graph.unexpected_shape"));
                }
                Value::Array(rows)
            }
        };
        nested::follow(&self.pipeline, contract.quota, &mut found).await?;
        Ok(Some(found))
    }

    async fn read_rows(&self, contract: &Contract, address: &str) -> Result<Vec<Value>, GraphError> {
        let first = Page::of(self.read(contract, address).await?)?;
        let mut rows = first.rows;
        rows.extend(rest(&self.pipeline, contract.quota, first.next).await?);
        Ok(rows)
    }

    /// A part that is one object, or null where there is none: Graph answers 404 then, although the object is there.
    async fn read_one(&self, contract: &Contract, address: &str) -> Result<Value, GraphError> {
        match self.read(contract, address).await {
            Ok(value) if value.is_object() => Ok(value),
            Ok(_) => Err(GraphError::of("graph.unexpected_shape")),
            Err(error) if error.code == "graph.not_found" => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }

    /// The properties that come only when each is selected alone.
    async fn read_alone<'a>(
        &self,
        contract: &'a Contract,
        id: &str,
    ) -> Vec<(&'a String, Result<Option<Value>, GraphError>)> {
        let properties = contract.hydrate.iter().flat_map(|hydrate| &hydrate.alone);
        let read = properties.map(|property| async move {
            let answer = self.read(contract, &self.addresses(contract).alone(id, property)).await;
            let shape = || GraphError::of("graph.unexpected_shape");
            let value = answer.and_then(|answer| answer.get(property).cloned().ok_or_else(shape));
            (property, value.map(Some))
        });
        join_all(read).await
    }
}

/// Whether the object is of a type that has the part.
fn has_part(part: &Part, document: &Value) -> bool {
    let is_of = |name: &str| part.of_types.iter().any(|known| known == name);
    part.of_types.is_empty() || content::object_type(document).is_some_and(is_of)
}

/// What is worth expanding on a single object: never a part that comes back empty there.
fn expand_on_object(contract: &Contract) -> Vec<String> {
    let trap = |item: &String| {
        let part = contract.part(item.split('(').next().unwrap_or(item));
        part.is_some_and(|part| part.empty_when_expanded_on_object)
    };
    let expand = contract.hydrate.as_ref().map_or(&contract.list.expand, |hydrate| &hydrate.expand);
    expand.iter().filter(|item| !trap(item)).cloned().collect()
}

fn is_believed(part: &Part, document: &Value, source: &Source) -> bool {
    let expanded = match source {
        Source::List => part.in_list,
        Source::Object(expand) => expand.iter().any(|item| item.split('(').next() == Some(part.property.as_str())),
    };
    let goes_on = document.get(format!("{}@odata.nextLink", part.property)).is_some();
    let rows = document.get(&part.property).and_then(Value::as_array);
    expanded && !goes_on && rows.is_some_and(|rows| rows.len() >= declared(part, document))
}

/// How many rows the object says the part has; 0 when it does not say.
fn declared(part: &Part, document: &Value) -> usize {
    let count = part.count.as_ref().and_then(|count| document.get(count)).and_then(Value::as_u64);
    count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

/// What only the single object has must be there once it was read; null is an answer, absence is none.
fn missing_properties(contract: &Contract, document: &Value, source: &Source) -> Vec<MissingPart> {
    let (Some(hydrate), Source::Object(_)) = (&contract.hydrate, source) else { return Vec::new() };
    let absent = hydrate.properties.iter().filter(|property| document.get(property.as_str()).is_none());
    absent
        .map(|property| MissingPart { part: property.clone(), error: GraphError::of("graph.unexpected_shape") })
        .collect()
}
