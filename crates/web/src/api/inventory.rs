//! The inventory.

use std::collections::HashMap;

use app::inventory::{Excluded, Match, ObjectQuery, item_key, matches, matching};
use axum::Json;
use axum::extract::State;
use model::registry::content::Reference;
use serde::Serialize;
use serde_json::Value;
use store::{InventoryCursor, InventoryFilter, MissingPart, ObjectRow, UsedObject, VersionAuthor};
use utoipa::ToSchema;

use super::limit;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathText};
use crate::pages::inventory::{ObjectPath, cursor};
use crate::state::Shared;

/// A part of an object that was not read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartNotRead {
    /// For example `assignments`.
    part: String,
    /// Stable code.
    code: String,
    /// Our own words.
    message: String,
}

impl From<MissingPart> for PartNotRead {
    fn from(part: MissingPart) -> Self {
        Self { part: part.part, code: part.code, message: part.message }
    }
}

/// One object. Times are milliseconds since the Unix epoch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Object {
    /// The contract's key.
    #[serde(rename = "type")]
    type_key: String,
    /// Graph's id.
    id: String,
    /// Its name.
    name: String,
    /// Its platform; empty where the type has none.
    platform: String,
    /// The area it belongs to.
    category: String,
    /// Whether the last pass read all of it.
    complete: bool,
    /// What it did not read.
    not_read: Vec<PartNotRead>,
    /// Current version, `ver_…`.
    version: Option<String>,
    /// Number of assignments, where the type has any.
    assignments: Option<u64>,
    /// Ids of scope tags.
    scope_tags: Vec<String>,
    /// When it was first seen.
    first_seen_at: i64,
    /// When it was last seen.
    last_seen_at: i64,
    /// When its content last changed.
    changed_at: Option<i64>,
    /// Since when it is missing.
    missing_since: Option<i64>,
    /// Whether the pass that did not find it was complete; absent when it is there.
    missing_is_certain: Option<bool>,
    /// Whether its type is excluded from what is observed: then this is what was last seen.
    excluded: bool,
    /// The setting that a search found; absent when the name or the id was found, and without a search.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    found: Option<FoundIn>,
}

/// A setting that a search found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundIn {
    /// Headings and name, in words.
    place: String,
    /// What Graph calls it.
    id: String,
    /// What it is set to, around what was found.
    value: String,
}

impl From<Match> for FoundIn {
    fn from(found: Match) -> Self {
        Self { place: found.place, id: found.id, value: found.value }
    }
}

/// An object that another one names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Used {
    /// The key of its type, or `external:` and a word for what has none.
    kind: String,
    /// Graph's id.
    id: String,
    /// Absent when it was not observed.
    name: Option<String>,
    /// Whether the latest complete list did not have it.
    missing: bool,
}

impl From<UsedObject> for Used {
    fn from(used: UsedObject) -> Self {
        let Reference { kind, external_id: id } = used.reference;
        Self { kind, id, name: used.name, missing: used.missing }
    }
}

impl From<ObjectRow> for Object {
    fn from(row: ObjectRow) -> Self {
        Self {
            type_key: row.type_key,
            id: row.external_id,
            name: row.name,
            platform: row.platform,
            category: row.category,
            complete: row.complete,
            not_read: row.missing_parts.into_iter().map(PartNotRead::from).collect(),
            version: row.version.map(|version| version.to_string()),
            assignments: row.assignments_count,
            scope_tags: row.scope_tags,
            first_seen_at: row.first_seen_at,
            last_seen_at: row.last_seen_at,
            changed_at: row.changed_at,
            missing_since: row.missing.as_ref().map(|missing| missing.since),
            missing_is_certain: row.missing.as_ref().map(|missing| missing.high_confidence),
            excluded: false,
            found: None,
        }
    }
}

/// Where the next page begins: send the three back as `after`, `after_type` and `after_id`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Next {
    /// `after`
    after: String,
    /// `after_type`
    after_type: String,
    /// `after_id`
    after_id: String,
}

impl From<InventoryCursor> for Next {
    fn from(cursor: InventoryCursor) -> Self {
        Self { after: cursor.name_key, after_type: cursor.type_key, after_id: cursor.external_id }
    }
}

/// A page of objects, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectList {
    /// The objects.
    objects: Vec<Object>,
    /// Where the next page begins.
    next: Option<Next>,
}

/// One version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Version {
    /// `ver_…`
    id: String,
    /// The name it had.
    name: String,
    /// Length of the document in bytes.
    bytes: u64,
    /// The run that found it.
    run: String,
    /// When it was first seen, milliseconds since the Unix epoch.
    first_seen_at: i64,
    /// Who made it, as an audit log tells; null when none does.
    author: Option<VersionBy>,
}

/// The latest change that a version contains.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionBy {
    /// `person`, `application`, `tenant_atlas`, or `unknown` when the event names nobody.
    kind: String,
    /// User principal name, or the application's name.
    name: Option<String>,
    /// Object id of the person, or client id of the application.
    id: Option<String>,
    /// What was done, in the log's words.
    activity: String,
    /// When, by Microsoft's clock, milliseconds since the Unix epoch.
    at: i64,
    /// `intune` or `directory`.
    log: String,
    /// Groups what was done together, for a search in the log.
    correlation_id: Option<String>,
    /// How many other changes are known that it contains as well.
    others: u64,
}

impl From<VersionAuthor> for VersionBy {
    fn from(VersionAuthor { author, others }: VersionAuthor) -> Self {
        Self {
            kind: author.kind.to_string(),
            name: author.name,
            id: author.id,
            activity: author.activity,
            at: author.at,
            log: author.log.to_string(),
            correlation_id: author.correlation,
            others,
        }
    }
}

/// One object with its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectWithContent {
    /// The object.
    object: Object,
    /// All versions, newest first.
    versions: Vec<Version>,
    /// The current version as Graph sent it; absent when nothing was read completely yet.
    document: Option<Value>,
    /// What the current version names.
    uses: Vec<Used>,
    /// How many objects name it; `uses={type}/{id}` in the list gives them.
    used_by: u64,
}

/// Objects as last observed, by name.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/inventory", tag = "inventory", params(("tenant" = String, Path), ("type" = Option<Vec<String>>, Query), ("platform" = Option<Vec<String>>, Query), ("state" = Option<String>, Query, description = "missing or incomplete"), ("changed" = Option<String>, Query, description = "24h, 7d or 30d"), ("group" = Option<String>, Query, description = "assigned to this group"), ("uses" = Option<String>, Query, description = "naming this object, kind/id"), ("q" = Option<String>, Query, description = "words of names and settings; together in quotation marks"), ("after" = Option<String>, Query), ("after_type" = Option<String>, Query), ("after_id" = Option<String>, Query), ("limit" = Option<u32>, Query)), responses((status = 200, body = ObjectList), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Json<ObjectList>, WebError> {
    let (query, limit) = (ObjectQuery::of(asked.pairs()), limit(&asked));
    let filter = matching(shared.db(), &scope, &query, ctx.now_ms).await?;
    let mut rows = shared.db().tenant(&scope).inventory().list(&filter, cursor(&asked).as_ref(), limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = more.then(|| rows.last().map(|row| Next::from(row.cursor()))).flatten();
    let mut found = match query.search()? {
        Some(text) => matches(shared.db(), &scope, &text, &rows).await?,
        None => HashMap::new(),
    };
    let excluded = Excluded::of(shared.db(), &scope).await?;
    let object = |row: ObjectRow| {
        let found = found.remove(&item_key(&row.type_key, &row.external_id)).map(FoundIn::from);
        Object { found, excluded: excluded.has(&row.type_key), ..Object::from(row) }
    };
    Ok(Json(ObjectList { objects: rows.into_iter().map(object).collect(), next }))
}

/// One object with its versions and its current content.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/inventory/{type}/{id}", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("id" = String, Path)), responses((status = 200, body = ObjectWithContent), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
) -> Result<Json<ObjectWithContent>, WebError> {
    let loaded = crate::pages::inventory::load(&shared, &scope, &path, None).await?;
    let versions = loaded.versions.into_iter().map(|row| Version {
        id: row.id.to_string(),
        name: row.name,
        bytes: row.bytes,
        run: row.run.to_string(),
        first_seen_at: row.first_seen_at,
        author: row.author.map(VersionBy::from),
    });
    let tenant = shared.db().tenant(&scope);
    let uses = tenant.inventory().uses(&path.type_key, &path.id).await?;
    let naming = Some(Reference { kind: path.type_key, external_id: path.id });
    let used_by = tenant.inventory().count(&InventoryFilter { naming, ..InventoryFilter::default() }).await?;
    Ok(Json(ObjectWithContent {
        uses: uses.into_iter().map(Used::from).collect(),
        used_by,
        versions: versions.collect(),
        document: loaded.document,
        object: Object { excluded: loaded.excluded.is_some(), ..loaded.object.row.into() },
    }))
}
