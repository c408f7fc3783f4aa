//! Objects of another tenant that one may be compared with.

use model::AppError;
use model::access::Capability;
use store::{Db, TenantScope};

use crate::inventory::all_of_type;

/// Objects that are offered; another one can be named by its id.
const OFFERED: usize = 200;

/// An object of the same type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// Graph's id.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// Whether it is called the same.
    pub same_name: bool,
}

/// Objects of the type in that tenant, those of the same name first.
pub async fn counterparts(
    db: &Db,
    scope: &TenantScope,
    type_key: &str,
    name: &str,
) -> Result<Vec<Counterpart>, AppError> {
    scope.require(Capability::InventoryView)?;
    let rows = all_of_type(db, scope, type_key).await?;
    let same = |other: &str| other.trim().to_lowercase() == name.trim().to_lowercase();
    let offered = rows.into_iter().filter(|row| row.version.is_some());
    let mut found: Vec<Counterpart> = offered
        .map(|row| Counterpart { same_name: same(&row.name), external_id: row.external_id, name: row.name })
        .collect();
    found.sort_by_key(|each| !each.same_name);
    found.truncate(OFFERED);
    Ok(found)
}

/// The one object of that tenant that is called the same; which one is asked where there are none or several.
pub async fn only_counterpart(db: &Db, scope: &TenantScope, type_key: &str, name: &str) -> Result<String, AppError> {
    let found = counterparts(db, scope, type_key, name).await?;
    match found.iter().filter(|each| each.same_name).collect::<Vec<_>>().as_slice() {
        [only] => Ok(only.external_id.clone()),
        _ => {
            Err(AppError::conflict("compare.which_object", "The other tenant has none or several objects of this name")
                .hint("Say which one to compare with, by its id there"))
        }
    }
}
