//! Two contents of objects, side by side.

use app::comparing::{Compared, Comparison};
use axum::Json;
use axum::extract::State;
use model::diff::{Line, TextLine};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathText};
use crate::pages::inventory::{ObjectPath, compared, sides};
use crate::state::Shared;

/// One of the two contents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedContent {
    /// Graph's id of the object.
    id: String,
    /// The name it had.
    name: String,
    /// `ver_…`
    version: String,
    /// The version's number among those of its object, from 1.
    number: u64,
    /// Whether it is what was observed last.
    current: bool,
    /// The backup set that was asked for, `bak_…`.
    backup: Option<String>,
    /// When the version was first seen, milliseconds since the Unix epoch.
    first_seen_at: i64,
}

impl From<&Compared> for ComparedContent {
    fn from(side: &Compared) -> Self {
        Self {
            id: side.version.external_id.clone(),
            name: side.version.name.clone(),
            version: side.version.id.to_string(),
            number: side.number,
            current: side.current,
            backup: side.held.as_ref().map(|held| held.set.to_string()),
            first_seen_at: side.version.first_seen_at,
        }
    }
}

/// One difference in people's words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceLine {
    /// `settings`, `properties`, `assignments` or `scope_tags`.
    #[schema(value_type = String)]
    area: model::diff::Area,
    /// The headings above it; may be empty.
    heading: String,
    /// What differs.
    label: String,
    /// `added`, `removed`, `changed`, or `cannot_verify` for a secret that Graph masks.
    kind: String,
    /// What was there; null when nothing was, and for texts and secrets.
    old: Option<String>,
    /// What is there; null when nothing is, and for texts and secrets.
    new: Option<String>,
    /// A text line by line, in place of both; empty for everything else.
    text: Vec<DifferenceText>,
    /// Where in the document.
    path: String,
}

/// One line of a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceText {
    /// `same`, `old`, `new`, or `gap` where lines are left out.
    kind: String,
    /// What it says.
    text: String,
}

impl From<TextLine> for DifferenceText {
    fn from(line: TextLine) -> Self {
        Self { kind: line.kind.to_string(), text: line.text }
    }
}

impl From<Line> for DifferenceLine {
    fn from(line: Line) -> Self {
        Self {
            area: line.area,
            heading: line.heading,
            label: line.label,
            kind: line.kind.to_string(),
            old: line.old,
            new: line.new,
            text: line.text.into_iter().map(DifferenceText::from).collect(),
            path: line.path,
        }
    }
}

/// What differs between two contents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Differences {
    /// The key of their type.
    #[serde(rename = "type")]
    type_key: String,
    /// What is compared.
    from: ComparedContent,
    /// What it is compared with.
    to: ComparedContent,
    /// Whether nothing differs, as far as it can be seen.
    equal: bool,
    /// In people's words.
    lines: Vec<DifferenceLine>,
    /// For programs: path, kind, rule, old and new value as JSON. Secrets are never in it.
    changes: Vec<Value>,
    /// Places of secrets that could not be compared, because Graph masks them.
    unverifiable: Vec<String>,
}

impl TryFrom<Comparison> for Differences {
    type Error = WebError;

    fn try_from(found: Comparison) -> Result<Self, WebError> {
        let changes = found.difference.changes().iter().map(serde_json::to_value);
        Ok(Self {
            type_key: found.contract.key.clone(),
            from: (&found.old).into(),
            to: (&found.new).into(),
            equal: found.difference.is_empty(),
            changes: changes.collect::<Result<_, _>>().map_err(model::AppError::internal)?,
            unverifiable: found.difference.unverifiable().iter().map(ToString::to_string).collect(),
            lines: found.lines.into_iter().map(DifferenceLine::from).collect(),
        })
    }
}

/// Two contents of one object, or of two objects of one type. Without `to` what was observed last, without `from` the
/// version before it, or what was observed last when the other is another object.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/inventory/{type}/{id}/compare", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("id" = String, Path), ("from" = Option<String>, Query, description = "ver_…, bak_… or now"), ("to" = Option<String>, Query, description = "ver_…, bak_… or now"), ("to_tenant" = Option<String>, Query, description = "another tenant that you may see"), ("to_object" = Option<String>, Query, description = "another object of the type, by its id; in another tenant the only one of the same name without it")), responses((status = 200, body = Differences), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    Asked(asked): Asked,
) -> Result<Json<Differences>, WebError> {
    let sides = sides(&shared, &ctx, &scope, &path, &asked).await?;
    Ok(Json(compared(&shared, &scope, &path, &sides).await?.try_into()?))
}
