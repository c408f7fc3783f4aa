//! The first start: one account, made once, by whoever holds the token that `serve` printed.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use model::AppError;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::sign_in::enter;
use crate::errors::WebError;
use crate::extract::{AsGuest, Asked, Posted};
use crate::fields::Fields;
use crate::kit::bare::bare_page;
use crate::kit::button::{Button, Press, button};
use crate::kit::form::{Field, csrf, field};
use crate::kit::notice::{Notice, notice};
use crate::kit::tone::Tone;
use crate::pages::form_error::FormError;
use crate::state::Shared;

const TITLE: &str = "Set up TenantAtlas";
const EMAIL: &[&str] = &["account.email", "user.exists"];
const NAME: &[&str] = &["account.name"];
const PASSWORD: &[&str] = &["password.too_short", "password.too_long", "password.guessable", "password.repeat"];

/// `GET /setup`
pub(crate) async fn page(State(shared): State<Shared>, AsGuest(guest): AsGuest, Asked(asked): Asked) -> Markup {
    if !token_is_right(&shared, asked.get("token")) {
        return without_token();
    }
    form(&guest.csrf, &asked, &FormError::default())
}

/// `POST /setup`
pub(crate) async fn act(
    State(shared): State<Shared>,
    AsGuest(guest): AsGuest,
    headers: HeaderMap,
    Posted(fields): Posted,
) -> Result<Response, WebError> {
    if !token_is_right(&shared, fields.get("token")) {
        let error = AppError::new(
            model::Kind::Forbidden,
            "setup.token",
            "The set-up link is not the one that this server printed",
        );
        return Err(error.hint("Copy the link from the terminal in which the server was started").into());
    }
    match create(&shared, &fields, guest.address.as_deref()).await {
        Ok(()) => enter(&shared, &headers, &fields, guest.address.as_deref()).await,
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(form(&guest.csrf, &fields, &error)))
        }
    }
}

async fn create(shared: &Shared, fields: &Fields, address: Option<&str>) -> Result<(), AppError> {
    if fields.text("password") != fields.text("repeat") {
        return Err(AppError::invalid("password.repeat", "The two passwords are not the same"));
    }
    let account = app::people::NewAccount {
        email: fields.text("email").to_owned(),
        name: fields.text("name").to_owned(),
        password: SecretString::from(fields.text("password")),
    };
    app::people::set_up(shared.db(), account, address).await.map(|_| ())
}

/// Without a configured token nobody sets up over the network.
fn token_is_right(shared: &Shared, given: Option<&str>) -> bool {
    match (&shared.web.setup_token, given) {
        (Some(token), Some(given)) => Sha256::digest(token.expose_secret()) == Sha256::digest(given),
        _ => false,
    }
}

fn without_token() -> Markup {
    let view = Notice {
        tone: Tone::Mute,
        icon: "key",
        title: "Open the link from the terminal".to_owned(),
        text: "The server printed a set-up link when it started. Only who can read it may make the first account."
            .to_owned(),
        code: "setup.token".to_owned(),
        actions: None,
    };
    bare_page(TITLE, "This installation has no account yet.", &notice(&view))
}

fn form(token: &str, fields: &Fields, error: &FormError) -> Markup {
    let email = Field {
        name: "email".into(),
        label: "E-mail address".into(),
        kind: "email",
        value: fields.text("email").into(),
        autocomplete: "username",
        required: true,
        ..Field::default()
    };
    let name = Field {
        name: "name".into(),
        label: "Your name".into(),
        value: fields.text("name").into(),
        autocomplete: "name",
        required: true,
        ..Field::default()
    };
    let password = Field {
        name: "password".into(),
        label: "Password".into(),
        kind: "password",
        autocomplete: "new-password",
        help: "At least 12 characters. A few unrelated words make a good one.".into(),
        required: true,
        ..Field::default()
    };
    let repeat = Field {
        name: "repeat".into(),
        label: "Password again".into(),
        kind: "password",
        autocomplete: "new-password",
        required: true,
        ..Field::default()
    };
    let main = html! {
        form method="post" action="/setup" {
            (error.summary(&[("email", EMAIL), ("name", NAME), ("password", PASSWORD)]))
            (csrf(token))
            input type="hidden" name="token" value=(fields.text("token"));
            (field(&error.at(NAME, name)))
            (field(&error.at(EMAIL, email)))
            (field(&error.at(PASSWORD, password)))
            (field(&repeat))
            div.row-acts { (button(&Button::primary("Create account", Press::Submit))) }
        }
    };
    bare_page(TITLE, "Make the first account. It manages this installation.", &main)
}
