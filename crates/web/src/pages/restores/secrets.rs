//! Values that are in no version: a field for each, and taking what was entered. None is ever shown again.

use app::restores::{EnteredSecret, Mapping, MissingSecret, ObjectKey, enter_secrets};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::AppError;
use model::ids::RestoreId;
use secrecy::SecretString;
use store::TenantScope;

use super::checks::render;
use super::wizard::Wizard;
use super::words::named;
use crate::errors::WebError;
use crate::extract::{InTenant, PathId, Posted};
use crate::fields::{Fields, SECRET};
use crate::frame::{Done, done, go, tenant_path};
use crate::kit::badge::tag;
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facts::section;
use crate::kit::form::csrf;
use crate::kit::icon::icon;
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{cell, row};
use crate::kit::tone::Tone;
use crate::pages::form_error::FormError;
use crate::pages::inventory::type_label;
use crate::state::Shared;

/// In front of the name of a box that forgets a value.
const FORGET: &str = "forget:";
/// Of the address: only the secrets of this object are listed.
const OF: &str = "of";
/// Of the address: how many of them were listed before.
const FROM: &str = "secret";
/// Secrets on a page.
const ROWS: usize = 50;

/// `POST /t/{tenant}/restores/{restore}/secrets`
pub(crate) async fn save(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let asked = form.only(&["show", "from", OF, FROM]);
    let path = format!("{}/restores/{id}/checks", tenant_path(&scope));
    match keep(&shared, &scope, id, &form).await {
        Ok(true) => Ok(done(&ctx, &asked.href(&path), Done::SecretsSaved)),
        Ok(false) => Ok(go(&ctx, &format!("{}#secrets", asked.href(&path)))),
        Err(error) => {
            let error = FormError::of(error)?;
            let page = render(&shared, &ctx, &scope, id, &asked, &Fields::default(), &error).await?;
            Ok(error.respond(page).into_response())
        }
    }
}

/// Whether anything was changed: an older plan stays good when nothing was.
async fn keep(shared: &Shared, scope: &TenantScope, id: RestoreId, form: &Fields) -> Result<bool, AppError> {
    let restore = shared.db().tenant(scope).restores().get(id).await?;
    let entered = read(form)?;
    let revision = form.get("revision").and_then(|text| text.parse().ok()).unwrap_or_default();
    if entered.is_empty() && revision == restore.revision {
        return Ok(false);
    }
    enter_secrets(shared.db(), scope, id, revision, entered).await?;
    Ok(true)
}

/// What was typed, and what is to be forgotten.
fn read(form: &Fields) -> Result<Vec<EnteredSecret>, AppError> {
    let mut all = Vec::new();
    for name in form.every_name() {
        let value = match (name.strip_prefix(SECRET), name.strip_prefix(FORGET)) {
            (Some(_), _) => form.get(name).map(|typed| Some(SecretString::from(typed))),
            (_, Some(_)) => Some(None),
            _ => None,
        };
        let Some(value) = value else { continue };
        let place = name.strip_prefix(SECRET).or_else(|| name.strip_prefix(FORGET)).and_then(parsed);
        let (object, pointer) = place.ok_or_else(AppError::not_found)?;
        all.push(EnteredSecret { object, pointer, value });
    }
    Ok(all)
}

fn place(secret: &MissingSecret) -> String {
    format!("{}#{}", secret.object.text(), secret.pointer)
}

fn parsed(place: &str) -> Option<(ObjectKey, String)> {
    let (object, pointer) = place.rsplit_once('#')?;
    Some((ObjectKey::parse(object)?, pointer.to_owned()))
}

/// Where the secrets of an object are entered.
pub(super) fn address(wizard: &Wizard<'_>, object: &ObjectKey) -> String {
    format!("{}#secrets", Fields::default().with(OF, object.text()).href(&format!("{}/checks", wizard.path())))
}

/// The section of the third step; nothing where no value is missing.
pub(super) fn secrets(wizard: &Wizard<'_>, mapping: &Mapping, asked: &Fields) -> Markup {
    if mapping.secrets.is_empty() {
        return html! {};
    }
    let path = format!("{}/checks", wizard.path());
    let of = asked.get(OF);
    let listed: Vec<&MissingSecret> =
        mapping.secrets.iter().filter(|secret| of.is_none_or(|of| secret.object.text() == of)).collect();
    let from: usize = asked.get(FROM).and_then(|text| text.parse().ok()).unwrap_or(0);
    let part: Vec<&MissingSecret> = listed.iter().skip(from).take(ROWS).copied().collect();
    let kept = asked.only(&["show", OF]);
    let off = wizard.change_off("why-secrets");
    let twins = |one: &MissingSecret| listed.iter().any(|other| other.of == one.of && other.object != one.object);
    let row =
        |(at, secret): (usize, &&MissingSecret)| line(secret, &format!("secret-{at}"), twins(secret), off.is_some());
    let rows: Vec<Markup> = part.iter().enumerate().map(row).collect();
    let body = html! {
        p.help.note-l id="secrets-help" {
            (icon("info-circle"))
            span {
                "Graph never returns these values, so that no version has them. What you enter is kept encrypted for this restore alone, shown to nobody, and forgotten when it is over or after 7 days. What you leave empty is left out; an object that is changed keeps what it has."
            }
        }
        form method="post" action=(format!("{}/secrets", wizard.path())) autocomplete="off" {
            (csrf(&wizard.place.ctx.csrf))
            input type="hidden" name="revision" value=(wizard.restore.revision);
            @for name in ["show", "from", OF, FROM] { @if let Some(value) = asked.get(name) { input type="hidden" name=(name) value=(value); } }
            (table(&wizard.tenant, &rows))
            (pager(&Pager {
                shown: part.len() as u64,
                total: Some(listed.len() as u64),
                noun: ("secret", "secrets"),
                order: "by object",
                words: Some(("First", "More")),
                label: "Pages of secrets",
                previous: (from > 0).then(|| format!("{}#secrets", kept.href(&path))),
                next: (from + part.len() < listed.len()).then(|| format!("{}#secrets", kept.with(FROM, (from + part.len()).to_string()).href(&path))),
                ..Pager::default()
            }))
            div.row-acts {
                (button(&Button::new("Save secrets", Press::Submit).off_when(off.clone())))
                @if of.is_some() { a href=(format!("{}#secrets", asked.only(&["show"]).href(&path))) { "Show the secrets of all objects" } }
            }
            @if let Some(off) = &off { (why_off(off)) }
        }
    };
    section("secrets", "Secrets", "", &body)
}

fn table(tenant: &str, rows: &[Markup]) -> Markup {
    html! {
        table.table.stack role="table" {
            caption.vh { "Secrets that no version has" }
            thead role="rowgroup" {
                tr role="row" {
                    th role="columnheader" scope="col" { "In the source" }
                    th role="columnheader" scope="col" { "For " (tenant) }
                    th.c-map role="columnheader" scope="col" { "Value" }
                }
            }
            tbody role="rowgroup" { @for row in rows { (row) } }
        }
    }
}

/// `twins` says that another object has the same name, so that the id tells them apart.
fn line(secret: &MissingSecret, id: &str, twins: bool, off: bool) -> Markup {
    let first = html! {
        b { (named(&secret.of)) } " " span.row-t { (type_label(&secret.object.type_key)) }
        p.why { (secret.name) " " code { (secret.pointer) } @if twins { " of " code { (secret.object.id) } } }
    };
    let state = match (secret.entered, secret.for_new) {
        (true, _) => tag("Entered", "check", Tone::Ok),
        (false, true) => tag("Left out", "alert-triangle", Tone::Warn),
        (false, false) => tag("Stays as it is", "lock", Tone::Mute),
    };
    row("", &[cell("c-main", "", &first), cell("c-main", "", &control(secret, id, off)), cell("c-map", "", &state)])
}

fn control(secret: &MissingSecret, id: &str, off: bool) -> Markup {
    if off {
        return html! { (if secret.entered { "Entered" } else { "Not entered" }) };
    }
    let name = format!("{SECRET}{}", place(secret));
    let hint = if secret.entered { "Entered; type to replace it" } else { "Not entered" };
    html! {
        label.vh for=(id) { (secret.name) " of " (named(&secret.of)) }
        @if secret.lines {
            textarea.input.wide.mono id=(id) name=(name) rows="2" spellcheck="false" autocomplete="off" placeholder=(hint) aria-describedby="secrets-help" {}
        } @else {
            input.input.wide id=(id) name=(name) type="password" autocomplete="new-password" placeholder=(hint) aria-describedby="secrets-help";
        }
        @if secret.entered {
            label.tick { input type="checkbox" name=(format!("{FORGET}{}", place(secret))) value="yes"; span { "Forget" span.vh { " " (secret.name) " of " (named(&secret.of)) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::read;
    use crate::fields::Fields;

    #[test]
    fn typed_values_are_read_and_empty_fields_change_nothing() {
        let form = b"secret:a/x%23/1%23/key=one&secret:a/y%23/key=&forget:a/z%23/list/0/value=yes&revision=1";
        let all = read(&Fields::parse(form)).expect("every place can be read");
        let of = |at: usize| (all[at].object.id.as_str(), all[at].pointer.as_str());
        assert_eq!((all.len(), of(0), of(1)), (2, ("x#/1", "/key"), ("z", "/list/0/value")));
        assert_eq!(all[0].value.as_ref().map(ExposeSecret::expose_secret), Some("one"));
        assert!(all[1].value.is_none() && read(&Fields::parse(b"secret:nothing=x")).is_err());
    }
}
