//! `GET /t/{tenant}/operations/views`

use axum::extract::State;
use maud::{Markup, html};
use model::access::Capability;
use model::ids::UserId;
use store::{Opening, TenantScope, View};

use super::super::filter::query;
use super::nav::view_words;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section, capital};
use crate::kit::button::{Button, Press, Weight, button, why_off};
use crate::kit::dialog::{Confirm, confirm};
use crate::kit::facts::section;
use crate::kit::form::{Field, csrf, field, select, tick};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::empty_state;
use crate::kit::table::{Column, cell, row, table};
use crate::pages::form_error::FormError;
use crate::state::Shared;

const NAME: &[&str] = &["view.name", "view.exists"];
const COLUMNS: [Column; 4] =
    [Column::new("View", ""), Column::new("Shows", ""), Column::new("For", "c-by"), Column::actions()];

/// The views, and the form that saves the filter in the address.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &asked, &asked, &FormError::default()).await
}

/// `entered` holds the filter, and what a form was sent with.
pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    entered: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Operations);
    let path = format!("{}/operations", place.base());
    let tenant = shared.db().tenant(scope);
    let (views, opening) = (tenant.views().list().await?, tenant.views().opening().await?);
    let people = tenant.runs().initiators().await?;
    let rows: Vec<Markup> = views.iter().map(|view| view_row(&place, &path, &people, view)).collect();
    let crumbs = vec![Crumb::link("Operations", path.clone())];
    let main = html! {
        (header(&Header { crumbs, title: "Saved views".into(), summary: None, actions: None }))
        (error.summary(&[("name", NAME)]))
        @if rows.is_empty() { (empty_state("bookmark", "No view yet", "A view is a name for a filter of the operations list.", None, false)) }
        @else { (table("Saved views, your own first", &COLUMNS, true, &rows)) }
        (section("new", "Save a view", "", &save_form(&place, &path, &people, entered, error)))
        (section("opening", "What Operations opens with", "", &opening_forms(&place, &path, &views, opening)))
    };
    place.page("Saved views", &main).await
}

fn name_of(people: &[(UserId, String)], user: &str) -> Option<String> {
    people.iter().find(|(known, _)| known.to_string() == user).map(|(_, name)| name.clone())
}

fn view_row(place: &Place<'_>, path: &str, people: &[(UserId, String)], view: &View) -> Markup {
    let name = &view.content.name;
    let may = !view.shared || place.off_without(Capability::OperationsCancelAny, "").is_none();
    let id = view.id.to_string();
    let shared_by = format!("All members, by {}", view.created_by_name);
    let acts = html! {
        @if may {
            form.inline-f method="post" action=(format!("{path}/views/{id}")) {
                (csrf(&place.ctx.csrf))
                label.vh for=(format!("name-{id}")) { "New name of " (name) }
                input.input id=(format!("name-{id}")) name="name" value=(name) maxlength="60" required autocomplete="off";
                (button(&Button { about: format!(" {name}"), small: true, ..Button::new("Rename", Press::Submit) }))
            }
            (button(&Button {
                about: format!(" {name}"),
                small: true,
                weight: Weight::Ghost,
                ..Button::new("Remove", Press::Dialog(format!("remove-{id}")))
            }))
            (confirm(&Confirm {
                id: format!("remove-{id}"),
                title: format!("Remove “{name}”?"),
                text: if view.shared { "Nobody sees it any more. The operations stay.".into() } else { "The operations stay.".into() },
                keep: "Keep view".into(),
                act: "Remove view".into(),
                action: format!("{path}/views/{id}/remove"),
                csrf: place.ctx.csrf.clone(),
            }))
        }
    };
    row(
        &id,
        &[
            cell("c-main", "", &html! { a.row-a href=(format!("{path}?view={id}")) { (name) } }),
            cell("", "shows", &html! { (capital(&view_words(view, |user| name_of(people, user)))) }),
            cell("", "for", &html! { @if view.shared { (shared_by) } @else { "You" } }),
            cell("c-act", "", &acts),
        ],
    )
}

fn save_form(
    place: &Place<'_>,
    path: &str,
    people: &[(UserId, String)],
    entered: &Fields,
    error: &FormError,
) -> Markup {
    let query = query(entered);
    let off = place.off_without(Capability::OperationsCancelAny, "why-share");
    let name = Field {
        name: "name".into(),
        label: "Name".into(),
        value: entered.text("name").into(),
        help: "Up to 60 characters, such as Failed this week.".into(),
        autocomplete: "off",
        required: true,
        ..Field::default()
    };
    html! {
        p { "It will show: " b { (query.words(|user| name_of(people, user))) } ". Filter the list first to save something else." }
        form.form method="post" action=(format!("{path}/views")) {
            (csrf(&place.ctx.csrf))
            @for (name, value) in query.pairs() { input type="hidden" name=(name) value=(value); }
            (field(&error.at(NAME, name)))
            @if let Some(off) = &off { (why_off(off)) }
            @else { (tick("shared", "Share it with all members of this tenant", entered.has("shared", "yes"))) }
            (tick("default", "Open Operations with it", entered.has("default", "yes")))
            div.row-acts { (button(&Button::primary("Save view", Press::Submit))) }
        }
    }
}

fn opening_forms(place: &Place<'_>, path: &str, views: &[View], opening: Opening) -> Markup {
    let everybodys = views.iter().find(|view| view.everybodys_default);
    let tenants = everybodys.map_or("all operations", |view| view.content.name.as_str());
    let mut mine = vec![
        (String::new(), format!("What is everybody's default: {tenants}"), opening == Opening::AsTheTenant),
        ("none".to_owned(), "All operations".to_owned(), opening == Opening::Everything),
    ];
    mine.extend(views.iter().map(|view| option(view, opening == Opening::View(view.id))));
    let mut all = vec![("none".to_owned(), "All operations".to_owned(), everybodys.is_none())];
    all.extend(views.iter().filter(|view| view.shared).map(|view| option(view, view.everybodys_default)));
    let off = place.off_without(Capability::OperationsCancelAny, "why-everybody");
    let form = |name: &str, label: &str, options: &[(String, String, bool)], words: &str, help: &str| {
        html! {
            form.form method="post" action=(format!("{path}/views/default")) {
                (csrf(&place.ctx.csrf))
                input type="hidden" name="for" value=(name);
                (select(&format!("view-{name}"), label, options, help, None))
                div.row-acts { (button(&Button::new(words, Press::Submit))) }
            }
        }
    };
    html! {
        (form("me", "For you", &mine, "Save for you", ""))
        @if let Some(off) = &off { (why_off(off)) }
        @else { (form("everybody", "For everybody", &all, "Save for everybody", "It holds for members who have not chosen for themselves.")) }
    }
}

fn option(view: &View, chosen: bool) -> (String, String, bool) {
    (view.id.to_string(), view.content.name.clone(), chosen)
}
