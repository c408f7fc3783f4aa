//! Answers that go wrong on the wire.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode, header};
use futures::stream::{self, StreamExt};

use crate::faults::FaultKind;
use crate::graph::Reply;

/// Bytes per piece of an endless answer.
const PIECE: u64 = 64 * 1024;

/// Sends a reply, harmed as the fault says.
pub(crate) fn respond(reply: Reply, kind: FaultKind) -> Response<Body> {
    let body = reply.body.into_bytes();
    match kind {
        FaultKind::Truncate { bytes } => truncated(body, bytes),
        FaultKind::Garbage(garbage) => with_status(200, Body::from(garbage)),
        FaultKind::SlowBody { chunk, delay_ms } => with_status(reply.status, slow(body, chunk, delay_ms)),
        FaultKind::Huge { bytes } => with_status(200, huge(bytes)),
        // What remains closes the connection instead of answering.
        _ => truncated(body, 0),
    }
}

fn with_status(status: u16, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The length promises the whole; the connection breaks after a part.
fn truncated(body: Vec<u8>, bytes: usize) -> Response<Body> {
    let length = body.len().max(1);
    let kept = Bytes::from(body[..bytes.min(body.len().saturating_sub(1))].to_vec());
    let broken = Err(io::Error::from(io::ErrorKind::ConnectionReset));
    let start = (!kept.is_empty()).then_some(Ok(kept));
    let pieces = start.into_iter().chain([broken]);
    let mut response = with_status(200, Body::from_stream(stream::iter(pieces)));
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response
}

fn slow(body: Vec<u8>, chunk: usize, delay_ms: u64) -> Body {
    let pieces: Vec<Bytes> = body.chunks(chunk.max(1)).map(Bytes::copy_from_slice).collect();
    Body::from_stream(stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        Ok::<_, Infallible>(piece)
    }))
}

/// The start of a list and then objects until the size is reached; it never ends properly.
fn huge(bytes: u64) -> Body {
    let object = b"{\"id\":\"00000000-0000-0000-0000-000000000000\"},";
    let piece = Bytes::from(object.repeat(PIECE as usize / object.len()));
    let count = bytes.div_ceil(piece.len() as u64);
    let start = stream::iter([Bytes::from_static(b"{\"value\":[")]);
    let rest = stream::iter(0..count).map(move |_| piece.clone());
    Body::from_stream(start.chain(rest).map(Ok::<_, Infallible>))
}
