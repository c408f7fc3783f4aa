//! The caller's tenants.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::TenantCard;
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::SignedIn;
use crate::state::Shared;

/// One tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tenant {
    /// `ten_…`
    id: String,
    /// Name to show.
    display_name: String,
    /// Directory id (a GUID).
    directory_id: String,
    /// For example contoso.com.
    primary_domain: String,
    /// Key of the cloud.
    cloud: String,
    /// `pending`, `active`, `suspended` or `archived`.
    state: String,
    /// The caller's role.
    role: String,
    /// Runs that are queued or running.
    active_runs: u64,
    /// The last inventory sync that ended.
    last_sync: Option<LastSync>,
}

/// The last inventory sync that ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastSync {
    /// `run_…`
    run: String,
    /// Milliseconds since the Unix epoch.
    completed_at: i64,
    /// How it ended.
    outcome: String,
}

impl From<TenantCard> for Tenant {
    fn from(card: TenantCard) -> Self {
        Self {
            id: card.tenant.id.to_string(),
            display_name: card.tenant.display_name,
            directory_id: card.tenant.directory_id,
            primary_domain: card.tenant.primary_domain,
            cloud: card.tenant.cloud,
            state: card.tenant.state.to_string(),
            role: card.role.to_string(),
            active_runs: card.active_runs,
            last_sync: card.last_sync.map(|sync| LastSync {
                run: sync.run.to_string(),
                completed_at: sync.completed_at,
                outcome: sync.outcome.to_string(),
            }),
        }
    }
}

/// Tenants that the caller is a member of.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "tenants", responses((status = 200, body = Vec<Tenant>), (status = 401, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(State(shared): State<Shared>, SignedIn(ctx): SignedIn) -> Result<Json<Vec<Tenant>>, WebError> {
    let cards = shared.db().tenants().list_for(ctx.user).await?;
    Ok(Json(cards.into_iter().map(Tenant::from).collect()))
}
