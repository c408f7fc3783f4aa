//! What surrounds every page of a tenant, live, where the page itself has no stream.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use model::AppError;

use super::hub::Batch;
use super::runs::Watch;
use super::sse::{Said, View, begin, open};
use crate::extract::{Asked, InTenant};
use crate::state::Shared;

/// `GET /t/{tenant}/stream`
pub(crate) async fn stream(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let view = Frame(Watch::new(&shared, &ctx, &scope));
    open(&shared, ctx, begin(&headers, &asked), view)
}

struct Frame(Watch);

impl View for Frame {
    fn tell<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Said, AppError>> {
        async move {
            let scope = self.0.scope().await?;
            let updates = self.0.surroundings(&scope, batch).await?;
            Ok(if updates.is_empty() { Said::Nothing } else { Said::Updates(updates) })
        }
        .boxed()
    }
}
