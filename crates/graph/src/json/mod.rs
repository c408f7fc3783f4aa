//! Reading JSON without losing anything: number text and the order of properties stay (workspace features of serde_json).

mod deep;

use serde_json::Value;

use crate::error::GraphError;

/// Larger bodies are parsed off the async threads, in bytes.
const LARGE: usize = 64 * 1024;

/// The value of a body.
#[derive(Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    /// Positions in the list of a page (`value`) or a batch (`responses`) whose elements are nested too deep: what lies
    /// beyond the limit is null in them. The other elements are right.
    pub(crate) deep: Vec<usize>,
}

impl Parsed {
    /// The value, when nothing is missing from it.
    pub(crate) fn whole(self) -> Result<Value, GraphError> {
        if self.deep.is_empty() { Ok(self.value) } else { Err(GraphError::of("graph.too_deep")) }
    }
}

/// Half JSON and invalid UTF-8 are `graph.unexpected_shape`; what is nested too deep outside of a list's elements is
/// `graph.too_deep`.
pub(crate) async fn parse(body: Vec<u8>) -> Result<Parsed, GraphError> {
    if body.len() < LARGE {
        return read(&body);
    }
    let parsed = tokio::task::spawn_blocking(move || read(&body)).await;
    parsed.unwrap_or_else(|_| Err(GraphError::of("graph.unexpected_shape")))
}

/// Almost every body is not too deep, so that it is looked into only when it could not be read.
pub(crate) fn read(body: &[u8]) -> Result<Parsed, GraphError> {
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(Parsed { value, deep: Vec::new() });
    }
    let shape = || GraphError::of("graph.unexpected_shape");
    let cut = deep::cut(body).ok_or_else(shape)?;
    let value = serde_json::from_slice(&cut.body).map_err(|_| shape())?;
    let deep = cut.elements.ok_or_else(|| GraphError::of("graph.too_deep"))?;
    Ok(Parsed { value, deep })
}
