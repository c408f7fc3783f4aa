//! `GET /t/{tenant}/members`

use axum::extract::State;
use maud::{Markup, html};
use model::access::{Capability, Role};
use store::{Member, TenantScope};
use strum::IntoEnumIterator;

use super::place;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, capital};
use crate::kit::button::{Button, Press, Weight, button, why_off};
use crate::kit::facts::section;
use crate::kit::form::{Field, csrf, field, select};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::table::{Column, action_cell, cell, row, table};
use crate::kit::time::{Now, relative_time};
use crate::pages::form_error::FormError;
use crate::state::Shared;

const COLUMNS: [Column; 4] =
    [Column::new("Person", ""), Column::new("Role", ""), Column::new("Since", "c-at"), Column::actions()];
const EMAIL: &[&str] = &["account.email", "member.unknown"];
const NAME: &[&str] = &["account.name"];

/// The list, with what an owner may do.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &asked, &Fields::default(), &FormError::default(), None).await
}

pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    values: &Fields,
    error: &FormError,
    said: Option<Markup>,
) -> Result<Markup, WebError> {
    let place = place(shared, ctx, scope, asked);
    let members = shared.db().tenant(scope).members().await?;
    let second = shared.db().tenant(scope).restores().second_person().await?;
    let now = place.now();
    let rows: Vec<Markup> = members.iter().map(|member| member_row(&place, &now, member)).collect();
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Tenant settings")], title: "Members".into(), summary: None, actions: None }))
        @if let Some(said) = &said { (said) }
        (table("Members of this tenant", &COLUMNS, true, &rows))
        (section("add", "Add a member", "", &add_form(&place, values, error)))
        (section("restores", "Restores", "", &second_person(&place, second)))
    };
    place.page("Members", &main).await
}

fn member_row(place: &Place<'_>, now: &Now, member: &Member) -> Markup {
    let can = place.off_without(Capability::MembersManage, "why-member").is_none();
    let path = format!("{}/members/{}", place.base(), member.user);
    let person =
        html! { b { (member.name) } " " span.row-t { (member.email) @if member.user == place.ctx.user { ", you" } } };
    let role = html! {
        @if can {
            form.act method="post" action=(format!("{path}/role")) {
                (csrf(&place.ctx.csrf))
                label.vh for=(format!("role-{}", member.user)) { "Role of " (member.name) }
                select.input.sm id=(format!("role-{}", member.user)) name="role" {
                    @for (value, words, chosen) in roles(member.role) { option value=(value) selected[chosen] { (words) } }
                }
                (button(&Button { small: true, about: format!(" of {}", member.name), ..Button::new("Save role", Press::Submit) }))
            }
        } @else { (capital(&member.role.to_string())) }
    };
    let remove = html! {
        @if can {
            form.act method="post" action=(format!("{path}/remove")) {
                (csrf(&place.ctx.csrf))
                (button(&Button { small: true, weight: Weight::Ghost, about: format!(" {}", member.name), ..Button::new("Remove", Press::Submit) }))
            }
        }
    };
    row(
        "",
        &[
            cell("c-main", "", &person),
            cell("", "role", &role),
            cell("nowrap", "since", &relative_time(now, member.since)),
            action_cell(&remove),
        ],
    )
}

fn roles(chosen: Role) -> Vec<(String, String, bool)> {
    Role::iter().map(|role| (role.to_string(), capital(&role.to_string()), role == chosen)).collect()
}

/// Whether a restore needs the word of somebody other than who began it.
fn second_person(place: &Place<'_>, demanded: bool) -> Markup {
    let off = place.off_without(Capability::MembersManage, "why-second");
    html! {
        form.form method="post" action=(format!("{}/members/second-person", place.base())) {
            (csrf(&place.ctx.csrf))
            label.tick {
                input type="checkbox" name="demanded" value="yes" checked[demanded] disabled[off.is_some()];
                span { "A restore needs the approval of a second person" }
            }
            p.help { "Somebody who may restore here and did not begin it looks at the plan and approves it, before anybody can confirm it." }
            div.row-acts { (button(&Button::new("Save choice", Press::Submit).off_when(off.clone()))) }
            @if let Some(off) = &off { (why_off(off)) }
        }
    }
}

fn add_form(place: &Place<'_>, values: &Fields, error: &FormError) -> Markup {
    if let Some(off) = place.off_without(Capability::MembersManage, "why-add") {
        return html! { (button(&Button::new("Add member", Press::Submit).off_when(Some(off.clone())))) (why_off(&off)) };
    }
    let email = Field {
        name: "email".into(),
        label: "E-mail address".into(),
        kind: "email",
        value: values.text("email").into(),
        autocomplete: "off",
        required: true,
        ..Field::default()
    };
    let name = Field {
        name: "name".into(),
        label: "Name".into(),
        value: values.text("name").into(),
        help: "Only for somebody without an account: one is made, with a one-time password that is shown once.".into(),
        autocomplete: "off",
        ..Field::default()
    };
    let role = values.text("role").parse().unwrap_or(Role::Readonly);
    html! {
        form.form method="post" action=(format!("{}/members", place.base())) {
            (error.summary(&[("email", EMAIL), ("name", NAME)]))
            (csrf(&place.ctx.csrf))
            (field(&error.at(EMAIL, email)))
            (field(&error.at(NAME, name)))
            (select("role", "Role", &roles(role), "Readonly looks, operator starts syncs and backups, manager cancels anybody's runs, owner manages members and the connection.", None))
            div.row-acts { (button(&Button::primary("Add member", Press::Submit))) }
        }
    }
}
