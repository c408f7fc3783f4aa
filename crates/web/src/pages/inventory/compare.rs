//! `GET /t/{tenant}/inventory/{type}/{id}/compare`: two contents side by side.

use app::comparing::{
    Asked as Wanted, Compared, Comparison, Counterpart, Source, compare, counterparts, only_counterpart,
};
use axum::extract::State;
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use model::diff::json_lines;
use model::ids::TenantId;
use store::{ObjectDetail, TenantCard, TenantScope};

use super::compare_form::{choose_object, forms};
use super::filter::type_label;
use super::object::ObjectPath;
use super::references::object_path;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathText};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::difference::{Heads, difference, text_lines};
use crate::kit::facts::section;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::number::counted;
use crate::kit::tabs::{Tab, tabs};
use crate::kit::time::exact_time;
use crate::state::Shared;

/// Both sides, when the other object is one of another tenant or simply another one.
pub(crate) struct Sides {
    /// The right to the other tenant; absent when it is the same one.
    other: Option<TenantScope>,
    /// Graph's id of the other object.
    id: String,
    from: Option<Source>,
    to: Option<Source>,
}

/// The other tenant, for somebody who is a member of it. Of any other one they learn nothing.
async fn other_scope(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
) -> Result<Option<TenantScope>, AppError> {
    let Some(text) = asked.get("to_tenant") else { return Ok(None) };
    let tenant: TenantId = text.parse().map_err(|_| AppError::not_found())?;
    if tenant == scope.tenant_id() {
        return Ok(None);
    }
    let other = shared.db().authorise(ctx.user, tenant).await?.from_address(ctx.address.clone());
    other.require(Capability::InventoryView)?;
    Ok(Some(other))
}

/// What the query asks for; the other object is found by the name of this one where it is not said.
pub(crate) async fn sides(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    path: &ObjectPath,
    asked: &Fields,
) -> Result<Sides, AppError> {
    let source = |name: &str| asked.get(name).map(str::parse::<Source>).transpose();
    let (from, to) = (source("from")?, source("to")?);
    let other = other_scope(shared, ctx, scope, asked).await?;
    let id = match (asked.get("to_object"), &other) {
        (Some(id), _) => id.to_owned(),
        (None, None) => path.id.clone(),
        (None, Some(other)) => {
            let object = shared.db().tenant(scope).inventory().get(&path.type_key, &path.id).await?;
            only_counterpart(shared.db(), other, &path.type_key, &object.row.name).await?
        }
    };
    Ok(Sides { other, id, from, to })
}

/// Compares them.
pub(crate) async fn compared(
    shared: &Shared,
    scope: &TenantScope,
    path: &ObjectPath,
    sides: &Sides,
) -> Result<Comparison, AppError> {
    let old = Wanted { scope, external_id: &path.id, source: sides.from };
    let new = Wanted { scope: sides.other.as_ref().unwrap_or(scope), external_id: &sides.id, source: sides.to };
    compare(shared.db(), &path.type_key, old, new).await
}

/// The page.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Inventory);
    let object = shared.db().tenant(&scope).inventory().get(&path.type_key, &path.id).await?;
    let tenants = shared.db().tenants().list_for(ctx.user).await?;
    let own = format!("{}/compare", object_path(&place.base(), &path.type_key, &path.id));
    let body = match sides(&shared, &ctx, &scope, &path, &asked).await {
        Err(error) if error.code == "compare.which_object" => {
            let other = other_scope(&shared, &ctx, &scope, &asked).await?.ok_or_else(AppError::not_found)?;
            let found = counterparts(shared.db(), &other, &path.type_key, &object.row.name).await?;
            which(&own, &tenants, &other, &found)
        }
        sides => {
            let sides = sides?;
            let found = compared(&shared, &scope, &path, &sides).await?;
            shown(&place, &own, &object, &tenants, &sides, &found).await?
        }
    };
    let name = object.row.name.as_str();
    let main = html! {
        (header(&Header { crumbs: crumbs(&place, &path, name), title: format!("Compare {name}"), summary: None, actions: None }))
        (body)
    };
    place.page(&format!("Compare {name}"), &main).await
}

fn crumbs(place: &Place<'_>, path: &ObjectPath, name: &str) -> Vec<Crumb> {
    let list = format!("{}/inventory", place.base());
    let of_type = Fields::default().with("type", path.type_key.as_str()).href(&list);
    let object = object_path(&place.base(), &path.type_key, &path.id);
    vec![Crumb::link("Inventory", list), Crumb::link(type_label(&path.type_key), of_type), Crumb::link(name, object)]
}

/// The other tenant has none or several objects of this name.
fn which(own: &str, tenants: &[TenantCard], other: &TenantScope, found: &[Counterpart]) -> Markup {
    let name = tenants.iter().find(|card| card.tenant.id == other.tenant_id()).map(|card| &card.tenant.display_name);
    let name = name.map(String::as_str).unwrap_or_default();
    choose_object(own, &other.tenant_id().to_string(), name, found)
}

async fn shown(
    place: &Place<'_>,
    own: &str,
    object: &ObjectDetail,
    tenants: &[TenantCard],
    sides: &Sides,
    found: &Comparison,
) -> Result<Markup, WebError> {
    let as_json = place.asked.has("view", "json");
    let other = sides.other.as_ref().and_then(|other| tenants.iter().find(|card| card.tenant.id == other.tenant_id()));
    let name = |side: &Compared, other: Option<&TenantCard>| {
        let tenant = other.map(|card| format!("{}, ", card.tenant.display_name)).unwrap_or_default();
        format!("{tenant}{}", side_words(side))
    };
    let heads = Heads {
        caption: format!("Differences of {}", object.row.name),
        old: name(&found.old, None),
        new: name(&found.new, other),
    };
    let view = place.asked.without(&["view"]);
    let tab_row = [
        Tab { words: "Differences", count: None, href: view.href(own), current: !as_json },
        Tab { words: "JSON", count: None, href: view.with("view", "json").href(own), current: as_json },
    ];
    let content = if as_json { as_sent(&heads, found) } else { in_words(place, &heads, found) };
    Ok(html! {
        (forms(place, own, object, tenants, sides.other.as_ref(), &sides.id, found).await?)
        (tabs("Views of the differences", &tab_row))
        (content)
    })
}

/// "Version 3", "Version 3 in “Nightly”", "Version 4, observed last".
fn side_words(side: &Compared) -> String {
    let number = side.number;
    match &side.held {
        Some(held) => format!("Version {number} in “{}”", held.name),
        None if side.current => format!("Version {number}, observed last"),
        None => format!("Version {number}"),
    }
}

fn in_words(place: &Place<'_>, heads: &Heads, found: &Comparison) -> Markup {
    let now = place.now();
    let changes = found.lines.len() - found.difference.unverifiable().len().min(found.lines.len());
    let body = html! {
        @if found.old.version.id == found.new.version.id {
            p.muted { "Both are the same version, so nothing can differ. Choose another one." }
        } @else {
            (difference(heads, &found.lines))
        }
        p.help.diff-f {
            "First seen " (exact_time(&now, found.old.version.first_seen_at)) " and "
            (exact_time(&now, found.new.version.first_seen_at)) ". "
            "Left out as noise: the order of settings, what the service computes, notes of the protocol."
        }
    };
    section("difference", "What differs", &counted(changes as u64, "change", "changes"), &body)
}

fn as_sent(heads: &Heads, found: &Comparison) -> Markup {
    let lines = json_lines(&found.old.document, &found.new.document);
    let body = html! {
        p.muted { "From “" (heads.old) "” to “" (heads.new) "”, as Graph sent both. Noise is not left out here." }
        @if lines.is_empty() { p.muted { "Nothing differs." } } @else { (text_lines(&lines, "Difference of the JSON")) }
    };
    section("json", "JSON", "", &body)
}
