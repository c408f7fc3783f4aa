//! `POST /account/password`

use axum::extract::State;
use axum::response::Response;
use model::AppError;
use secrecy::SecretString;

use super::page::render;
use crate::errors::WebError;
use crate::extract::{Asked, Posted, SignedIn};
use crate::pages::entry::sign_out;
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// Changes the password, which ends every session, this one too.
pub(crate) async fn change_password(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let changed = if form.text("new") == form.text("repeat") {
        let (old, new) = (SecretString::from(form.text("old")), SecretString::from(form.text("new")));
        app::people::change_password(shared.db(), ctx.user, old, new, ctx.address()).await
    } else {
        Err(AppError::invalid("password.repeat", "The two new passwords are not the same"))
    };
    match changed {
        Ok(()) => Ok(sign_out::out(&shared)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(render(&shared, &ctx, &asked, &error).await?))
        }
    }
}
