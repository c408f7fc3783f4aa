//! What all five steps share: the restore, what it is from, the head of the page and the row of steps.

use app::restores::{Draft, Opened, open};
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use model::ids::RestoreId;
use store::{Restore, RestoreState, TenantScope};

use super::words::short;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::button::{Button, Press, Weight, WhyOff, button};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::{Notice, notice};
use crate::kit::number::{counted, number};
use crate::kit::steps::{StepState, StepView, steps};
use crate::kit::tone::Tone;
use crate::state::Shared;

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Source,
    Scope,
    Checks,
    Preview,
    Confirm,
}

/// A restore on its way through the steps.
pub(super) struct Wizard<'a> {
    pub(super) place: Place<'a>,
    pub(super) scope: &'a TenantScope,
    pub(super) restore: Restore,
    pub(super) draft: Draft,
    /// What the source holds; absent for who may not see where it comes from.
    pub(super) opened: Option<Opened>,
    /// The tenant that is written to.
    pub(super) tenant: String,
    /// Where it comes from: in the crumb, and in the first step.
    pub(super) from: From,
}

/// Where the objects come from, in words.
pub(super) struct From {
    /// "from Northwind Traders", "from “Before the change”", "undo of a restore".
    pub(super) crumb: String,
    /// "Northwind Traders, “Golden 2026.2”".
    pub(super) long: String,
}

impl<'a> Wizard<'a> {
    /// Reads a restore. Who may not see its source gets what does not need it.
    pub(super) async fn load(
        shared: &'a Shared,
        ctx: &'a Ctx,
        scope: &'a TenantScope,
        id: RestoreId,
        asked: &'a Fields,
    ) -> Result<Self, WebError> {
        let place = Place::tenant(shared, ctx, scope, asked, Section::Restores);
        let (restore, draft, opened) = match open(shared.db(), scope, id).await {
            Ok(opened) => (opened.restore.clone(), opened.draft.clone(), Some(opened)),
            Err(error) if error.code == "restore.source_gone" => {
                let restore = shared.db().tenant(scope).restores().get(id).await?;
                let draft = Draft::of(&restore)?;
                (restore, draft, None)
            }
            Err(error) => return Err(error.into()),
        };
        let tenant = shared.db().tenant(scope).info().await?.display_name;
        let from = from(shared, ctx, scope, &restore, &tenant, opened.is_some()).await?;
        Ok(Self { place, scope, restore, draft, opened, tenant, from })
    }

    /// The same for a step that needs the source.
    pub(super) fn opened(&self) -> Result<&Opened, AppError> {
        self.opened.as_ref().ok_or_else(|| {
            AppError::conflict("restore.source_gone", "You may not see the tenant that these objects come from")
                .hint("Ask one of its owners for a membership")
        })
    }

    /// Where the restore's pages begin.
    pub(super) fn path(&self) -> String {
        format!("{}/restores/{}", self.place.base(), self.restore.id)
    }

    /// Why this person cannot change what is chosen, or nothing.
    pub(super) fn change_off(&self, id: &str) -> Option<WhyOff> {
        let over = |sentence: &str| WhyOff { id: id.to_owned(), sentence: sentence.to_owned() };
        match self.restore.state {
            RestoreState::Executed => Some(over("It was executed, so that it does not change any more.")),
            RestoreState::Discarded => Some(over("It was given up, so that it does not change any more.")),
            RestoreState::Draft => self.place.off_without(Capability::RestorePreview, id),
        }
    }

    /// How many objects are chosen, of how many; absent for who may not see the source.
    pub(super) fn counts(&self) -> Option<(u64, u64)> {
        let opened = self.opened.as_ref()?;
        let chosen = opened.objects.iter().filter(|object| self.draft.has(&object.key)).count();
        Some((chosen as u64, opened.objects.len() as u64))
    }

    fn title(&self) -> String {
        match (self.counts(), self.restore.source.run) {
            (Some((chosen, _)), None) => format!("Restore {} to {}", counted(chosen, "item", "items"), self.tenant),
            (Some((chosen, _)), Some(_)) => format!("Undo {} in {}", counted(chosen, "item", "items"), self.tenant),
            (None, _) => format!("Restore to {}", self.tenant),
        }
    }

    /// The whole page of a step.
    pub(super) async fn page(&self, step: Step, actions: &Markup, body: &Markup) -> Result<Markup, WebError> {
        let title = self.title();
        let list = format!("{}/restores", self.place.base());
        let leave = Button { weight: Weight::Ghost, ..Button::new("Save and leave", Press::Link(list.clone())) };
        let main = html! {
            (header(&Header {
                crumbs: vec![Crumb::link("Restore", list), Crumb::text(self.from.crumb.as_str())],
                title: title.clone(),
                summary: None,
                actions: Some(html! { @if self.restore.state == RestoreState::Draft { (button(&leave)) } (actions) }),
            }))
            (steps(&self.steps(step)))
            (self.over())
            (body)
        };
        self.place.page(&title, &main).await
    }

    /// Says on every step that nothing changes any more.
    fn over(&self) -> Markup {
        let (icon, title, text) = match (self.restore.state, self.restore.run) {
            (RestoreState::Draft, _) => return html! {},
            (RestoreState::Discarded, _) => ("circle-minus", "Given up", "Nothing was written by it."),
            (RestoreState::Executed, _) => {
                ("check", "Executed", "It does not change any more. Its run says what became of each item.")
            }
        };
        let run = self.restore.run.map(|run| {
            let href = format!("{}/operations/{run}", self.place.base());
            button(&Button::new("View run", Press::Link(href)).with_icon("activity"))
        });
        notice(&Notice {
            tone: Tone::Mute,
            icon,
            title: title.to_owned(),
            text: text.to_owned(),
            code: String::new(),
            actions: run,
        })
    }

    fn steps(&self, current: Step) -> Vec<StepView> {
        let path = self.path();
        let draft = self.restore.state == RestoreState::Draft;
        let executed = self.restore.state == RestoreState::Executed;
        let plan = self.restore.plan.is_some();
        let done = |yes: bool| if yes { StepState::Done } else { StepState::ToDo };
        let stale = plan && draft && !self.restore.has_current_plan();
        let one = |step: Step, words, note, end: &str, state| StepView {
            words,
            note,
            href: format!("{path}{end}"),
            state,
            current: step == current,
        };
        let preview = if stale { StepState::Warning } else { done(plan) };
        let past_checks = matches!(current, Step::Preview | Step::Confirm);
        vec![
            one(Step::Source, "Source", self.from.long.clone(), "", StepState::Done),
            one(Step::Scope, "Scope", self.scope_note(), "/scope", done(plan || current != Step::Source)),
            one(Step::Checks, "Checks", "Where everything goes".to_owned(), "/checks", done(plan || past_checks)),
            one(Step::Preview, "Preview", self.plan_note(), "/preview", preview),
            one(Step::Confirm, "Confirm", self.confirm_note(), "/confirm", done(executed)),
        ]
    }

    fn scope_note(&self) -> String {
        let what = match (self.draft.settings, self.draft.assignments) {
            (true, true) => "with assignments",
            (true, false) => "settings only",
            (false, _) => "assignments only",
        };
        match self.counts() {
            Some((chosen, all)) => format!("{} of {}, {what}", number(chosen), counted(all, "item", "items")),
            None => what.to_owned(),
        }
    }

    fn plan_note(&self) -> String {
        match &self.restore.plan {
            None => "Not made yet".to_owned(),
            Some(plan) if self.restore.state == RestoreState::Draft && !self.restore.has_current_plan() => {
                format!("Plan {} is out of date", short(&plan.hash))
            }
            Some(plan) => format!("Plan {}, {}", short(&plan.hash), self.place.now().relative(plan.at)),
        }
    }

    fn confirm_note(&self) -> String {
        match (self.restore.state, &self.restore.confirmed) {
            (RestoreState::Discarded, _) => "Given up".to_owned(),
            (_, Some(confirmed)) => format!("By {}", confirmed.by_name),
            _ => "Not confirmed".to_owned(),
        }
    }
}

async fn from(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    restore: &Restore,
    tenant: &str,
    visible: bool,
) -> Result<From, WebError> {
    let title = &restore.title;
    if restore.source.run.is_some() {
        return Ok(From { crumb: "undo of a restore".to_owned(), long: title.clone() });
    }
    let there = if restore.source.tenant == scope.tenant_id() {
        tenant.to_owned()
    } else if visible {
        let tenants = shared.db().tenants().list_for(ctx.user).await?;
        let card = tenants.into_iter().find(|card| card.tenant.id == restore.source.tenant);
        card.map_or_else(|| "another tenant".to_owned(), |card| card.tenant.display_name)
    } else {
        "another tenant".to_owned()
    };
    let own = restore.source.tenant == scope.tenant_id();
    let crumb = if own { format!("from “{title}”") } else { format!("from {there}") };
    Ok(From { crumb, long: format!("{there}, “{title}”") })
}
