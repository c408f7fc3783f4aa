//! Finding the content that is asked for.

use model::AppError;
use model::access::Capability;
use model::registry::Contract;
use store::{Db, VersionRow};

use super::{Asked, Compared, Source};

/// The content of one object; one of another object is not there.
pub(super) async fn found(
    db: &Db,
    contract: &Contract,
    asked: Asked<'_>,
    source: Source,
) -> Result<Compared, AppError> {
    asked.scope.require(Capability::InventoryView)?;
    let tenant = db.tenant(asked.scope);
    let versions = sorted(db, contract, asked).await?;
    let object = tenant.inventory().get(&contract.key, asked.external_id).await?;
    let held = match source {
        Source::Backup(set) => {
            asked.scope.require(Capability::BackupsView)?;
            // A set of another tenant is not there either.
            tenant.backups().get(set).await?;
            let held = tenant.backups().held(&contract.key, asked.external_id, Some(set), 1).await?;
            Some(held.into_iter().next().ok_or_else(not_in_set)?)
        }
        _ => None,
    };
    let wanted = match (source, &held) {
        (Source::Version(version), _) => Some(version),
        (_, Some(held)) => Some(held.version),
        (_, None) => Some(object.row.version.ok_or_else(never_read)?),
    };
    let at = versions.iter().position(|row| Some(row.id) == wanted).ok_or_else(AppError::not_found)?;
    let version = versions[at].clone();
    let bytes = tenant.versions().document(version.id).await?;
    let document = serde_json::from_slice(&bytes).map_err(AppError::internal)?;
    let current = object.row.version == Some(version.id);
    Ok(Compared { source, version, number: (versions.len() - at) as u64, current, held, document })
}

/// The version before another one of the same object; the first one has only itself.
pub(super) async fn earlier(
    db: &Db,
    contract: &Contract,
    asked: Asked<'_>,
    than: &Compared,
) -> Result<Source, AppError> {
    let versions = sorted(db, contract, asked).await?;
    let before = versions.iter().skip_while(|row| row.id != than.version.id).nth(1);
    Ok(Source::Version(before.map_or(than.version.id, |row| row.id)))
}

/// Newest first, as the page of an object counts them.
async fn sorted(db: &Db, contract: &Contract, asked: Asked<'_>) -> Result<Vec<VersionRow>, AppError> {
    let mut versions = db.tenant(asked.scope).versions().of(&contract.key, asked.external_id).await?;
    versions.sort_by_key(|row| std::cmp::Reverse(row.id));
    Ok(versions)
}

fn never_read() -> AppError {
    AppError::conflict("compare.not_read", "Nothing of the object was read completely so far")
        .hint("Sync the inventory: the object's page says what could not be read")
}

fn not_in_set() -> AppError {
    AppError::conflict("compare.not_in_set", "The backup set does not hold this object")
        .hint("Choose another set, or a version of the object")
}
