//! Values that a person enters because no version has them: kept encrypted for one restore, and shown to nobody.

use model::AppError;
use model::access::Capability;
use model::ids::{RestoreId, SecretId};
use model::registry::Registry;
use model::restore::{secret_as_sent, secret_places};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use store::{Db, SecretChanges, TenantScope};

use super::choose::{Opened, open};
use super::draft::ObjectKey;
use super::source::{documents, source_scope};

/// Longest value, in characters.
const VALUE_MAX: usize = 65_536;

/// A value of an object, or that an earlier one is forgotten.
#[derive(Debug)]
pub struct EnteredSecret {
    /// The object of the source.
    pub object: ObjectKey,
    /// Where in it, as a JSON pointer.
    pub pointer: String,
    /// The value; absent forgets the one before.
    pub value: Option<SecretString>,
}

/// Keeps values with the restore; gives the next revision. `revision` is the one that the person saw.
pub async fn enter_secrets(
    db: &Db,
    scope: &TenantScope,
    restore: RestoreId,
    revision: i64,
    entered: Vec<EnteredSecret>,
) -> Result<i64, AppError> {
    scope.require(Capability::RestorePreview)?;
    let opened = open(db, scope, restore).await?;
    let mut draft = opened.draft.clone();
    let mut changes = SecretChanges::default();
    for one in entered {
        let id = match &one.value {
            None => None,
            Some(value) => {
                let document = document(db, scope, &opened, &one).await?;
                let sent = secret_as_sent(&document, &one.pointer, checked(value.expose_secret())?);
                let id: SecretId = db.ambient().id();
                changes.entered.push((id, SecretString::from(sent)));
                Some(id)
            }
        };
        changes.forgotten.extend(draft.set_secret(&one.object, &one.pointer, id));
    }
    let draft = serde_json::to_value(draft).expect("a draft is plain data");
    db.tenant(scope).restores().change_secrets(restore, revision, &draft, &changes).await
}

/// The object, if a value is missing at that place.
async fn document(db: &Db, scope: &TenantScope, opened: &Opened, one: &EnteredSecret) -> Result<Value, AppError> {
    let source = source_scope(db, scope, opened.restore.source.tenant).await?;
    let chosen: Vec<_> = opened.chosen().into_iter().filter(|object| object.key == one.object).collect();
    let document = documents(db, &source, &chosen).await?.into_iter().next().flatten();
    let (Some(contract), Some(document)) = (Registry::embedded().get(&one.object.type_key), document) else {
        return Err(not_there());
    };
    if !secret_places(contract, &document).iter().any(|place| place.pointer == one.pointer) {
        return Err(not_there());
    }
    Ok(document)
}

fn not_there() -> AppError {
    AppError::invalid("restore.no_secret_there", "No value is missing there: the object is not restored, or has it")
        .hint("Enter one of the secrets that the checks of this restore list")
}

fn checked(value: &str) -> Result<&str, AppError> {
    if value.is_empty() || value.chars().count() > VALUE_MAX {
        return Err(AppError::invalid("restore.secret_value", "A secret has between 1 and 65,536 characters")
            .hint("Enter the value itself"));
    }
    if value.chars().all(|letter| letter == '*') {
        return Err(AppError::invalid(
            "restore.secret_masked",
            "Asterisks alone are what Graph shows of a secret, and would be stored in its place",
        )
        .hint("Enter the value itself"));
    }
    Ok(value)
}
