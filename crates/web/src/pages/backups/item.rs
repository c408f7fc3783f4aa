//! `GET /t/{tenant}/backups/{set}/items/{sequence}`: one item as it was captured.

use app::advice::advice;
use app::backups::{Verdict, item_document, judge_items};
use axum::extract::State;
use maud::{Markup, html};
use model::ids::BackupSetId;
use model::registry::content::{self, Reference, scope_tags};
use model::registry::{Contract, Registry};
use serde_json::Value;
use store::{BackupItem, BackupSet, LinkedObject, TenantScope};

use super::restorability::{answer, why};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, PathText};
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge, tag};
use crate::kit::code::copyable;
use crate::kit::facts::{columns, facts, section};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::json::json_viewer;
use crate::kit::notice::empty_state;
use crate::kit::number::{counted, size};
use crate::kit::tone::Tone;
use crate::pages::inventory::{assignments_of, kind_label, object_path, scope_tag_names, type_label};
use crate::state::Shared;

/// Which item of a set.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct ItemPath {
    /// Its position.
    pub(crate) sequence: i64,
}

/// What the item says of itself.
struct Shown {
    item: BackupItem,
    contract: Option<&'static Contract>,
    document: Option<Value>,
    verdict: Option<Verdict>,
    named: Vec<(Reference, Option<LinkedObject>)>,
}

/// One item: what it holds, whom it is assigned to, what it names, and what could be restored of it.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
    PathText(path): PathText<ItemPath>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Backups);
    let set = shared.db().tenant(&scope).backups().get(set).await?;
    let shown = load(&place, &scope, &set, path.sequence).await?;
    let name = if shown.item.name.is_empty() { "(no name)" } else { shown.item.name.as_str() };
    let sets = format!("{}/backups", place.base());
    let crumbs = vec![Crumb::link("Backups", sets.clone()), Crumb::link(&set.name, format!("{sets}/{}", set.id))];
    let aside = html! { (references_section(&place, &shown)) (about(&place, &shown)) };
    let main = html! {
        (header(&Header { crumbs, title: name.to_owned(), summary: Some(summary(&place, &shown).await?), actions: None }))
        (columns(&content_part(&place, &shown, name).await?, "About this item", &aside))
    };
    place.page(name, &main).await
}

async fn load(place: &Place<'_>, scope: &TenantScope, set: &BackupSet, sequence: i64) -> Result<Shown, WebError> {
    let db = place.shared.db();
    let item = db.tenant(scope).backups().item(set.id, sequence).await?;
    let document = item_document(db, scope, &item).await?;
    let contract = Registry::embedded().get(&item.type_key);
    let verdict = judge_items(db, scope, set.id, std::slice::from_ref(&item)).await?.into_iter().next();
    let named = contract.zip(document.as_ref()).map(|(contract, document)| content::references(contract, document));
    let named = named.unwrap_or_default();
    let known = db.tenant(scope).inventory().linked_objects(&named).await?;
    let known = |named: &Reference| known.iter().find(|object| object.reference == *named).cloned();
    let named = named.into_iter().map(|named| (named.clone(), known(&named))).collect();
    Ok(Shown { item, contract, document, verdict, named })
}

async fn summary(place: &Place<'_>, shown: &Shown) -> Result<Markup, WebError> {
    let tags = shown.document.as_ref().map(scope_tags).unwrap_or_default();
    let tags = scope_tag_names(place, &tags).await?;
    let look = if shown.item.version.is_some() { Badge::Complete } else { Badge::of_item(shown.item.outcome) };
    Ok(html! {
        (badge(look)) " " span { (type_label(&shown.item.type_key)) } " "
        @if shown.item.foundation { (tag("Foundation", "stack-2", Tone::Mute)) " " }
        @if !tags.is_empty() { span.muted { "Scope tags: " (tags.join(", ")) } }
    })
}

async fn content_part(place: &Place<'_>, shown: &Shown, name: &str) -> Result<Markup, WebError> {
    let verdict = shown.verdict.as_ref().map(|verdict| {
        section("restorable", "Could it be restored today", "", &html! { p { (answer(verdict)) } (why(verdict)) })
    });
    let Some(document) = &shown.document else {
        let code = shown.item.code.as_deref().unwrap_or_default();
        let text = format!("{}. An older version never stands in for it.", advice(code).title);
        return Ok(
            html! { (verdict.unwrap_or_default()) (empty_state("file-text", "It was not captured", &text, None, true)) },
        );
    };
    Ok(html! {
        (verdict.unwrap_or_default())
        (assignments_of(place, shown.contract, document).await?)
        (section("json", "Content", "as Graph sent it", &json_viewer(document, &format!("JSON of {name}"))))
    })
}

fn references_section(place: &Place<'_>, shown: &Shown) -> Markup {
    let body = html! {
        @if shown.named.is_empty() { p.muted { "It names no other object." } }
        @else {
            ul.links role="list" { @for (named, known) in &shown.named { li { span { (reference(place, named, known.as_ref())) } } } }
        }
    };
    section("names", "Names", &counted(shown.named.len() as u64, "object", "objects"), &body)
}

fn reference(place: &Place<'_>, named: &Reference, known: Option<&LinkedObject>) -> Markup {
    let has_page = Registry::embedded().get(&named.kind).is_some_and(|contract| contract.inventory);
    let name = known.and_then(|known| known.name.clone()).filter(|name| !name.is_empty());
    let words = name.unwrap_or_else(|| named.external_id.clone());
    html! {
        @if has_page && known.is_some() { a href=(object_path(&place.base(), &named.kind, &named.external_id)) { (words) } } @else { (words) }
        small {
            (kind_label(&named.kind))
            @match known { Some(known) if known.missing_since.is_some() => { ", missing now" } None => { ", not known here" } Some(_) => {} }
        }
    }
}

fn about(place: &Place<'_>, shown: &Shown) -> Markup {
    let item = &shown.item;
    let none = || html! { span.muted { "–" } };
    let rows = facts(&[
        ("Object id", copyable(&item.external_id, "object id")),
        ("Position", html! { (item.sequence) }),
        ("Size", html! { @match item.bytes { Some(bytes) => { (size(bytes)) } None => { (none()) } } }),
        (
            "SHA-256",
            html! { @match &item.sha256 { Some(hash) => { (copyable(hash, "hash of the content")) } None => { (none()) } } },
        ),
        (
            "Today",
            html! { a href=(object_path(&place.base(), &item.type_key, &item.external_id)) { "Open in the inventory" } },
        ),
    ]);
    section("about", "About this item", "", &rows)
}
