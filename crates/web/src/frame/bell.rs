//! Notification cards, in the panel behind the bell and on their page.

use maud::Markup;
use store::{Notification, NotificationKind, StoreError, TenantCard};

use crate::kit::badge::{Badge, RunSigns};
use crate::kit::live::{inner_update, outer_update};
use crate::kit::time::Now;
use crate::kit::toast::{Card, cards};
use crate::kit::topbar::bell;
use crate::state::Shared;

use model::ids::UserId;
use model::run::{Outcome, Status};

/// The cards; `tenants` gives their names. A card of a tenant that the person has left says less and leads nowhere new.
pub(crate) fn bell_cards(now: &Now, notifications: &[Notification], tenants: &[TenantCard]) -> Markup {
    let view: Vec<Card> = notifications.iter().map(|each| card(each, tenants)).collect();
    cards(now, &view)
}

/// The messages that bring bell and panel up to date.
pub(crate) async fn bell_updates(shared: &Shared, user: UserId, now: &Now) -> Result<String, StoreError> {
    let notifications = shared.db().notifications(user);
    let tenants = shared.db().tenants().list_for(user).await?;
    let unread = notifications.unread_count().await?;
    let cards = bell_cards(now, &notifications.list(8).await?, &tenants);
    Ok(format!("{}{}", outer_update("bell-button", &bell(unread)), inner_update("bell-cards", &cards)))
}

fn card(notification: &Notification, tenants: &[TenantCard]) -> Card {
    let tenant = tenants.iter().find(|card| Some(card.tenant.id) == notification.tenant);
    let ended = notification.kind == NotificationKind::Terminal;
    let badge =
        if ended { Badge::of_run(Status::Completed, notification.outcome, RunSigns::default()) } else { Badge::Queued };
    let how = if ended { outcome_words(notification.outcome) } else { "queued" };
    Card {
        badge,
        title: format!("{} {how}", notification.label),
        text: notification.target.clone(),
        tenant: tenant.map_or_else(
            || "A tenant you are no longer a member of".to_owned(),
            |card| card.tenant.display_name.clone(),
        ),
        at_ms: notification.created_at,
        href: tenant.map_or_else(
            || "/notifications".to_owned(),
            |card| format!("/t/{}/operations/{}", card.tenant.id, notification.run),
        ),
        unread: notification.read_at.is_none(),
    }
}

/// An outcome within a sentence.
fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "is under way",
        Outcome::Succeeded => "succeeded",
        Outcome::PartiallySucceeded => "partially succeeded",
        Outcome::Failed => "failed",
        Outcome::Blocked => "was blocked",
        Outcome::Cancelled => "was cancelled",
    }
}
