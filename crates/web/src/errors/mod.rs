//! Every error becomes an answer here and nowhere else: a page, a fragment or problem+json.

mod page;
mod problem;

use std::error::Error as _;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use model::{AppError, Kind};
use store::StoreError;

pub(crate) use page::sentence;
pub(crate) use problem::Problem;

/// An [`AppError`] on its way out of a handler.
#[derive(Debug)]
pub(crate) struct WebError(pub(crate) Arc<AppError>);

impl From<AppError> for WebError {
    fn from(error: AppError) -> Self {
        Self(Arc::new(error))
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl IntoResponse for WebError {
    /// Carries the error to the gate, which knows what the caller can read.
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// What the caller can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// A whole page.
    Page,
    /// A part of a page, which htmx puts among the toasts.
    Fragment,
    /// problem+json.
    Json,
}

/// The status of an error.
pub(crate) fn status(error: &AppError) -> StatusCode {
    match (error.kind, error.code) {
        (_, "request.too_large") => StatusCode::PAYLOAD_TOO_LARGE,
        (_, "request.method") => StatusCode::METHOD_NOT_ALLOWED,
        (Kind::NotFound, _) => StatusCode::NOT_FOUND,
        (Kind::Forbidden, _) => StatusCode::FORBIDDEN,
        (Kind::Unauthenticated, _) => StatusCode::UNAUTHORIZED,
        (Kind::Conflict, _) => StatusCode::CONFLICT,
        (Kind::Invalid, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (Kind::TooMany, _) => StatusCode::TOO_MANY_REQUESTS,
        (Kind::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
        (Kind::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Turns an error into its answer and logs its cause, once.
pub(crate) fn answer(error: &AppError, reads: Reads) -> Response {
    log(error);
    let status = status(error);
    match reads {
        Reads::Page => (status, page::page(error, status)).into_response(),
        Reads::Fragment => (status, page::fragment(error)).into_response(),
        Reads::Json => Problem::of(error, status).into_response(),
    }
}

/// Looks at a finished answer: an error of ours, or a bare one of the framework, gets its body.
pub(crate) fn finish(mut response: Response, reads: Reads) -> Response {
    if let Some(error) = response.extensions_mut().remove::<Arc<AppError>>() {
        return answer(&error, reads);
    }
    let code = response.status();
    let written = response.headers().get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if !(code.is_client_error() || code.is_server_error()) || written {
        return response;
    }
    answer(&of_status(code), reads)
}

fn of_status(code: StatusCode) -> AppError {
    match code {
        StatusCode::NOT_FOUND => AppError::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => {
            AppError::invalid("request.method", "This address does not answer to that method")
                .hint("Go back and try again")
        }
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        code if code.is_client_error() => {
            AppError::invalid("request.invalid", "The request could not be read").hint("Go back and try again")
        }
        code => AppError::internal(format!("an answer with the bare status {code}")),
    }
}

/// A body over the limit.
pub(crate) fn too_large() -> AppError {
    AppError::invalid("request.too_large", "The request is larger than this server takes").hint("Send less at once")
}

fn log(error: &AppError) {
    if !matches!(error.kind, Kind::Internal | Kind::Unavailable) {
        return;
    }
    let mut chain = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    tracing::error!(code = error.code, "a request failed{chain}");
}
