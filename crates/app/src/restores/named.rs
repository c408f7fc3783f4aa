//! What a person means who types a name or an id: from the database alone, and asked again where it may be several.

use model::AppError;
use model::registry::Registry;
use store::{Db, InventoryFilter, ObjectRow, TenantScope};

use super::mapping::{Candidate, GROUPS, candidate, same_but_for_looks};
use crate::inventory::all_of_type;

/// Longest id that a person may type.
const ID_MAX: usize = 200;
/// Of so many that are called alike at most the ids are said.
const IDS_SAID: usize = 5;

/// Objects or groups of the tenant that are called like that, by name: what is offered while somebody types.
pub async fn offered(
    db: &Db,
    scope: &TenantScope,
    kind: &str,
    text: &str,
    limit: usize,
) -> Result<Vec<Candidate>, AppError> {
    let text = text.trim();
    let types: Vec<String> = Registry::embedded().meant(kind).into_iter().map(str::to_owned).collect();
    if text.is_empty() || types.is_empty() {
        return Ok(Vec::new());
    }
    if kind == GROUPS {
        let groups = db.tenant(scope).groups().list(Some(text), None, limit).await?;
        let there = groups.into_iter().filter(|group| group.missing_since.is_none());
        return Ok(there.map(|group| candidate(&group.id, &group.name, "")).collect());
    }
    let filter =
        InventoryFilter { types, named: Some(text.to_owned()), missing: Some(false), ..InventoryFilter::default() };
    let rows = db.tenant(scope).inventory().list(&filter, None, limit).await?;
    Ok(rows.into_iter().map(|row| candidate(&row.external_id, &row.name, "")).collect())
}

/// Those that are called so, but for spaces around the name and capital letters.
async fn called(db: &Db, scope: &TenantScope, kind: &str, text: &str) -> Result<Vec<String>, AppError> {
    if kind == GROUPS {
        let groups = db.tenant(scope).groups().matching(&[], &[text.to_owned()], &[]).await?;
        return Ok(groups.into_iter().map(|group| group.id).collect());
    }
    let is_so = |row: &ObjectRow| row.missing.is_none() && same_but_for_looks(&row.name, text);
    let mut found = Vec::new();
    for kind in Registry::embedded().meant(kind) {
        let rows = all_of_type(db, scope, kind).await?;
        found.extend(rows.into_iter().filter(is_so).map(|row| row.external_id));
    }
    Ok(found)
}

/// The id of what is meant: an id that is known stays, a name is the one object that is called so.
pub(super) async fn meant(db: &Db, scope: &TenantScope, kind: &str, text: &str) -> Result<String, AppError> {
    let text = text.trim();
    if Registry::embedded().meant(kind).is_empty() || is_known(db, scope, kind, text).await? {
        return checked(text);
    }
    let found = called(db, scope, kind, text).await?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        // A group that was never read is still one.
        [] if kind == GROUPS && uuid::Uuid::try_parse(text).is_ok() => Ok(text.to_owned()),
        [] => Err(nothing(kind, text)),
        several => Err(ambiguous(kind, text, several)),
    }
}

async fn is_known(db: &Db, scope: &TenantScope, kind: &str, id: &str) -> Result<bool, AppError> {
    let tenant = db.tenant(scope);
    if kind == GROUPS {
        return Ok(!tenant.groups().names(&[id.to_owned()]).await?.is_empty());
    }
    for kind in Registry::embedded().meant(kind) {
        if tenant.inventory().get(kind, id).await.is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn checked(id: &str) -> Result<String, AppError> {
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '/' | '?' | '#' | '{' | '}');
    if id.is_empty() || id.chars().count() > ID_MAX || id.chars().any(odd) {
        return Err(AppError::invalid("restore.bad_id", "This is no id that Microsoft Graph could have given")
            .hint("Copy the object's id from the portal, or choose one from the list"));
    }
    Ok(id.to_owned())
}

fn nothing(kind: &str, text: &str) -> AppError {
    let label = Registry::embedded().label(kind);
    let hint = if kind == GROUPS {
        "Check the spelling, or type its id. If it is new, read the directory's groups first"
    } else {
        "Check the spelling, or type its id. If it is new, sync the inventory first"
    };
    AppError::invalid(
        "restore.unknown_object",
        format!("{label} “{}” is not known here, as a name or as an id", cut(text)),
    )
    .hint(hint)
}

fn ambiguous(kind: &str, text: &str, several: &[String]) -> AppError {
    let label = Registry::embedded().label(kind);
    let ids: Vec<&str> = several.iter().take(IDS_SAID).map(String::as_str).collect();
    let more = if several.len() > IDS_SAID { ", and others" } else { "" };
    let count = several.len();
    AppError::invalid(
        "restore.name_ambiguous",
        format!("{label} “{}” may be one of {count} that are called so", cut(text)),
    )
    .hint(format!("Type the id of the one that is meant: {}{more}", ids.join(", ")))
}

/// What was typed, as far as a sentence can hold it.
fn cut(text: &str) -> String {
    text.chars().take(ID_MAX).collect()
}
