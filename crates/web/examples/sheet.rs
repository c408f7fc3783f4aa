//! Writes the component sheet as a page to standard output, to look at it or to compare it with the design;
//! with the argument `bare`, a page as it is before a sign-in.

use std::io::Write as _;

use maud::{Markup, html};
use web::kit::bare::bare_page;
use web::kit::button::{Button, Press, button};
use web::kit::form::{Field, csrf, error_summary, field};

fn main() -> std::io::Result<()> {
    let page = if std::env::args().nth(1).as_deref() == Some("bare") { sign_in() } else { web::kit::sheet() };
    std::io::stdout().write_all(page.into_string().as_bytes())
}

fn sign_in() -> Markup {
    let wrong = "Name or password is wrong. After 10 tries the account rests for 15 minutes.";
    let name = Field {
        name: "name".to_owned(),
        label: "Name".to_owned(),
        value: "anna".to_owned(),
        autocomplete: "username",
        required: true,
        error: Some(wrong.to_owned()),
        ..Default::default()
    };
    let password = Field {
        name: "password".to_owned(),
        label: "Password".to_owned(),
        kind: "password",
        autocomplete: "current-password",
        required: true,
        ..Default::default()
    };
    let form = html! {
        form method="post" action="/sign-in" {
            (csrf("token"))
            (error_summary(&[("name".to_owned(), wrong.to_owned())]))
            (field(&name))
            (field(&password))
            (button(&Button::primary("Sign in", Press::Submit)))
        }
    };
    bare_page("Sign in", "Configuration of your Microsoft 365 tenants, backed up and watched.", &form)
}
