//! A person's notifications, live, on pages that show nothing else.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use model::AppError;

use super::hub::Batch;
use super::sse::{Bell, Said, View, begin, open};
use crate::auth::Ctx;
use crate::extract::{Asked, SignedIn};
use crate::state::Shared;

/// `GET /notifications/stream`
pub(crate) async fn stream(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let view = Notes { shared: shared.clone(), ctx: ctx.clone(), bell: Bell::default() };
    open(&shared, ctx, begin(&headers, &asked), view)
}

struct Notes {
    shared: Shared,
    ctx: Arc<Ctx>,
    bell: Bell,
}

impl View for Notes {
    fn tell<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Said, AppError>> {
        async move {
            let updates = self.bell.updates(&self.shared, &self.ctx, batch).await?;
            Ok(if updates.is_empty() { Said::Nothing } else { Said::Updates(updates) })
        }
        .boxed()
    }
}
