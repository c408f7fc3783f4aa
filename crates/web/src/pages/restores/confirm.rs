//! The fifth step: the gates, the second person, and the button that writes.

use app::restores::{Confirmation, Gate, Impact, Reach, ShownPlan, gates, shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::access::Capability;
use model::ids::RestoreId;
use store::{RestoreState, TenantScope};

use super::impact::aside;
use super::preview::stale;
use super::wizard::{Step, Wizard};
use super::words::short;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::fields::Fields;
use crate::frame::{Done, answer, done, extra, tenant_path};
use crate::kit::button::{Button, Press, WhyOff, button, why_off};
use crate::kit::facts::{columns, section};
use crate::kit::form::csrf;
use crate::kit::icon::icon;
use crate::kit::notice::empty_state;
use crate::kit::number::counted;
use crate::pages::form_error::FormError;
use crate::state::Shared;

const NAME: &[&str] = &["restore.wrong_tenant_name"];
const REASON: &[&str] = &["restore.reason_missing"];
const IMPACT: &[&str] = &["restore.impact_not_reviewed"];

/// `GET /t/{tenant}/restores/{restore}/confirm`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, id, &asked, &Fields::default(), &FormError::default()).await
}

/// `POST /t/{tenant}/restores/{restore}/confirm`
pub(crate) async fn act(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let said = Confirmation {
        plan: form.text("plan").to_owned(),
        impact_reviewed: form.has("impact", "yes"),
        tenant_name: form.text("tenant_name").to_owned(),
        reason: form.text("reason").to_owned(),
    };
    match app::restores::confirm(shared.db(), &scope, id, &said, extra(&asked, &form)?).await {
        Ok(started) => answer(&shared, &ctx, &scope, started.clone(), &format!("/operations/{}", started.run())).await,
        Err(error) => {
            let error = FormError::of(error)?;
            let page = render(&shared, &ctx, &scope, id, &asked, &form, &error).await?;
            Ok(error.respond(page).into_response())
        }
    }
}

/// `POST /t/{tenant}/restores/{restore}/approve`
pub(crate) async fn approve(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    app::restores::approve(shared.db(), &scope, id, form.text("plan")).await?;
    Ok(done(&ctx, &format!("{}/restores/{id}/confirm", tenant_path(&scope)), Done::PlanApproved))
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    id: RestoreId,
    asked: &Fields,
    values: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let wizard = Wizard::load(shared, ctx, scope, id, asked).await?;
    if wizard.restore.plan.is_none() {
        let open = button(
            &Button::primary("Open the preview", Press::Link(format!("{}/preview", wizard.path())))
                .with_icon("arrow-right"),
        );
        let body = empty_state(
            "eye",
            "No preview yet",
            "What is confirmed is a plan, and a preview makes it.",
            Some(&open),
            false,
        );
        return wizard.page(Step::Confirm, &html! {}, &body).await;
    }
    let plan = shown(shared.db(), scope, id).await?;
    let gates = gates(shared.db(), scope, &wizard.restore).await?;
    let main = html! {
        (stale(&wizard))
        @if wizard.restore.state == RestoreState::Draft {
            (second_person(&wizard, &plan, &gates))
            (form(&wizard, &plan, &gates, values, error))
        }
    };
    let aside = aside(&wizard, &plan, &gates).await?;
    wizard.page(Step::Confirm, &html! {}, &columns(&main, "Impact and checks", &aside)).await
}

/// Somebody else lets the plan pass, where the tenant wants that.
fn second_person(wizard: &Wizard<'_>, plan: &ShownPlan, gates: &[Gate]) -> Markup {
    let Some(gate) = gates.iter().find(|gate| gate.code == "restore.second_person") else { return html! {} };
    if gate.open {
        let by = wizard.restore.approved.as_ref().map_or("somebody", |approved| approved.by_name.as_str());
        return section("second", "Second person", "", &html! { p { "Approved by " (by) "." } });
    }
    let own = wizard.restore.creator.is_some() && wizard.restore.creator == wizard.scope.actor().user;
    let off = wizard.place.off_without(Capability::RestoreExecute, "why-approve").or_else(|| {
        own.then(|| WhyOff {
            id: "why-approve".to_owned(),
            sentence: "You began this restore, so that somebody else has to approve its plan.".to_owned(),
        })
    });
    let view = Button::new("Approve this plan", Press::Submit).with_icon("clipboard-check").off_when(off.clone());
    section(
        "second",
        "Second person",
        "",
        &html! {
            p { "Plan " span.mono { (short(&plan.hash)) } " needs the word of somebody other than " (wizard.restore.creator_name) "." }
            form.act method="post" action=(format!("{}/approve", wizard.path())) {
                (csrf(&wizard.place.ctx.csrf))
                input type="hidden" name="plan" value=(plan.hash);
                (button(&view))
            }
            @if let Some(off) = &off { (why_off(off)) }
        },
    )
}

fn form(wizard: &Wizard<'_>, plan: &ShownPlan, gates: &[Gate], values: &Fields, error: &FormError) -> Markup {
    let closed: Vec<&Gate> = gates.iter().filter(|gate| !gate.open).collect();
    let off = wizard.place.start_off(Capability::RestoreExecute, "why-confirm");
    let is_off = off.is_some() || !closed.is_empty();
    let why = off.clone().or_else(|| is_off.then(|| WhyOff { id: "closed".to_owned(), sentence: String::new() }));
    let described = why.as_ref().map(|why| why.id.clone());
    let writes = plan.plan.written().count() as u64;
    let left = plan.plan.items.len() as u64 - writes;
    let words = format!("Restore {} to {}", counted(writes, "item", "items"), wizard.tenant);
    let press = wizard.place.start(&format!("{}/confirm", wizard.path()));
    let Press::Post { action, .. } = press else { return html! {} };
    let body = html! {
        @if !closed.is_empty() { (blocked(wizard, &closed)) }
        (error.summary(&[("tenant_name", NAME), ("reason", REASON), ("impact-tick", IMPACT)]))
        form method="post" action=(action) aria-label="Confirm the restore" {
            (csrf(&wizard.place.ctx.csrf))
            input type="hidden" name="plan" value=(plan.hash);
            label.tick {
                input id="impact-tick" type="checkbox" name="impact" value="yes" checked[values.has("impact", "yes")] disabled[is_off] aria-describedby=[described.as_ref()];
                span { "I have reviewed the impact: " (reach(&plan.impact)) }
            }
            (name_field(wizard, values, error, is_off, described.as_deref()))
            (reason_field(values, error, is_off, described.as_deref()))
            div.row-acts {
                (button(&Button::primary(words, Press::Submit).off_when(why.clone())))
                @if left > 0 { span.help { (counted(left, "item is", "items are")) " not written." } }
            }
            @if let Some(off) = &off { (why_off(off)) }
        }
    };
    html! { section.sec.confirm id="confirm" aria-labelledby="confirm-h" { h2 id="confirm-h" { "Confirm" } (body) } }
}

/// Every closed gate, and where to open it.
fn blocked(wizard: &Wizard<'_>, closed: &[&Gate]) -> Markup {
    let href = |code: &str| match code {
        "restore.second_person" => "#second".to_owned(),
        _ => format!("{}/preview", wizard.path()),
    };
    let title = counted(closed.len() as u64, "check blocks", "checks block");
    html! {
        div.block-r id="closed" role="note" {
            (icon("lock"))
            div {
                b { "Not available yet: " (title) " this restore" }
                ul { @for gate in closed { li { a href=(href(gate.code)) { (gate.demand) } " " code { (gate.code) } } } }
                p { "The plan you confirm is the plan that runs." }
            }
        }
    }
}

fn reach(impact: &Impact) -> String {
    let groups = counted(impact.groups.len() as u64, "group", "groups");
    [groups, many(impact.devices(), "device", "devices"), many(impact.users(), "user", "users")].join(", ")
}

fn many(reach: Reach, one: &str, several: &str) -> String {
    match reach {
        Reach::All => format!("all {several}"),
        Reach::Exactly(count) => counted(count, one, several),
        Reach::AtMost(count) => format!("at most {}", counted(count, one, several)),
        Reach::Unknown => format!("{several} not counted"),
    }
}

fn name_field(wizard: &Wizard<'_>, values: &Fields, error: &FormError, off: bool, why: Option<&str>) -> Markup {
    let wrong = error.words(NAME);
    let about = wrong.as_ref().map(|_| "tenant_name-error").or(why);
    html! {
        div.fld {
            label for="tenant_name" { "Type the tenant’s name, " b { (wizard.tenant) } }
            input.input id="tenant_name" name="tenant_name" value=(values.text("tenant_name")) disabled[off] autocomplete="off" spellcheck="false"
                aria-invalid=[wrong.as_ref().map(|_| "true")] aria-describedby=[about];
            @if let Some(wrong) = &wrong { p.err id="tenant_name-error" { (icon("circle-x")) span { (wrong) } } }
        }
    }
}

fn reason_field(values: &Fields, error: &FormError, off: bool, why: Option<&str>) -> Markup {
    let wrong = error.words(REASON);
    let about = wrong.as_ref().map(|_| "reason-error").or(why);
    let described = about.map_or_else(|| "reason-help".to_owned(), |about| format!("reason-help {about}"));
    html! {
        div.fld {
            label for="reason" { "Reason" }
            textarea.input id="reason" name="reason" rows="2" maxlength="1000" disabled[off]
                aria-invalid=[wrong.as_ref().map(|_| "true")] aria-describedby=(described) { (values.text("reason")) }
            p.help id="reason-help" { "It is kept in the audit log. Where Intune asks for a second administrator’s approval, they read it, and the run waits for up to 3 days." }
            @if let Some(wrong) = &wrong { p.err id="reason-error" { (icon("circle-x")) span { (wrong) } } }
        }
    }
}
