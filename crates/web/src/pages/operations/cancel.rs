//! `POST /t/{tenant}/operations/{run}/cancel`

use axum::extract::State;
use axum::response::Response;
use model::ids::RunId;
use store::CancelOutcome;

use crate::errors::WebError;
use crate::extract::{InTenant, PathId};
use crate::frame::{Done, done_in_place, tenant_path};
use crate::state::Shared;

/// Asks the run to stop. The store knows whose it is, and refuses who may not.
pub(crate) async fn act(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
) -> Result<Response, WebError> {
    let what = match shared.db().tenant(&scope).runs().request_cancel(run).await? {
        CancelOutcome::Cancelled => Done::Cancelled,
        CancelOutcome::Requested => Done::CancelRequested,
        CancelOutcome::AlreadyCompleted => Done::AlreadyCompleted,
    };
    Ok(done_in_place(&ctx, &format!("{}/operations/{run}", tenant_path(&scope)), what))
}
