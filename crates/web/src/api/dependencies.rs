//! What depends on what in a tenant.

use app::inventory::{Branch, Turn, View, dependencies, overview as overview_of};
use axum::Json;
use axum::extract::State;
use model::registry::content::Reference;
use serde::Serialize;
use utoipa::ToSchema;

use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathText};
use crate::pages::inventory::ObjectPath;
use crate::state::Shared;

/// Levels that are followed unless the caller says how many.
const DEPTH: usize = 3;

/// An object that depends on another one, or the other way round.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dependency {
    /// The key of its type, `groups`, or `external:` and a word for what has none.
    kind: String,
    /// Graph's id.
    id: String,
    /// Absent when it was not observed.
    name: Option<String>,
    /// `observed`, `missing`, `dangling`, `not_observed`, `left_out`, `unknown_group` or `outside`.
    standing: &'static str,
    /// How many links lead here from the object that was asked about; 0 for itself.
    depth: usize,
    /// `cycle` when it stands above itself, `again` when it was told before, `cut` when more lies behind it.
    turn: Option<&'static str>,
    /// Links from here that are not told.
    more: u64,
}

/// Both ways from one object: each list begins with the object, and whatever follows one belongs to it as long as it is
/// deeper.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DependenciesOf {
    /// Levels that were followed.
    depth: usize,
    /// What it uses.
    uses: Vec<Dependency>,
    /// What uses it.
    used_by: Vec<Dependency>,
}

/// An object and how many objects name it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Use {
    /// The key of its type, `groups`, or `external:` and a word for what has none.
    kind: String,
    /// Graph's id.
    id: String,
    /// Absent when it was not observed.
    name: Option<String>,
    /// As of a dependency.
    standing: &'static str,
    /// How many objects name it.
    used_by: u64,
}

/// How many objects of a kind are named.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsedKind {
    /// The key of the type, `groups`, or `external:` and a word for what has none.
    kind: String,
    /// Objects of it that are named.
    objects: u64,
    /// By how many references.
    references: u64,
}

/// One view over a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DependencyOverview {
    /// `most-used`, `unused` or `broken`.
    view: &'static str,
    /// Its objects.
    objects: Vec<Use>,
    /// Whether there are more; a kind narrows them down.
    more: bool,
    /// Kinds that are named.
    kinds: Vec<UsedKind>,
}

fn flat(root: &Branch) -> Vec<Dependency> {
    let mut all = Vec::new();
    root.walk(&mut |branch, depth| {
        let Reference { kind, external_id: id } = branch.object.reference.clone();
        let turn = branch.turn.map(|turn| match turn {
            Turn::Cycle => "cycle",
            Turn::Again => "again",
            Turn::Cut => "cut",
        });
        let (name, standing) = (branch.object.name.clone(), branch.standing.word());
        all.push(Dependency { kind, id, name, standing, depth, turn, more: branch.more });
    });
    all
}

/// What is used most, by nothing, or is not there.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/inventory/dependencies", tag = "inventory", params(("tenant" = String, Path), ("view" = Option<String>, Query, description = "most-used, unused or broken"), ("kind" = Option<String>, Query, description = "only objects of this type")), responses((status = 200, body = DependencyOverview), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn overview(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Json<DependencyOverview>, WebError> {
    let view = View::of(asked.get("view"));
    let found = overview_of(shared.db(), &scope, view, asked.get("kind")).await?;
    let object = |(object, standing, used_by): (store::LinkedObject, app::inventory::Standing, u64)| {
        let Reference { kind, external_id: id } = object.reference;
        Use { kind, id, name: object.name, standing: standing.word(), used_by }
    };
    let kinds = found.kinds.into_iter().map(|(kind, objects, references)| UsedKind { kind, objects, references });
    Ok(Json(DependencyOverview {
        view: view.word(),
        objects: found.rows.into_iter().map(object).collect(),
        more: found.more,
        kinds: kinds.collect(),
    }))
}

/// What one object uses and what uses it, level by level.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/inventory/{type}/{id}/dependencies", tag = "inventory", params(("tenant" = String, Path), ("type" = String, Path), ("id" = String, Path), ("depth" = Option<u32>, Query, description = "levels, 1 to 6")), responses((status = 200, body = DependenciesOf), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn of_object(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    Asked(asked): Asked,
) -> Result<Json<DependenciesOf>, WebError> {
    let depth = asked.get("depth").and_then(|text| text.parse().ok()).unwrap_or(DEPTH);
    let of = Reference { kind: path.type_key, external_id: path.id };
    let found = dependencies(shared.db(), &scope, &of, depth).await?;
    Ok(Json(DependenciesOf { depth: found.depth, uses: flat(&found.uses), used_by: flat(&found.used_by) }))
}
