//! Reading JSON without losing anything: number text and the order of properties stay (workspace features of serde_json).

use serde_json::Value;

use crate::error::GraphError;

/// Larger bodies are parsed off the async threads, in bytes.
const LARGE: usize = 64 * 1024;

/// The value of a body. Half JSON, invalid UTF-8 and nesting beyond serde_json's limit of 128 are `graph.unexpected_shape`.
pub(crate) async fn parse(body: Vec<u8>) -> Result<Value, GraphError> {
    let parsed = if body.len() < LARGE {
        serde_json::from_slice(&body).ok()
    } else {
        tokio::task::spawn_blocking(move || serde_json::from_slice(&body).ok()).await.ok().flatten()
    };
    parsed.ok_or_else(|| GraphError::of("graph.unexpected_shape"))
}
