//! Which objects an object names, and which name it.

use maud::{Markup, html};
use model::registry::Registry;
use model::registry::content::Reference;
use store::{InventoryFilter, ObjectRow, UsedObject};

use super::dependencies::dependencies_of;
use super::filter::type_label;
use super::object::Loaded;
use crate::errors::WebError;
use crate::fields::{Fields, segment};
use crate::frame::{Place, capital};
use crate::kit::code::copyable;
use crate::kit::facts::{facts, section};
use crate::kit::number::{counted, number};

/// Objects that name this one, on its page; the inventory lists all of them.
const USED_BY: usize = 10;

/// Both ways.
pub(super) async fn references(place: &Place<'_>, loaded: &Loaded) -> Result<Markup, WebError> {
    let Some(scope) = place.scope else { return Ok(html! {}) };
    let row = &loaded.object.row;
    let tenant = place.shared.db().tenant(scope);
    let inventory = tenant.inventory();
    let uses = inventory.uses(&row.type_key, &row.external_id).await?;
    let this = Reference { kind: row.type_key.clone(), external_id: row.external_id.clone() };
    let naming = InventoryFilter { naming: Some(this.clone()), ..InventoryFilter::default() };
    let (users, total) = (inventory.list(&naming, None, USED_BY).await?, inventory.count(&naming).await?);
    Ok(html! {
        (uses_section(place, &uses))
        (used_by_section(place, &this, &users, total))
    })
}

fn uses_section(place: &Place<'_>, uses: &[UsedObject]) -> Markup {
    let mut kinds: Vec<(String, Vec<&UsedObject>)> = Vec::new();
    for each in uses {
        let label = kind_label(&each.reference.kind);
        match kinds.iter_mut().find(|(known, _)| *known == label) {
            Some((_, list)) => list.push(each),
            None => kinds.push((label, vec![each])),
        }
    }
    let rows: Vec<_> = kinds.iter().map(|(label, list)| (label.as_str(), names(place, list))).collect();
    let body = html! { @if rows.is_empty() { p.muted { "It names no other object." } } @else { (facts(&rows)) } };
    section("uses", "Uses", &counted(uses.len() as u64, "object", "objects"), &body)
}

fn names(place: &Place<'_>, list: &[&UsedObject]) -> Markup {
    html! {
        ul.links role="list" { @for each in list { li { span {
            @match &each.name {
                Some(name) => { a href=(page_of(place, &each.reference)) { @if name.is_empty() { "(no name)" } @else { (name) } } @if each.missing { small { "Missing" } } }
                None => { (copyable(&each.reference.external_id, "object id")) small { (unobserved(&each.reference)) } }
            }
        } } } }
    }
}

/// A built-in scope tag, like whatever has no type here, is never observed as an object.
fn unobserved(reference: &Reference) -> &'static str {
    if Registry::embedded().get(&reference.kind).is_some() { "Not observed" } else { "Not part of the inventory" }
}

fn used_by_section(place: &Place<'_>, this: &Reference, users: &[ObjectRow], total: u64) -> Markup {
    let all = using(place, this);
    let body = html! {
        @if users.is_empty() { p.muted { "No observed object names it." } }
        @else {
            ul.links role="list" { @for each in users { li { span {
                a href=(object_path(&place.base(), &each.type_key, &each.external_id)) { @if each.name.is_empty() { "(no name)" } @else { (each.name) } }
                small { (type_label(&each.type_key)) }
            } } } }
            p { a href=(all) { @if total == 1 { "Show it in the inventory" } @else { "Show all " (number(total)) " in the inventory" } } }
        }
        p { a href=(dependencies_of(place, this)) { "Show all dependencies" } }
    };
    section("used-by", "Used by", &counted(total, "object", "objects"), &body)
}

/// Where an object is looked at; a group has no page of its own but the list of what names it.
pub(super) fn page_of(place: &Place<'_>, reference: &Reference) -> String {
    match Registry::embedded().get(&reference.kind).filter(|contract| contract.inventory) {
        Some(_) => object_path(&place.base(), &reference.kind, &reference.external_id),
        None => using(place, reference),
    }
}

/// The page of an observed object of the tenant whose pages begin at `base`.
pub(crate) fn object_path(base: &str, type_key: &str, external_id: &str) -> String {
    format!("{base}/inventory/{}/{}", segment(type_key), segment(external_id))
}

/// The inventory of what names it.
pub(super) fn using(place: &Place<'_>, reference: &Reference) -> String {
    let uses = format!("{}/{}", reference.kind, reference.external_id);
    Fields::default().with("uses", uses).href(&format!("{}/inventory", place.base()))
}

/// What a person calls objects of that kind.
pub(crate) fn kind_label(kind: &str) -> String {
    Registry::embedded().get(kind).map_or_else(|| outside(kind), |contract| contract.label_plural.clone())
}

/// What a person calls one of them.
pub(crate) fn one_label(kind: &str) -> String {
    Registry::embedded().get(kind).map_or_else(|| outside(kind), |contract| contract.label.clone())
}

/// Of what is no part of the registry.
fn outside(kind: &str) -> String {
    capital(kind.strip_prefix("external:").unwrap_or(kind))
}

/// Above a list of what names one object.
pub(super) async fn used_note(place: &Place<'_>, path: &str, kept: &Fields) -> Result<Markup, WebError> {
    let (Some(uses), Some(scope)) = (kept.get("uses"), place.scope) else { return Ok(html! {}) };
    let (kind, external_id) = uses.split_once('/').unwrap_or((uses, ""));
    let tenant = place.shared.db().tenant(scope);
    let name = if kind == "groups" {
        tenant.groups().names(&[external_id.to_owned()]).await?.remove(external_id)
    } else {
        tenant.inventory().get(kind, external_id).await.ok().map(|object| object.row.name)
    };
    Ok(html! {
        p.help {
            "Using " (type_label(kind)) " "
            @match name { Some(name) => { b { (name) } } None => { code { (external_id) } } }
            ". " a href=(kept.without(&["uses"]).href(path)) { "Show all" }
        }
    })
}
