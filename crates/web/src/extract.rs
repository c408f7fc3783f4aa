//! What handlers take from a request. Everything here was put there, or checked, by the gate.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use model::AppError;
use model::ids::{BackupSetId, Id, PauseId, RunId, ScheduleId, UserId, VersionId, ViewId};
use serde::de::DeserializeOwned;
use store::TenantScope;

use crate::auth::{Ctx, Guest};
use crate::errors::WebError;
use crate::fields::Fields;
use crate::state::Shared;

/// Somebody who is signed in.
pub(crate) struct SignedIn(pub(crate) Arc<Ctx>);

/// A member of the tenant in the path who holds the route's capability.
pub(crate) struct InTenant(pub(crate) Arc<Ctx>, pub(crate) Arc<TenantScope>);

/// Somebody who is not signed in, on a route for everybody.
pub(crate) struct AsGuest(pub(crate) Guest);

/// The fields of a form whose token was right.
pub(crate) struct Posted(pub(crate) Fields);

/// The file of an upload.
pub(crate) struct Sent(pub(crate) Arc<SentFile>);

/// The query.
pub(crate) struct Asked(pub(crate) Fields);

/// The id of that kind in the path. One that cannot be an id is answered like one that does not exist.
pub(crate) struct PathId<I>(pub(crate) I);

/// A named text in the path.
pub(crate) struct PathText<T>(pub(crate) T);

/// The body of a write, as sent, with its JSON.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// A file that the gate has read.
#[derive(Debug, Clone, Default)]
pub(crate) struct SentFile {
    /// The name that the browser gave; empty where there is none.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) content: axum::body::Bytes,
}

/// The bytes of a body that the gate has read.
#[derive(Debug, Clone)]
pub(crate) struct BodyBytes(pub(crate) Arc<Vec<u8>>);

/// The name that an id has in paths.
pub(crate) trait InPath: Id {
    /// Without braces.
    const NAME: &'static str;
}

macro_rules! in_path {
    ($($id:ident = $name:literal),*) => { $(impl InPath for $id { const NAME: &'static str = $name; })* };
}
in_path!(
    RunId = "run",
    BackupSetId = "set",
    UserId = "user",
    VersionId = "version",
    PauseId = "pause",
    ScheduleId = "schedule",
    ViewId = "view"
);

fn there<T: Clone + Send + Sync + 'static>(parts: &Parts, what: &'static str) -> Result<T, WebError> {
    parts
        .extensions
        .get::<T>()
        .cloned()
        .ok_or_else(|| AppError::internal(format!("the gate put no {what} on this route")).into())
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        there(parts, "session").map(Self)
    }
}

impl FromRequestParts<Shared> for InTenant {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        Ok(Self(there(parts, "session")?, there(parts, "tenant")?))
    }
}

impl FromRequestParts<Shared> for AsGuest {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        there(parts, "guest").map(Self)
    }
}

impl FromRequestParts<Shared> for BodyBytes {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        there(parts, "body")
    }
}

impl FromRequestParts<Shared> for Sent {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        there(parts, "file").map(Self)
    }
}

impl FromRequestParts<Shared> for Posted {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        there(parts, "form").map(Self)
    }
}

impl FromRequestParts<Shared> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Infallible> {
        Ok(Self(Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

impl<I: InPath> FromRequestParts<Shared> for PathId<I>
where
    I: std::str::FromStr,
{
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, WebError> {
        let names: Result<Path<Vec<(String, String)>>, PathRejection> = Path::from_request_parts(parts, state).await;
        let Ok(Path(names)) = names else { return Err(AppError::not_found().into()) };
        let text = names.iter().find(|(name, _)| name == I::NAME).map(|(_, text)| text.as_str());
        text.and_then(|text| text.parse().ok()).map(Self).ok_or_else(|| AppError::not_found().into())
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<Shared> for PathText<T> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, WebError> {
        let text: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        text.map(|Path(text)| Self(text)).map_err(|_| AppError::not_found().into())
    }
}

impl<T: DeserializeOwned> FromRequestParts<Shared> for JsonBody<T> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        let body: BodyBytes = there(parts, "body")?;
        let bytes: &[u8] = if body.0.is_empty() { b"{}" } else { &body.0 };
        serde_json::from_slice(bytes).map(Self).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            AppError::invalid("request.body", format!("The body is not the JSON that this route takes ({place})"))
                .hint("Compare it with the OpenAPI document")
                .into()
        })
    }
}
