//! What surrounds every page of a signed-in person: navigation, top bar, notifications, the toast of what was just done.

mod active;
mod bell;
mod done;
mod navigation;
mod starts;

use maud::Markup;
use model::access::Capability;
use store::{TenantCard, TenantScope};

use crate::auth::Ctx;
use crate::errors::WebError;
use crate::fields::Fields;
use crate::kit::button::{Press, WhyOff};
use crate::kit::shell::{self, Shell};
use crate::kit::time::Now;
use crate::state::Shared;

pub(crate) use active::Active;
pub(crate) use bell::{bell_cards, bell_updates};
pub(crate) use done::{Done, done, done_in_place, go};
pub(crate) use navigation::{Section, capital};
pub(crate) use starts::{answer, extra, idempotency};

/// Where a page stands: who reads it, in which tenant, in which part of the navigation.
pub(crate) struct Place<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) ctx: &'a Ctx,
    pub(crate) scope: Option<&'a TenantScope>,
    pub(crate) asked: &'a Fields,
    pub(crate) section: Section,
}

impl<'a> Place<'a> {
    /// A page of a tenant.
    pub(crate) fn tenant(
        shared: &'a Shared,
        ctx: &'a Ctx,
        scope: &'a TenantScope,
        asked: &'a Fields,
        section: Section,
    ) -> Self {
        Self { shared, ctx, scope: Some(scope), asked, section }
    }

    /// A page outside of tenants.
    pub(crate) fn outside(shared: &'a Shared, ctx: &'a Ctx, asked: &'a Fields, section: Section) -> Self {
        Self { shared, ctx, scope: None, asked, section }
    }

    /// Where the tenant's pages begin; `/` outside of tenants.
    pub(crate) fn base(&self) -> String {
        self.scope.map(tenant_path).unwrap_or_default()
    }

    /// The moment of the request.
    pub(crate) fn now(&self) -> Now {
        self.ctx.now()
    }

    /// A button that posts to a path and starts a run: with a fresh key, so that a double click is one start.
    pub(crate) fn start(&self, path: &str) -> Press {
        self.start_with(path, Fields::default())
    }

    /// The same, with more than the key in the address.
    pub(crate) fn start_with(&self, path: &str, fields: Fields) -> Press {
        let key = self.shared.web.ambient.uuid().simple().to_string();
        Press::Post { action: fields.with("key", key).href(path), csrf: self.ctx.csrf.clone() }
    }

    /// Why a control is off for this person, or nothing when it is on.
    pub(crate) fn off_without(&self, capability: Capability, id: &str) -> Option<WhyOff> {
        let scope = self.scope?;
        let error = scope.require(capability).err()?;
        let sentence = [Some(error.message), error.hint]
            .into_iter()
            .flatten()
            .map(|text| format!("{text}."))
            .collect::<Vec<_>>()
            .join(" ");
        Some(WhyOff { id: id.to_owned(), sentence })
    }

    /// Why runs cannot be started here, or nothing when they can.
    pub(crate) fn start_off(&self, capability: Capability, id: &str) -> Option<WhyOff> {
        let suspended = self.scope.is_some_and(|scope| !scope.tenant_state().allows_runs());
        let why =
            || WhyOff { id: id.to_owned(), sentence: "The tenant is suspended, so nothing can be started.".to_owned() };
        self.off_without(capability, id).or_else(|| suspended.then(why))
    }

    /// The whole page around `main`. A stream of its own keeps what surrounds it up to date.
    pub(crate) async fn page(&self, title: &str, main: &Markup) -> Result<Markup, WebError> {
        // Read first: what changes while the page is made is told again by the stream, never missed.
        let position = self.shared.db().changes_position().await?;
        let path = match self.scope.map(|scope| scope.can(Capability::OperationsView)) {
            Some(true) => format!("{}/stream", self.base()),
            _ => "/notifications/stream".to_owned(),
        };
        self.around(title, main, Some(format!("{path}?since={position}"))).await
    }

    /// The same around a page whose own stream does that.
    pub(crate) async fn live_page(&self, title: &str, main: &Markup) -> Result<Markup, WebError> {
        self.around(title, main, None).await
    }

    async fn around(&self, title: &str, main: &Markup, stream: Option<String>) -> Result<Markup, WebError> {
        let tenants = self.shared.db().tenants().list_for(self.ctx.user).await?;
        let current = self.scope.and_then(|scope| tenants.iter().find(|card| card.tenant.id == scope.tenant_id()));
        let shell = Shell {
            title: current.map_or_else(|| title.to_owned(), |card| format!("{title}, {}", card.tenant.display_name)),
            tenant_path: self.scope.map(tenant_path),
            keys_off: self.ctx.keys_off,
            nav: navigation::navigation(self, &tenants, current).await?,
            top: navigation::top_bar(self, &tenants, current).await?,
            toast: self.toast().await?,
            stream,
        };
        Ok(shell::page(&shell, main))
    }

    async fn toast(&self) -> Result<Option<Markup>, WebError> {
        if let (Some(scope), Some(run)) = (self.scope, self.asked.get("started").and_then(|run| run.parse().ok())) {
            // A run that is not this tenant's gets no toast; the page itself is not at fault.
            return Ok(starts::toast_of(self.shared, self.ctx, scope, run, self.asked.has("was", "active")).await.ok());
        }
        Ok(self.asked.get("done").and_then(done::toast_of))
    }
}

/// Where a tenant's pages begin.
pub(crate) fn tenant_path(scope: &TenantScope) -> String {
    format!("/t/{}", scope.tenant_id())
}

/// The first page of a tenant.
pub(crate) fn first_page(card: &TenantCard) -> String {
    format!("/t/{}/operations", card.tenant.id)
}
