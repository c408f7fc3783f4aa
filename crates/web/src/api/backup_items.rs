//! What a backup set holds, item by item, and what of it could be restored today.

use app::backups::{Summary, Verdict, item_document, judge_items, restorability, restorability_words};
use axum::Json;
use axum::extract::State;
use model::ids::BackupSetId;
use model::registry::Registry;
use model::registry::content::{assignments, references, scope_tags};
use serde::Serialize;
use serde_json::Value;
use store::BackupItem;
use utoipa::ToSchema;

use super::limit;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, PathText};
use crate::pages::backups::ItemPath;
use crate::state::Shared;

/// Why an item could not be restored as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Limit {
    /// Stable code, for example `restore.reference_gone`.
    code: String,
    /// Our own words.
    message: String,
}

/// Whether an item could be restored today: judged by the registry, by what the set holds and by the last sync.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemRestorable {
    /// `yes`, `partly` or `no`.
    answer: String,
    /// Why not all of it.
    why: Vec<Limit>,
}

impl From<Verdict> for ItemRestorable {
    fn from(verdict: Verdict) -> Self {
        let why = verdict.why.into_iter().map(|why| Limit { code: why.code, message: why.message });
        Self { answer: verdict.answer.to_string(), why: why.collect() }
    }
}

/// One item of a set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetItem {
    /// Position in the set, from 1.
    sequence: i64,
    /// The contract's key.
    #[serde(rename = "type")]
    type_key: String,
    /// Graph's id.
    id: String,
    /// The name when it was captured.
    name: String,
    /// `succeeded`, `incomplete`, `failed` or `skipped`.
    outcome: String,
    /// Why it was not captured.
    code: Option<String>,
    /// Whether its type was not selected: then it is there because others need it.
    foundation: bool,
    /// SHA-256 of the content, lower-case hexadecimal.
    sha256: Option<String>,
    /// Length of the content.
    bytes: Option<u64>,
    /// Whether it could be restored today.
    restorable: ItemRestorable,
}

impl SetItem {
    fn of(item: BackupItem, verdict: Verdict) -> Self {
        Self {
            sequence: item.sequence,
            type_key: item.type_key,
            id: item.external_id,
            name: item.name,
            outcome: item.outcome.to_string(),
            code: item.code,
            foundation: item.foundation,
            sha256: item.sha256,
            bytes: item.bytes,
            restorable: verdict.into(),
        }
    }
}

/// A page of items, in the order of the manifest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetItems {
    /// The items.
    items: Vec<SetItem>,
    /// The value of `after` for the next page.
    next: Option<i64>,
}

/// Whom an item was assigned to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemAssignment {
    /// In words: `Group`, `Excluded group`, `All devices`, `All users`, `Nobody`, or a type that is not known.
    target: String,
    /// Graph's id of the group.
    group: Option<String>,
    /// Graph's id of the filter.
    filter: Option<String>,
    /// `include` or `exclude`.
    filter_mode: Option<String>,
    /// For example `required`.
    intent: Option<String>,
}

/// An object that an item names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemReference {
    /// The key of its type, or `external:` and a word for what has none.
    kind: String,
    /// Graph's id.
    id: String,
}

/// One item with its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetItemContent {
    /// The item.
    item: SetItem,
    /// Whom it was assigned to.
    assignments: Vec<ItemAssignment>,
    /// Ids of scope tags.
    scope_tags: Vec<String>,
    /// What it names.
    references: Vec<ItemReference>,
    /// The content as Graph sent it; absent when it was not captured.
    document: Option<Value>,
}

/// One reason, and of how many items it holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LimitCount {
    /// Stable code.
    code: String,
    /// What it means.
    words: &'static str,
    /// How many items.
    items: u64,
}

/// What of a set could be restored today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetRestorable {
    /// Items of which all could be.
    yes: u64,
    /// Items of which something is missing or has to be decided.
    partly: u64,
    /// Items of which nothing could be.
    no: u64,
    /// Why not all, the most frequent reason first.
    reasons: Vec<LimitCount>,
}

impl From<Summary> for SetRestorable {
    fn from(summary: Summary) -> Self {
        let reason = |(code, items): (String, u64)| LimitCount { words: restorability_words(&code), code, items };
        Self {
            yes: summary.yes,
            partly: summary.partly,
            no: summary.no,
            reasons: summary.reasons.into_iter().map(reason).collect(),
        }
    }
}

/// What of the whole set could be restored today.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/backups/{set}/restorability", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path)), responses((status = 200, body = SetRestorable), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn whole(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Json<SetRestorable>, WebError> {
    shared.db().tenant(&scope).backups().get(set).await?;
    Ok(Json(restorability(shared.db(), &scope, set).await?.into()))
}

/// The items of a set, each with whether it could be restored today.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/backups/{set}/items", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("q" = Option<String>, Query, description = "text of names"), ("after" = Option<i64>, Query), ("limit" = Option<u32>, Query)), responses((status = 200, body = SetItems), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    Asked(asked): Asked,
) -> Result<Json<SetItems>, WebError> {
    let (tenant, limit) = (shared.db().tenant(&scope), limit(&asked));
    tenant.backups().get(set).await?;
    let after = asked.get("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut items = tenant.backups().items(set, asked.get("q"), after, limit + 1).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = more.then(|| items.last().map(|item| item.sequence)).flatten();
    let verdicts = judge_items(shared.db(), &scope, set, &items).await?;
    let items = items.into_iter().zip(verdicts).map(|(item, verdict)| SetItem::of(item, verdict)).collect();
    Ok(Json(SetItems { items, next }))
}

/// One item with its content as it was captured.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/backups/{set}/items/{sequence}", tag = "backups", params(("tenant" = String, Path), ("set" = String, Path), ("sequence" = i64, Path)), responses((status = 200, body = SetItemContent), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    PathText(path): PathText<ItemPath>,
) -> Result<Json<SetItemContent>, WebError> {
    let db = shared.db();
    let item = db.tenant(&scope).backups().item(set, path.sequence).await?;
    let document = item_document(db, &scope, &item).await?;
    let verdict = judge_items(db, &scope, set, std::slice::from_ref(&item)).await?.remove(0);
    let both = Registry::embedded().get(&item.type_key).zip(document.as_ref());
    let assigned = both.map(|(contract, document)| assignments(contract, document)).unwrap_or_default();
    let named = both.map(|(contract, document)| references(contract, document)).unwrap_or_default();
    Ok(Json(SetItemContent {
        assignments: assigned
            .into_iter()
            .map(|each| ItemAssignment {
                target: each.target.to_string(),
                group: each.group_id,
                filter: each.filter_id,
                filter_mode: each.filter_mode.map(|mode| mode.to_string()),
                intent: each.intent,
            })
            .collect(),
        scope_tags: document.as_ref().map(scope_tags).unwrap_or_default(),
        references: named.into_iter().map(|named| ItemReference { kind: named.kind, id: named.external_id }).collect(),
        item: SetItem::of(item, verdict),
        document,
    }))
}
