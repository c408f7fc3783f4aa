//! `GET /t/{tenant}/restores/{restore}/print`: everything on one page, for a change board.

use app::restores::{ShownPlan, action_word, gates, shown};
use axum::extract::State;
use maud::{Markup, html};
use model::ids::RestoreId;

use super::difference::lines;
use super::impact::{body, gate_list};
use super::items::{details, reasons};
use super::plan_checks::plan_checks;
use super::preview::stale;
use super::wizard::Wizard;
use super::words::{action_tag, named, risk};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::kit::bare::bare_page;
use crate::kit::facts::{facts, section};
use crate::kit::time::exact_time;
use crate::pages::inventory::type_label;
use crate::state::Shared;

/// The plan without anything around it.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let wizard = Wizard::load(&shared, &ctx, &scope, id, &asked).await?;
    let plan = shown(shared.db(), &scope, id).await?;
    let gates = gates(shared.db(), &scope, &wizard.restore).await?;
    let impact = body(&wizard, &plan.impact).await?;
    let mut items = Vec::new();
    for item in &plan.plan.items {
        items.push((item, lines(&wizard, item).await?));
    }
    let main = html! {
        p { a href=(format!("{}/preview", wizard.path())) { "Back to the plan" } }
        (stale(&wizard))
        (section("about", "About this plan", "", &about(&wizard, &plan)))
        (section("impact", "Impact", "", &impact))
        (plan_checks(&plan.plan, None))
        (section("gates", "Before it can be executed", "", &gate_list(&gates)))
        @for (item, lines) in &items {
            section.sec aria-labelledby=(format!("item-{}", item.sequence)) {
                h2 id=(format!("item-{}", item.sequence)) { (item.sequence) ". " (named(&item.name)) " " span.h-note { (type_label(&item.type_key)) } }
                p { (action_tag(&action_word(item))) " " (risk(&item.type_key)) }
                (reasons(item))
                (details(item, &wizard.tenant, lines.as_deref()))
            }
        }
    };
    Ok(bare_page(&format!("Restore plan for {}", wizard.tenant), "", &html! { div.print { (main) } }))
}

fn about(wizard: &Wizard<'_>, plan: &ShownPlan) -> Markup {
    let now = wizard.place.now();
    let restore = &wizard.restore;
    let mut rows = vec![
        ("Tenant", html! { (wizard.tenant) }),
        ("Source", html! { (wizard.from.long) }),
        ("Plan", html! { span.mono { (plan.hash) } }),
        ("Observed", exact_time(&now, plan.plan.observed_at_ms)),
        ("Begun by", html! { (restore.creator_name) }),
        ("Zone", html! { (now.zone_name()) }),
    ];
    if let Some(approved) = &restore.approved {
        rows.push(("Approved by", html! { (approved.by_name) ", " (exact_time(&now, approved.at)) }));
    }
    if let Some(confirmed) = &restore.confirmed {
        rows.push(("Confirmed by", html! { (confirmed.by_name) ", " (exact_time(&now, confirmed.at)) }));
        rows.push(("Reason", html! { (confirmed.reason) }));
    }
    facts(&rows)
}
