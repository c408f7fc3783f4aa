//! Errors for people.

use axum::http::StatusCode;
use maud::{Markup, html};
use model::{AppError, Kind};

use crate::kit::badge::Badge;
use crate::kit::bare::bare_page;
use crate::kit::button::{Button, Press, button};
use crate::kit::notice::{Notice, notice};
use crate::kit::toast::{Toast, toast};
use crate::kit::tone::Tone;

/// A whole page: what happened, the code, what to do.
pub(super) fn page(error: &AppError, status: StatusCode) -> Markup {
    let actions = html! { (button(&Button::new("Go to your tenants", Press::Link("/tenants".into())))) };
    let view = Notice {
        tone: tone(error.kind),
        icon: icon(error.kind),
        title: sentence(&error.message),
        text: error.hint.as_deref().map(sentence).unwrap_or_default(),
        code: error.code.to_owned(),
        actions: Some(actions),
    };
    bare_page(title(status), "", &notice(&view))
}

/// For htmx: a toast in place of the one that a success would have brought.
pub(super) fn fragment(error: &AppError) -> Markup {
    toast(&Toast {
        badge: Badge::Failed,
        title: "Not done".to_owned(),
        text: [Some(sentence(&error.message)), error.hint.as_deref().map(sentence)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        code: error.code.to_owned(),
        link: None,
    })
}

/// With its full stop.
pub(crate) fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::CONFLICT => "Not possible now",
        StatusCode::TOO_MANY_REQUESTS => "Too many attempts",
        StatusCode::SERVICE_UNAVAILABLE => "Not available now",
        status if status.is_client_error() => "Cannot be done like this",
        _ => "Something failed on our side",
    }
}

fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::Internal | Kind::Unavailable => Tone::Bad,
        Kind::NotFound => Tone::Mute,
        _ => Tone::Warn,
    }
}

fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Forbidden | Kind::Unauthenticated => "lock",
        Kind::NotFound => "search",
        Kind::Internal | Kind::Unavailable => "circle-x",
        _ => "alert-triangle",
    }
}
