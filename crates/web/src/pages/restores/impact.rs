//! Whom a plan reaches, and what its pages say beside it.

use app::restores::{Gate, Impact, Reach, ShownPlan, since};
use maud::{Markup, html};
use store::RestoreState;

use super::plan_checks::{Now, plan_checks};
use super::wizard::Wizard;
use super::words::severity_of;
use crate::errors::{WebError, sentence};
use crate::fields::Fields;
use crate::kit::badge::severity;
use crate::kit::code::short_id;
use crate::kit::facts::section;
use crate::kit::icon::icon;
use crate::kit::number::{counted, number};
use crate::kit::tone::Tone;

/// Groups that are named.
const GROUPS: usize = 12;

/// The whole aside.
pub(super) async fn aside(wizard: &Wizard<'_>, shown: &ShownPlan, gates: &[Gate]) -> Result<Markup, WebError> {
    let checks = checks(wizard, shown).await?;
    Ok(html! {
        (section("impact", "Impact", "", &body(wizard, &shown.impact).await?))
        (checks)
        (section("gates", "Before it can be executed", "", &gate_list(gates)))
        (wrong())
    })
}

/// With what happened since, as long as the plan can be confirmed.
async fn checks(wizard: &Wizard<'_>, shown: &ShownPlan) -> Result<Markup, WebError> {
    let open = shown.restore.state == RestoreState::Draft && shown.restore.has_current_plan();
    if !open {
        return Ok(plan_checks(&shown.plan, None));
    }
    let since = since(wizard.place.shared.db(), wizard.scope, &shown.plan).await?;
    let observed = wizard.place.now().exact(shown.plan.observed_at_ms);
    Ok(plan_checks(&shown.plan, Some(&Now { since: &since, tenant: &wizard.tenant, observed })))
}

/// What a person can do afterwards.
pub(super) fn wrong() -> Markup {
    let help = "The state before each write is kept. A finished restore can be undone by a new plan.";
    section("wrong", "If it goes wrong", "", &html! { p.help { (help) } })
}

/// Groups by name, everybody called out.
pub(super) async fn body(wizard: &Wizard<'_>, impact: &Impact) -> Result<Markup, WebError> {
    let ids: Vec<String> = impact.groups.iter().cloned().collect();
    let names = wizard.place.shared.db().tenant(wizard.scope).groups().names(&ids).await?;
    let inventory = format!("{}/inventory", wizard.place.base());
    let href = |id: &str| Fields::default().with("group", id).href(&inventory);
    let more = ids.len().saturating_sub(GROUPS) as u64;
    Ok(html! {
        dl.impact {
            div { dt { "Groups" } dd { (number(ids.len() as u64)) } }
            div { dt { "Devices" } dd { (reach(impact.devices())) } }
            div { dt { "Users" } dd { (reach(impact.users())) } }
            div { dt { "Highest risk" } dd { @match impact.risk { Some(risk) => { (severity(severity_of(risk))) } None => { span.muted { "None" } } } } }
        }
        (everybody(impact))
        @if !ids.is_empty() {
            ul.links role="list" {
                @for id in ids.iter().take(GROUPS) {
                    li { (icon("users")) span { a href=(href(id)) { @match names.get(id) { Some(name) => { (name) } None => { span.mono { (short_id(id)) } } } } (members(impact, id)) } }
                }
            }
            @if more > 0 { p.help { "and " (counted(more, "other group", "other groups")) ", in the downloaded plan." } }
        }
        p.help { "Groups that something of it is assigned to now, or afterwards. Names come from the last group sync, members were counted by the preview. Who is in several groups counts in each." }
    })
}

/// How many of a kind, as exactly as it is known.
fn reach(reach: Reach) -> Markup {
    match reach {
        Reach::All => html! { "All" },
        Reach::Exactly(count) => html! { (number(count)) },
        Reach::AtMost(count) => html! { small { "at most " } (number(count)) },
        Reach::Unknown => html! { span.muted { "Not counted" } },
    }
}

/// Who is in the group, behind its name.
fn members(impact: &Impact, group: &str) -> Markup {
    let Some(reached) = impact.counted.get(group) else { return html! { " " span.muted { "not counted" } } };
    html! { " " span.muted { (counted(reached.devices, "device", "devices")) ", " (counted(reached.users, "user", "users")) } }
}

/// What reaches everybody is said first.
pub(super) fn everybody(impact: &Impact) -> Markup {
    let all = [
        (
            impact.all_devices,
            "devices",
            "Reaches all devices",
            "Something of it is assigned to All devices, now or afterwards.",
        ),
        (
            impact.all_users,
            "users",
            "Reaches all users",
            "Something of it is assigned to All users, now or afterwards.",
        ),
    ];
    html! {
        @for (reaches, name, title, text) in all {
            @if reaches { p.call data-tone=(Tone::Warn) { (icon(name)) span { b { (title) ". " } (text) } } }
        }
    }
}

/// What has to be so, with what already is.
pub(super) fn gate_list(gates: &[Gate]) -> Markup {
    html! {
        ul.checks role="list" {
            @for gate in gates {
                li data-tone=(if gate.open { Tone::Ok } else { Tone::Bad }) {
                    (icon(if gate.open { "circle-check" } else { "circle-x" }))
                    span {
                        span.vh { @if gate.open { "Met: " } @else { "Not met: " } }
                        (gate.demand)
                        @if !gate.open { small { (sentence("Not yet")) " " code { (gate.code) } } }
                    }
                }
            }
        }
    }
}
