//! Restores: what there is to read of them.

use app::restores::{Check, Draft, Since, gates, open, shown, since};
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use model::ids::{RestoreId, RunId};
use serde::{Deserialize, Serialize};
use store::{Restore as Row, RestoreState, WriteRow};
use utoipa::ToSchema;

use super::limit;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::state::Shared;

/// One restore. Times are milliseconds since the Unix epoch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Restore {
    /// `rst_…`
    id: String,
    /// As a person reads it.
    title: String,
    /// The tenant that its objects come from.
    source_tenant: String,
    /// The backup set that they come from, when it is one.
    source_set: Option<String>,
    /// The run that is taken back, when it is one.
    source_run: Option<String>,
    /// Who began it.
    creator: String,
    /// `draft`, `executed` or `discarded`.
    state: String,
    /// Grows with each change; writes name the one that they saw.
    revision: i64,
    /// Whether settings are written.
    settings: bool,
    /// Whether assignments are written.
    assignments: bool,
    /// The plan, when a preview has made one.
    plan: Option<PlanMark>,
    /// Who let the plan pass as a second person.
    approved_by: Option<String>,
    /// Who confirmed it.
    confirmed_by: Option<String>,
    /// Why, in their words.
    reason: Option<String>,
    /// The run that executed it.
    run: Option<String>,
    /// When it was begun.
    created_at: i64,
    /// When it was last changed.
    changed_at: i64,
}

/// What is known of a plan without reading it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanMark {
    /// SHA-256 of its bytes, lower-case hexadecimal: what is confirmed.
    hash: String,
    /// Whether it is one of what is chosen now.
    current: bool,
    /// Whether something in it keeps it from being executed.
    blocked: bool,
    /// When it was made.
    at: i64,
    /// The preview that made it.
    run: String,
}

impl TryFrom<Row> for Restore {
    type Error = WebError;

    fn try_from(row: Row) -> Result<Self, WebError> {
        let draft = Draft::of(&row)?;
        let current = row.has_current_plan();
        Ok(Self {
            id: row.id.to_string(),
            title: row.title,
            source_tenant: row.source.tenant.to_string(),
            source_set: row.source.set.map(|set| set.to_string()),
            source_run: row.source.run.map(|run| run.to_string()),
            creator: row.creator_name,
            state: row.state.to_string(),
            revision: row.revision,
            settings: draft.settings,
            assignments: draft.assignments,
            plan: row.plan.map(|plan| PlanMark {
                hash: plan.hash,
                current,
                blocked: plan.blocked,
                at: plan.at,
                run: plan.run.to_string(),
            }),
            approved_by: row.approved.map(|approved| approved.by_name),
            confirmed_by: row.confirmed.as_ref().map(|confirmed| confirmed.by_name.clone()),
            reason: row.confirmed.map(|confirmed| confirmed.reason),
            run: row.run.map(|run| run.to_string()),
            created_at: row.created_at,
            changed_at: row.changed_at,
        })
    }
}

/// A page of restores, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreList {
    /// The restores.
    restores: Vec<Restore>,
    /// The value of `before` for the next page.
    older: Option<String>,
}

/// A restore with what has to be so before it can be executed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreDetail {
    /// The restore.
    restore: Restore,
    /// The gates in front of its execution.
    gates: Vec<RestoreGate>,
    /// Items of a plan that can be confirmed whose objects were seen to be otherwise since: each would end as a conflict.
    moved_since: Vec<u32>,
    /// The restore's run that writes to the tenant now; this one would wait for it.
    writing_now: Option<String>,
}

/// One gate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreGate {
    /// Stable code; the error of a confirmation that it keeps from passing.
    code: &'static str,
    /// What it demands.
    demand: String,
    /// Whether it is open.
    open: bool,
}

/// One object, by its type and Graph's id in the source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceKey {
    /// Type key.
    #[serde(rename = "type")]
    pub(crate) type_key: String,
    /// Graph's id.
    pub(crate) id: String,
}

/// What the source of a restore holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreObjects {
    /// Every object.
    objects: Vec<RestoreObject>,
}

/// One object of the source.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreObject {
    /// Type key.
    #[serde(rename = "type")]
    type_key: String,
    /// Graph's id.
    id: String,
    /// Its name there.
    name: String,
    /// Whether it is restored.
    chosen: bool,
}

/// A check before a preview.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreCheck {
    /// Stable code.
    code: &'static str,
    /// `good`, `unknown`, `warning` or `elsewhere`.
    level: String,
    /// A few words.
    title: String,
    /// A sentence.
    text: String,
    /// When it was found.
    at: Option<i64>,
}

impl From<Check> for RestoreCheck {
    fn from(check: Check) -> Self {
        Self { code: check.code, level: check.level.to_string(), title: check.title, text: check.text, at: check.at }
    }
}

/// Every request that a run was about to send, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WriteList {
    /// In the order of the plan.
    writes: Vec<Write>,
}

/// One request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Write {
    /// The plan's item.
    item: u32,
    /// The item's request, from 0.
    step: u32,
    /// Which try at it, from 1.
    attempt: u32,
    /// Method and path below the version.
    request: String,
    /// When it was about to be sent.
    intent_at: i64,
    /// `made`, `not_made`, `unknown` or `approval`; absent while nobody knows.
    result: Option<String>,
    /// Our code for what went wrong.
    code: Option<String>,
    /// The id of the object that it made.
    made: Option<String>,
}

impl From<WriteRow> for Write {
    fn from(row: WriteRow) -> Self {
        let (result, outcome) = row.ended.map_or((None, None), |(result, outcome)| (Some(result), Some(outcome)));
        let (code, made) = outcome.map_or((None, None), |outcome| (outcome.code, outcome.made));
        Self {
            item: row.item,
            step: row.step,
            attempt: row.attempt,
            request: row.intent.request,
            intent_at: row.intent_at,
            result: result.map(|result| result.to_string()),
            code,
            made,
        }
    }
}

/// Restores, newest first.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/restores", tag = "restores", params(("tenant" = String, Path), ("before" = Option<String>, Query), ("limit" = Option<u32>, Query)), responses((status = 200, body = RestoreList), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Json<RestoreList>, WebError> {
    let limit = limit(&asked);
    let before = asked.get("before").and_then(|restore| restore.parse().ok());
    let mut rows = shared.db().tenant(&scope).restores().list(before, limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let older = more.then(|| rows.last().map(|row| row.id.to_string())).flatten();
    let restores = rows.into_iter().map(Restore::try_from).collect::<Result<_, _>>()?;
    Ok(Json(RestoreList { restores, older }))
}

/// One restore.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/restores/{restore}", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path)), responses((status = 200, body = RestoreDetail), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
) -> Result<Json<RestoreDetail>, WebError> {
    let row = shared.db().tenant(&scope).restores().get(id).await?;
    let gates = gates(shared.db(), &scope, &row).await?;
    let gate = |gate: app::restores::Gate| RestoreGate { code: gate.code, demand: gate.demand, open: gate.open };
    let since = match row.state == RestoreState::Draft && row.has_current_plan() {
        true => since(shared.db(), &scope, &shown(shared.db(), &scope, id).await?.plan).await?,
        false => Since::default(),
    };
    Ok(Json(RestoreDetail {
        restore: row.try_into()?,
        gates: gates.into_iter().map(gate).collect(),
        moved_since: since.moved,
        writing_now: since.writing.map(|run| run.to_string()),
    }))
}

/// What the source holds, and what of it is chosen.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/restores/{restore}/objects", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path)), responses((status = 200, body = RestoreObjects), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn objects(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
) -> Result<Json<RestoreObjects>, WebError> {
    let opened = open(shared.db(), &scope, id).await?;
    let draft = &opened.draft;
    let object = |object: &app::restores::SourceObject| RestoreObject {
        type_key: object.key.type_key.clone(),
        id: object.key.id.clone(),
        name: object.name.clone(),
        chosen: draft.has(&object.key),
    };
    Ok(Json(RestoreObjects { objects: opened.objects.iter().map(object).collect() }))
}

/// The plan: the very bytes whose SHA-256 is its hash.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/restores/{restore}/plan", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path)), responses((status = 200, body = Object, content_type = "application/json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn plan(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
) -> Result<Response, WebError> {
    let bytes = shared.db().tenant(&scope).restores().plan(id).await?;
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// The journal of a restore's run: intents and outcomes.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/runs/{run}/writes", tag = "restores", params(("tenant" = String, Path), ("run" = String, Path)), responses((status = 200, body = WriteList), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn writes(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
) -> Result<Json<WriteList>, WebError> {
    let tenant = shared.db().tenant(&scope);
    tenant.runs().get(run).await?;
    let writes = tenant.restores().writes(run).await?;
    Ok(Json(WriteList { writes: writes.into_iter().map(Write::from).collect() }))
}
