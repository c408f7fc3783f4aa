//! What depends on what: over the whole tenant, and from one object both ways.

use std::collections::BTreeSet;

use app::inventory::{Branch, DEPTH_MAX, Overview, Standing, Turn, View, dependencies, overview};
use axum::extract::State;
use maud::{Markup, html};
use model::registry::content::Reference;
use store::{LinkedObject, TenantScope};

use super::filter::type_label;
use super::object::ObjectPath;
use super::references::{kind_label, one_label, page_of, using};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathText};
use crate::fields::{Fields, segment};
use crate::frame::{Place, Section};
use crate::kit::badge::tag;
use crate::kit::facts::section;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::number::{counted, number};
use crate::kit::table::{Column, cell, row, table};
use crate::kit::tabs::{Tab, tabs};
use crate::kit::tone::Tone;
use crate::state::Shared;

/// Levels that are followed unless somebody asks for others.
const DEPTH: usize = 3;

const COLUMNS: [Column; 3] = [Column::new("Object", ""), Column::new("Type", ""), Column::new("Used by", "num")];

/// `GET /t/{tenant}/inventory/dependencies`
pub(crate) async fn overview_page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Inventory);
    let (view, kind) = (View::of(asked.get("view")), asked.get("kind"));
    let found = overview(shared.db(), &scope, view, kind).await?;
    let path = format!("{}/inventory/dependencies", place.base());
    let tab = |words, each: View| Tab {
        words,
        count: None,
        href: Fields::default().with("view", each.word()).href(&path),
        current: view == each,
    };
    let tab_row = [tab("Most used", View::MostUsed), tab("Used by nothing", View::Unused), tab("Broken", View::Broken)];
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::link("Inventory", format!("{}/inventory", place.base()))], title: "Dependencies".into(), summary: Some(summary(&place, &scope, &found).await?), actions: None }))
        (tabs("Views of dependencies", &tab_row))
        (kinds(&path, view, kind, &found))
        @if !found.rows.is_empty() { p.help { (explained(view)) } }
        (rows(&place, view, &found))
    };
    place.page("Dependencies", &main).await
}

/// How many objects are named, and how sure that is.
async fn summary(place: &Place<'_>, scope: &TenantScope, found: &Overview) -> Result<Markup, WebError> {
    let freshness = place.shared.db().tenant(scope).inventory().freshness().await?;
    let links: u64 = found.kinds.iter().map(|(_, _, links)| links).sum();
    let objects: u64 = found.kinds.iter().map(|(_, objects, _)| objects).sum();
    Ok(html! {
        span { (counted(links, "reference", "references")) " to " (counted(objects, "object", "objects")) }
        @match freshness {
            None => { " " span.muted { "Nothing was observed yet" } }
            Some(fresh) if !fresh.complete => { " " span.muted { "Some types were not read completely, so references may be missing" } }
            Some(_) => {}
        }
    })
}

/// A link for each kind that the view can show, with its number of objects where they are counted.
fn kinds(path: &str, view: View, chosen: Option<&str>, found: &Overview) -> Markup {
    let href = |kind: Option<&str>| {
        let fields = Fields::default().with("view", view.word());
        kind.map_or_else(|| fields.href(path), |kind| fields.with("kind", kind).href(path))
    };
    html! {
        nav.kinds aria-label="By type" {
            ul role="list" {
                li { a href=(href(None)) aria-current=[chosen.is_none().then_some("true")] { "All types" } }
                @for (kind, objects) in &found.choices {
                    li { a href=(href(Some(kind))) aria-current=[(chosen == Some(kind.as_str())).then_some("true")] {
                        (kind_label(kind)) @if view != View::Broken { " " b { (number(*objects)) } }
                    } }
                }
            }
        }
    }
}

fn explained(view: View) -> &'static str {
    match view {
        View::MostUsed => "A change of these reaches the most objects.",
        View::Unused => {
            "Nothing in the inventory names these, and what is assigned is assigned to nothing. A group may well be used outside of Intune."
        }
        View::Broken => "Objects name these, and they are not there.",
    }
}

fn rows(place: &Place<'_>, view: View, found: &Overview) -> Markup {
    if found.rows.is_empty() {
        let words = match view {
            View::MostUsed => "No observed object names another one.",
            View::Unused => "Everything that can be used is used.",
            View::Broken => "Every reference leads to an object that is there.",
        };
        return html! { p.muted { (words) } };
    }
    let line = |(object, standing, users): &(LinkedObject, Standing, u64)| {
        let all = using(place, &object.reference);
        let name = html! { (object_link(place, object)) (standing_mark(*standing)) };
        let users = html! {
            @if *users == 0 { span.muted { "0" } } @else { a href=(all) { (number(*users)) span.vh { " objects use it" } } }
        };
        row(
            "",
            &[
                cell("c-main", "", &name),
                cell("", "type", &html! { (one_label(&object.reference.kind)) }),
                cell("num", "used by", &users),
            ],
        )
    };
    let lines: Vec<_> = found.rows.iter().map(line).collect();
    html! {
        (table("Objects and how many use them", &COLUMNS, true, &lines))
        @if found.more { p.help { "There are more than these " (number(lines.len() as u64)) ". Choose a type to see others." } }
    }
}

/// A link to what an object depends on; its id where it has no name.
fn object_link(place: &Place<'_>, object: &LinkedObject) -> Markup {
    let reference = &object.reference;
    html! {
        a.row-a href=(dependencies_of(place, reference)) {
            @match &object.name {
                Some(name) if name.is_empty() => "(no name)",
                Some(name) => bdi { (name) },
                None => span.mono { (reference.external_id) },
            }
        }
    }
}

fn standing_mark(standing: Standing) -> Markup {
    html! {
        @match standing {
            Standing::Observed => {},
            _ if standing.is_broken() => { " " (tag(standing.title(), "alert-triangle", Tone::Warn)) " " small.muted { (standing.why()) } }
            _ => { " " small.muted { (standing.why()) } }
        }
    }
}

/// Where an object's dependencies are shown.
pub(super) fn dependencies_of(place: &Place<'_>, reference: &Reference) -> String {
    let (kind, id) = (segment(&reference.kind), segment(&reference.external_id));
    format!("{}/inventory/{kind}/{id}/dependencies", place.base())
}

/// `GET /t/{tenant}/inventory/{type}/{id}/dependencies`
pub(crate) async fn object_dependencies(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Inventory);
    let depth = asked.get("depth").and_then(|text| text.parse().ok()).unwrap_or(DEPTH);
    let of = Reference { kind: path.type_key, external_id: path.id };
    let found = dependencies(shared.db(), &scope, &of, depth).await?;
    let (object, standing) = (&found.uses.object, found.uses.standing);
    let name = object.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| of.external_id.clone());
    let own = dependencies_of(&place, &of);
    let main = html! {
        (header(&Header { crumbs: crumbs(&place, &of), title: name.clone(), summary: Some(about(&place, object, standing)), actions: None }))
        (depths(&own, found.depth))
        (direction(&place, "uses", "Uses", &found.uses, "It names no other object."))
        (direction(&place, "used-by", "Used by", &found.used_by, "No observed object names it."))
    };
    place.page(&format!("Dependencies of {name}"), &main).await
}

fn crumbs(place: &Place<'_>, of: &Reference) -> Vec<Crumb> {
    let list = format!("{}/inventory", place.base());
    vec![
        Crumb::link("Inventory", list.clone()),
        Crumb::link("Dependencies", format!("{list}/dependencies")),
        Crumb::text(type_label(&of.kind)),
    ]
}

fn about(place: &Place<'_>, object: &LinkedObject, standing: Standing) -> Markup {
    let (words, href) = match object.name {
        Some(_) if object.reference.kind != "groups" => ("Open the object", page_of(place, &object.reference)),
        _ => ("Show what uses it in the inventory", using(place, &object.reference)),
    };
    html! { span { (one_label(&object.reference.kind)) } (standing_mark(standing)) " " a href=(href) { (words) } }
}

/// Links, so that it works without a script and with the keyboard.
fn depths(own: &str, depth: usize) -> Markup {
    html! {
        nav.kinds aria-label="Levels" {
            ul role="list" {
                @for each in 1..=DEPTH_MAX {
                    li { a href=(Fields::default().with("depth", each.to_string()).href(own)) aria-current=[(each == depth).then_some("true")] {
                        @if each == 1 { "1 level" } @else { (number(each as u64)) " levels" }
                    } }
                }
            }
        }
    }
}

fn direction(place: &Place<'_>, id: &str, title: &str, root: &Branch, none: &str) -> Markup {
    let (mut shown, mut cycles, mut broken) = (BTreeSet::new(), 0, 0);
    root.walk(&mut |branch, depth| {
        if depth > 0 && shown.insert((&branch.object.reference.kind, &branch.object.reference.external_id)) {
            broken += u64::from(branch.standing.is_broken());
        }
        cycles += u64::from(branch.turn == Some(Turn::Cycle));
    });
    let body = html! {
        @if root.branches.is_empty() { p.muted { (none) } }
        @else {
            @if cycles > 0 { p { (tag(&format!("{} leads in a circle", counted_words(cycles)), "refresh", Tone::Warn)) } }
            @if broken > 0 { p { (tag(&format!("{broken} not there"), "alert-triangle", Tone::Warn)) } }
            (branches(place, root))
        }
    };
    section(id, title, &counted(shown.len() as u64, "object", "objects"), &body)
}

fn counted_words(cycles: u64) -> String {
    if cycles == 1 { "1 reference".to_owned() } else { format!("{cycles} references") }
}

/// Lists inside lists: a screen reader tells how deep it is.
fn branches(place: &Place<'_>, above: &Branch) -> Markup {
    html! {
        ul.dep role="list" {
            @for branch in &above.branches { li {
                (object_link(place, &branch.object)) " " small.muted { (kind_name(&branch.object.reference.kind)) }
                (standing_mark(branch.standing))
                (turn(place, branch))
                @if !branch.branches.is_empty() { (branches(place, branch)) }
            } }
            @if above.more > 0 && !above.branches.is_empty() { li { (rest(place, above)) } }
        }
    }
}

fn turn(place: &Place<'_>, branch: &Branch) -> Markup {
    html! {
        @match branch.turn {
            Some(Turn::Cycle) => { " " (tag("Leads in a circle", "refresh", Tone::Warn)) " " small.muted { "it stands above" } }
            Some(Turn::Again) => { " " small.muted { "shown elsewhere on this page" } }
            Some(Turn::Cut) => { " " a href=(dependencies_of(place, &branch.object.reference)) { small { (number(branch.more)) " more behind it" } } }
            None => {}
        }
    }
}

fn rest(place: &Place<'_>, above: &Branch) -> Markup {
    html! { a href=(using(place, &above.object.reference)) { (number(above.more)) " more" } }
}

/// What one object of that kind is called.
fn kind_name(kind: &str) -> String {
    match kind.strip_prefix("external:") {
        Some(word) => word.to_owned(),
        None => type_label(kind),
    }
}
