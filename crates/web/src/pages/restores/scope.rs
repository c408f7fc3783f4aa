//! The second step: which objects, and whether their settings, their assignments, or both.

use std::collections::BTreeSet;

use app::restores::{ObjectKey, Opened, Scope, SourceObject, choose_scope};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::AppError;
use model::ids::RestoreId;
use store::{RestoreState, TenantScope};

use super::wizard::{Step, Wizard};
use super::words::{named, risk};
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::fields::Fields;
use crate::frame::{Done, done, go, tenant_path};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facets::{Facet, facets};
use crate::kit::filter::{Choice, Filters, SearchField, filters};
use crate::kit::form::csrf;
use crate::kit::notice::empty_state;
use crate::kit::number::{counted, number};
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, cell, row, table};
use crate::pages::form_error::FormError;
use crate::pages::inventory::type_label;
use crate::state::Shared;

/// Objects on a page; their boxes are all that a form carries.
const ROWS: usize = 200;
/// What filters the list.
const FILTERS: [&str; 3] = ["q", "type", "chosen"];
const COLUMNS: [Column; 4] = [
    Column { words: "Restore it", class: "c-sel", hidden: true },
    Column::new("Object", ""),
    Column::new("Type", ""),
    Column::new("Risk", "c-risk"),
];

/// `GET /t/{tenant}/restores/{restore}/scope`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, id, &asked, &FormError::default()).await
}

/// `POST /t/{tenant}/restores/{restore}/scope`
pub(crate) async fn save(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let path = format!("{}/restores/{id}", tenant_path(&scope));
    let which = form.text("which").to_owned();
    match chosen(&shared, &scope, id, &form).await {
        Ok(()) if matches!(which.as_str(), "all" | "only") => {
            let page = form.only(&FILTERS).href(&format!("{path}/scope"));
            Ok(done(&ctx, &page, Done::ScopeSaved))
        }
        Ok(()) => Ok(go(&ctx, &format!("{path}/checks"))),
        Err(error) => {
            let error = FormError::of(error)?;
            let page = render(&shared, &ctx, &scope, id, &form.only(&FILTERS), &error).await?;
            Ok(error.respond(page).into_response())
        }
    }
}

/// Keeps the choice, unless it is the one that stands there: then an older plan stays good.
async fn chosen(shared: &Shared, scope: &TenantScope, id: RestoreId, form: &Fields) -> Result<(), AppError> {
    let opened = app::restores::open(shared.db(), scope, id).await?;
    let ticked: BTreeSet<ObjectKey> = form
        .all("object")
        .map(|text| ObjectKey::parse(text).ok_or_else(AppError::not_found))
        .collect::<Result<_, _>>()?;
    let objects = match form.text("which") {
        "all" => None,
        "only" => Some(ticked),
        _ => merged(&opened, form, ticked),
    };
    let wanted = Scope { objects, settings: form.has("settings", "yes"), assignments: form.has("assignments", "yes") };
    let draft = &opened.draft;
    let same =
        draft.objects == wanted.objects && draft.settings == wanted.settings && draft.assignments == wanted.assignments;
    let revision = form.get("revision").and_then(|text| text.parse().ok()).unwrap_or_default();
    if same && revision == opened.restore.revision {
        return Ok(());
    }
    choose_scope(shared.db(), scope, id, revision, wanted).await.map(|_| ())
}

/// What the page showed is as it was ticked; the rest stays as it was.
fn merged(opened: &Opened, form: &Fields, ticked: BTreeSet<ObjectKey>) -> Option<BTreeSet<ObjectKey>> {
    let shown: BTreeSet<&ObjectKey> =
        listed(opened, form).into_iter().skip(from(form)).take(ROWS).map(|object| &object.key).collect();
    let stays =
        opened.objects.iter().map(|object| &object.key).filter(|key| !shown.contains(key) && opened.draft.has(key));
    let all: BTreeSet<ObjectKey> = stays.cloned().chain(ticked).collect();
    (all.len() < opened.objects.len()).then_some(all)
}

fn from(asked: &Fields) -> usize {
    asked.get("from").and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The objects that fit the filter.
fn listed<'a>(opened: &'a Opened, asked: &Fields) -> Vec<&'a SourceObject> {
    let wanted = asked.text("q").trim().to_lowercase();
    let fits = |object: &&SourceObject| {
        (wanted.is_empty() || object.name.to_lowercase().contains(&wanted))
            && (asked.get("type").is_none() || asked.has("type", &object.key.type_key))
            && (!asked.has("chosen", "yes") || opened.draft.has(&object.key))
    };
    opened.objects.iter().filter(fits).collect()
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    id: RestoreId,
    asked: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let wizard = Wizard::load(shared, ctx, scope, id, asked).await?;
    let opened = wizard.opened()?;
    let path = format!("{}/scope", wizard.path());
    let rows = listed(opened, asked);
    let off = wizard.change_off("why-scope");
    let body = html! {
        (error.summary(&[]))
        (filters(&filter_row(opened, asked, &path)))
        div id="objects" {
            (facets("By choice", &facet_row(&wizard, asked, &path), &html! {}))
            form method="post" action=(path) {
                (csrf(&ctx.csrf))
                input type="hidden" name="revision" value=(wizard.restore.revision);
                @for (name, value) in asked.only(&["q", "type", "chosen", "from"]).pairs() { input type="hidden" name=(name) value=(value); }
                @if rows.is_empty() { (empty_state("search", "No object matches", "With these filters.", None, true)) }
                @else { (object_table(opened, &rows, asked, off.is_some())) (pages(rows.len(), asked, &path)) }
                (what(&wizard, off.is_some()))
                @match &off {
                    Some(off) => { div.row-acts { (button(&Button::primary("Continue with checks", Press::Submit).off_when(Some(off.clone())))) (why_off(off)) } }
                    None => { (buttons(opened)) }
                }
            }
        }
    };
    let next = Button::new("Open checks", Press::Link(format!("{}/checks", wizard.path()))).with_icon("arrow-right");
    let actions = html! { @if wizard.restore.state != RestoreState::Draft || off.is_some() { (button(&next)) } };
    wizard.page(Step::Scope, &actions, &body).await
}

fn buttons(opened: &Opened) -> Markup {
    let all = opened.objects.len() as u64;
    html! {
        div.row-acts {
            button.btn.primary type="submit" name="which" value="shown" { "Continue with checks" }
            button.btn type="submit" name="which" value="only" { "Only the ticked ones of this page" }
            @if opened.draft.objects.is_some() { button.btn type="submit" name="which" value="all" { "All " (counted(all, "item", "items")) } }
        }
    }
}

/// Settings and assignments are two choices, and nobody takes the second by accident.
fn what(wizard: &Wizard<'_>, off: bool) -> Markup {
    let one = |name: &str, words: &str, ticked: bool| {
        html! {
            label.tick { input type="checkbox" name=(name) value="yes" checked[ticked] disabled[off]; span { (words) } }
        }
    };
    html! {
        fieldset.fld {
            legend { "What of them is written" }
            (one("settings", "Settings: what the objects do", wizard.draft.settings))
            (one("assignments", "Assignments: whom they apply to", wizard.draft.assignments))
            p.help { "Assignments are sent last, each list as a whole: what is assigned in " (wizard.tenant) " now and is not in the source is taken away." }
        }
    }
}

fn object_table(opened: &Opened, rows: &[&SourceObject], asked: &Fields, off: bool) -> Markup {
    let one = |object: &&SourceObject| {
        let (key, name) = (&object.key, named(&object.name));
        let ticked = opened.draft.has(key);
        let tick = html! {
            label.tap { span.vh { "Restore " (name) } input type="checkbox" name="object" value=(key.text()) checked[ticked] disabled[off]; }
        };
        row(
            "",
            &[
                cell("c-sel", "", &tick),
                cell("c-main", "", &html! { b { (name) } }),
                cell("", "", &html! { (type_label(&key.type_key)) }),
                cell("c-risk", "", &risk(&key.type_key)),
            ],
        )
    };
    let lines: Vec<Markup> = rows.iter().skip(from(asked)).take(ROWS).map(one).collect();
    table("Objects of the source", &COLUMNS, true, &lines)
}

fn pages(all: usize, asked: &Fields, path: &str) -> Markup {
    let at = from(asked);
    let shown = all.saturating_sub(at).min(ROWS);
    let kept = asked.only(&FILTERS);
    pager(&Pager {
        shown: shown as u64,
        total: Some(all as u64),
        noun: ("object", "objects"),
        order: "in the order of the source",
        words: Some(("First", "More")),
        previous: (at > 0).then(|| kept.href(path)),
        next: (at + shown < all).then(|| kept.with("from", (at + shown).to_string()).href(path)),
        ..Pager::default()
    })
}

fn facet_row(wizard: &Wizard<'_>, asked: &Fields, path: &str) -> Vec<Facet> {
    let (chosen, all) = wizard.counts().unwrap_or_default();
    let kept = asked.only(&["q", "type"]);
    let only = asked.has("chosen", "yes");
    vec![
        Facet { count: all, words: "all".into(), sign: None, href: kept.href(path), current: !only },
        Facet {
            count: chosen,
            words: "chosen".into(),
            sign: None,
            href: kept.with("chosen", "yes").href(path),
            current: only,
        },
    ]
}

fn filter_row(opened: &Opened, asked: &Fields, path: &str) -> Filters {
    let keys: BTreeSet<&str> = opened.objects.iter().map(|object| object.key.type_key.as_str()).collect();
    let count = |key: &str| opened.objects.iter().filter(|object| object.key.type_key == key).count();
    let option = |key: &str| {
        let words = format!("{} ({})", type_label(key), number(count(key) as u64));
        (key.to_owned(), words, asked.has("type", key))
    };
    let chosen = asked.all("type").count();
    let summary = if chosen == 0 { "any".to_owned() } else { format!("{chosen} of {}", keys.len()) };
    Filters {
        id: "scope".into(),
        label: "Filter objects".into(),
        action: path.to_owned(),
        target: "objects".into(),
        search: Some(SearchField {
            name: "q".into(),
            label: "Find an object by name".into(),
            placeholder: "Object name".into(),
            value: asked.text("q").into(),
        }),
        choices: vec![Choice {
            name: "type".into(),
            label: "Type".into(),
            summary,
            single: false,
            options: keys.into_iter().map(option).collect(),
        }],
        hidden: asked.only(&["chosen"]).pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}
