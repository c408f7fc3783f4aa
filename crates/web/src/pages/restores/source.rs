//! The first step: what the restore is, where it comes from, and giving it up.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::ids::RestoreId;
use store::RestoreState;

use super::wizard::{Step, Wizard};
use super::words::short;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::frame::{Done, done, tenant_path};
use crate::kit::button::{Button, Press, Weight, button, why_off};
use crate::kit::code::copyable;
use crate::kit::dialog::{Confirm, confirm};
use crate::kit::facts::{facts, section};
use crate::kit::time::exact_time;
use crate::state::Shared;

/// `GET /t/{tenant}/restores/{restore}`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let wizard = Wizard::load(&shared, &ctx, &scope, id, &asked).await?;
    let draft = wizard.restore.state == RestoreState::Draft;
    let next =
        Button::primary("Choose the scope", Press::Link(format!("{}/scope", wizard.path()))).with_icon("arrow-right");
    let body = html! {
        (section("source", "Source", "", &about(&wizard)))
        @if draft { div.row-acts { (button(&next)) } }
    };
    wizard.page(Step::Source, &give_up(&wizard), &body).await
}

/// `POST /t/{tenant}/restores/{restore}/discard`
pub(crate) async fn discard(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
) -> Result<Response, WebError> {
    app::restores::discard(shared.db(), &scope, id).await?;
    Ok(done(&ctx, &format!("{}/restores", tenant_path(&scope)), Done::RestoreDiscarded))
}

fn give_up(wizard: &Wizard<'_>) -> Markup {
    if wizard.restore.state != RestoreState::Draft {
        return html! {};
    }
    if let Some(off) = wizard.change_off("why-discard") {
        return html! { (button(&Button::new("Give up", Press::Submit).off_when(Some(off.clone())))) (why_off(&off)) };
    }
    let question = Confirm {
        id: "discard".into(),
        title: "Give this restore up?".into(),
        text: "What was chosen and its plan stay readable. It cannot be executed any more.".into(),
        keep: "Keep it".into(),
        act: "Give up".into(),
        action: format!("{}/discard", wizard.path()),
        csrf: wizard.place.ctx.csrf.clone(),
    };
    let view = Button { weight: Weight::Danger, ..Button::new("Give up", Press::Dialog("discard".into())) };
    html! { (button(&view)) (confirm(&question)) }
}

fn about(wizard: &Wizard<'_>) -> Markup {
    let (restore, now, base) = (&wizard.restore, wizard.place.now(), wizard.place.base());
    let source = &restore.source;
    let own = source.tenant == wizard.scope.tenant_id();
    let there = if wizard.opened.is_some() { format!("/t/{}", source.tenant) } else { String::new() };
    let from = html! {
        @match (source.run, source.set) {
            (Some(run), _) => { "What " a href=(format!("{base}/operations/{run}")) { "this restore" } " found before it wrote" }
            (None, Some(set)) if !there.is_empty() => { "Backup set " a href=(format!("{there}/backups/{set}")) { "“" (restore.title) "”" } }
            (None, Some(_)) => { "A backup set" }
            (None, None) => { "Versions: " (restore.title) }
        }
        @if !own { p.help { "Of another tenant: names and references are mapped in the third step." } }
    };
    let mut rows = vec![
        ("From", from),
        ("To", html! { (wizard.tenant) }),
        ("Begun by", html! { (restore.creator_name) }),
        ("Begun", exact_time(&now, restore.created_at)),
        ("Last changed", exact_time(&now, restore.changed_at)),
        ("Restore", copyable(&restore.id.to_string(), "id of this restore")),
    ];
    if let Some(plan) = &restore.plan {
        rows.push(("Plan", html! { span.mono { (short(&plan.hash)) } " of " (exact_time(&now, plan.at)) }));
    }
    if let Some(approved) = &restore.approved {
        rows.push(("Approved by", html! { (approved.by_name) ", " (exact_time(&now, approved.at)) }));
    }
    if let Some(confirmed) = &restore.confirmed {
        rows.push(("Confirmed by", html! { (confirmed.by_name) ", " (exact_time(&now, confirmed.at)) }));
        rows.push(("Reason", html! { (confirmed.reason) }));
    }
    facts(&rows)
}
