//! Bodies are read here, once, within a limit, and only handed on when their token is right.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use model::AppError;
use sha2::{Digest, Sha256};

use crate::errors::too_large;
use crate::extract::BodyBytes;
use crate::fields::Fields;

/// Largest form or JSON body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// The field, and in lower case the header, that carries the session's form token.
pub(super) const TOKEN_FIELD: &str = "csrf";
pub(super) const TOKEN_HEADER: &str = "x-csrf-token";

/// Reads a form and checks its token against `expected`; none expected is none right.
pub(super) async fn take_form(request: &mut Request, expected: Option<&str>) -> Result<(), AppError> {
    let bytes = read(request).await?;
    let fields = Fields::parse(&bytes);
    check(fields.get(TOKEN_FIELD), expected)?;
    request.extensions_mut().insert(fields);
    Ok(())
}

/// Reads a JSON body and checks the header that carries the token.
pub(super) async fn take_json(request: &mut Request, expected: &str) -> Result<(), AppError> {
    let token = request.headers().get(TOKEN_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    check(token.as_deref(), Some(expected))?;
    let is_json =
        request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let bytes = read(request).await?;
    if !bytes.is_empty() && !is_json {
        return Err(AppError::invalid("request.body", "The body must be application/json"));
    }
    request.extensions_mut().insert(BodyBytes(Arc::new(bytes)));
    Ok(())
}

async fn read(request: &mut Request) -> Result<Vec<u8>, AppError> {
    let body = std::mem::replace(request.body_mut(), Body::empty());
    to_bytes(body, BODY_BYTES_MAX).await.map(|bytes| bytes.to_vec()).map_err(|_| too_large())
}

/// Whether the token is that of the session.
pub(super) fn check(given: Option<&str>, expected: Option<&str>) -> Result<(), AppError> {
    // Comparing hashes takes the same time wherever the texts differ.
    let right =
        matches!((given, expected), (Some(given), Some(expected)) if Sha256::digest(given) == Sha256::digest(expected));
    if right {
        return Ok(());
    }
    Err(AppError::new(
        model::Kind::Forbidden,
        "csrf.missing",
        "This form is not from a page of this session, or the page is too old",
    )
    .hint("Open the page again and repeat what you did"))
}
