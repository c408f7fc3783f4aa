//! `restore secret`: values that no version has.

use app::restores::{EnteredSecret, MissingSecret, enter_secrets, mapping, open};
use model::AppError;
use model::ids::RestoreId;
use model::registry::Registry;
use serde_json::{Value, json};
use store::TenantScope;

use crate::exit::Exit;
use crate::secret::read_secret;
use crate::session::Session;

/// Holds a value, for scripts.
const VARIABLE: &str = "TENANTATLAS_RESTORE_SECRET";

/// Those of a restore, with what to type to enter each.
pub(super) async fn list(restore: RestoreId, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_restore(restore).await?;
    let secrets = missing(session, &scope, restore).await?;
    let line = |secret: &MissingSecret| {
        let state = match (secret.entered, secret.for_new) {
            (true, _) => "entered",
            (false, true) => "left out",
            (false, false) => "stays as it is",
        };
        let kind = Registry::embedded().label(&secret.object.type_key).to_owned();
        vec![state.to_owned(), secret.name.clone(), secret.of.clone(), kind, at(secret)]
    };
    let columns = [("state", "STATE"), ("secret", "SECRET"), ("object", "OBJECT"), ("type", "TYPE"), ("at", "AT")];
    session.output.rows(
        &columns,
        secrets.iter().map(line).collect(),
        "Nothing is missing: every value is in the source.",
    );
    if !secrets.is_empty() {
        session.output.line(format!("\n  enter one with: tenantatlas restore secret {restore} --at AT"));
    }
    Ok(Exit::Success)
}

/// Keeps a value, or forgets it.
pub(super) async fn enter(restore: RestoreId, place: &str, forget: bool, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_restore(restore).await?;
    let revision = session.db.tenant(&scope).restores().get(restore).await?.revision;
    let secrets = missing(session, &scope, restore).await?;
    let secret = secrets.into_iter().find(|secret| at(secret) == place).ok_or_else(|| {
        AppError::invalid("restore.no_secret_there", format!("No value is missing at {place}"))
            .hint(format!("List those that are: tenantatlas restore secret {restore}"))
    })?;
    let value = match forget {
        true => None,
        false => Some(read_secret(VARIABLE, &format!("{} of \"{}\"", secret.name, secret.of))?),
    };
    let entered = EnteredSecret { object: secret.object, pointer: secret.pointer, value };
    let revision = enter_secrets(&session.db, &scope, restore, revision, vec![entered]).await?;
    let document: Value = json!({ "restore": restore, "revision": revision, "entered": !forget });
    session.output.document(&document);
    session.output.line(match forget {
        true => "Forgotten.".to_owned(),
        false => "Kept, encrypted, for this restore alone, for at most 7 days.".to_owned(),
    });
    session.output.line(format!("  preview it again: tenantatlas restore preview {restore}"));
    Ok(Exit::Success)
}

async fn missing(session: &Session, scope: &TenantScope, restore: RestoreId) -> Result<Vec<MissingSecret>, AppError> {
    let opened = open(&session.db, scope, restore).await?;
    Ok(mapping(&session.db, scope, &opened).await?.secrets)
}

/// As the list writes it, and as it is typed.
fn at(secret: &MissingSecret) -> String {
    format!("{}{}", secret.object.text(), secret.pointer)
}
