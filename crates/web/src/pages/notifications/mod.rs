//! One's own notifications.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::errors::WebError;
use crate::extract::{Asked, Posted, SignedIn};
use crate::frame::{Done, Place, Section, bell_cards, done};
use crate::kit::button::{Button, Press, button};
use crate::kit::form::csrf;
use crate::kit::header::{Header, header};
use crate::kit::live::live_region;
use crate::state::Shared;

/// Cards on the page; older ones stay in the operations lists.
const CARDS: usize = 100;

/// `GET /notifications`
pub(crate) async fn page(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::outside(&shared, &ctx, &asked, Section::Notifications);
    let tenants = shared.db().tenants().list_for(ctx.user).await?;
    let cards = shared.db().notifications(ctx.user).list(CARDS).await?;
    let read = html! {
        form method="post" action="/notifications/read" {
            (csrf(&ctx.csrf))
            (button(&Button::new("Mark all as read", Press::Submit).with_icon("check")))
        }
    };
    let unread = cards.iter().any(|card| card.read_at.is_none());
    let main = html! {
        (header(&Header { crumbs: Vec::new(), title: "Notifications".into(), summary: None, actions: unread.then_some(read) }))
        (live_region("notes-live", "/notifications/stream", &html! { div.sec { (bell_cards(&place.now(), &cards, &tenants)) } }))
    };
    place.live_page("Notifications", &main).await
}

/// `POST /notifications/read`: one run's card, or all.
pub(crate) async fn mark_read(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let run = form.get("run").and_then(|run| run.parse().ok());
    shared.db().notifications(ctx.user).mark_read(run).await?;
    Ok(done(&ctx, "/notifications", Done::MarkedRead))
}
