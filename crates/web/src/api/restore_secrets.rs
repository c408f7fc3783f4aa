//! Values of a restore that are in no version: which ones there are, and taking what somebody enters. None is ever given back.

use app::restores::{EnteredSecret, MissingSecret, ObjectKey, enter_secrets};
use axum::Json;
use axum::extract::State;
use model::ids::RestoreId;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::restore_steps::Revision;
use crate::errors::WebError;
use crate::extract::{InTenant, JsonBody, PathId};
use crate::state::Shared;

/// A value that is in no version, because Graph masks it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreSecret {
    /// Type key.
    #[serde(rename = "type")]
    type_key: String,
    /// Graph's id of the object in the source.
    id: String,
    /// The object's name.
    of: String,
    /// Where in the object, as a JSON pointer.
    pointer: String,
    /// What it is called.
    name: String,
    /// Whether it has been entered.
    entered: bool,
    /// Whether a new object needs it; one that is changed keeps what it has.
    for_new: bool,
}

impl From<&MissingSecret> for RestoreSecret {
    fn from(secret: &MissingSecret) -> Self {
        Self {
            type_key: secret.object.type_key.clone(),
            id: secret.object.id.clone(),
            of: secret.of.clone(),
            pointer: secret.pointer.clone(),
            name: secret.name.clone(),
            entered: secret.entered,
            for_new: secret.for_new,
        }
    }
}

/// Values that are entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretsRequest {
    /// The revision that the caller saw.
    revision: i64,
    /// The values.
    secrets: Vec<SecretRequest>,
}

/// One value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretRequest {
    /// Type key.
    #[serde(rename = "type")]
    type_key: String,
    /// Graph's id of the object in the source.
    id: String,
    /// Where in the object, as a JSON pointer.
    pointer: String,
    /// The value, of 1 to 65,536 characters; without one the value before is forgotten.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    value: Option<SecretString>,
}

/// Keeps values for this restore, encrypted; gives the next revision.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores/{restore}/secrets", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = SecretsRequest, responses((status = 200, body = Revision), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn enter(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    JsonBody(request): JsonBody<SecretsRequest>,
) -> Result<Json<Revision>, WebError> {
    let secret = |one: SecretRequest| EnteredSecret {
        object: ObjectKey::new(one.type_key, one.id),
        pointer: one.pointer,
        value: one.value,
    };
    let entered = request.secrets.into_iter().map(secret).collect();
    let revision = enter_secrets(shared.db(), &scope, id, request.revision, entered).await?;
    Ok(Json(Revision { revision }))
}
