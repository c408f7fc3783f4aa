//! `POST /account/preferences`: kept with the account, so that they hold in every browser of this person.

use axum::extract::State;
use axum::response::Response;
use jiff::tz::TimeZone;
use model::AppError;

use super::page::render;
use crate::errors::WebError;
use crate::extract::{Asked, Posted, SignedIn};
use crate::frame::{Done, done};
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// Saves zone and keyboard.
pub(crate) async fn save(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    match checked_zone(form.text("zone")) {
        Ok(zone) => {
            shared.db().people().set_preferences(ctx.user, &zone, !form.has("keys", "yes")).await?;
            Ok(done(&ctx, "/account", Done::PreferencesSaved))
        }
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(render(&shared, &ctx, &asked, &error).await?))
        }
    }
}

/// The zone under its own spelling; nothing typed means UTC.
fn checked_zone(typed: &str) -> Result<String, AppError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok("UTC".to_owned());
    }
    let zone = TimeZone::get(typed).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    zone.ok_or_else(|| {
        AppError::invalid("account.zone", "This server does not know that time zone")
            .hint("Use an IANA name such as Europe/Berlin")
    })
}
