//! What of each configuration type could be seen in a tenant, beside what can be done with it at all.

use model::registry::resolver::{Capabilities, resolve};
use model::registry::{Contract, Registry};
use store::{CoverageRow, Db, Exclusion, StoreError, TenantScope};

use super::Excluded;

/// One type in one tenant.
pub struct TypeCoverage {
    /// What the type is.
    pub contract: &'static Contract,
    /// What can be done with it.
    pub can: Capabilities,
    /// Its latest observation; absent before the first.
    pub seen: Option<CoverageRow>,
    /// Who left it out, when and why; absent while it is observed.
    pub excluded: Option<Exclusion>,
}

/// How well a type was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Its list was not read to the end.
    NotRead,
    /// Of some objects a part is missing.
    Incomplete,
    /// It was never looked at.
    NeverObserved,
    /// All of it.
    Complete,
    /// The tenant leaves it out; what was seen before stays.
    Excluded,
}

impl TypeCoverage {
    /// How well it was seen.
    pub fn sight(&self) -> Sight {
        match &self.seen {
            _ if self.excluded.is_some() => Sight::Excluded,
            None => Sight::NeverObserved,
            Some(row) if !row.list_complete => Sight::NotRead,
            Some(row) if row.incomplete > 0 => Sight::Incomplete,
            Some(_) => Sight::Complete,
        }
    }
}

/// Every type that `inventory.sync` observes, in the order of the registry.
pub async fn coverage(db: &Db, scope: &TenantScope) -> Result<Vec<TypeCoverage>, StoreError> {
    let mut rows = db.tenant(scope).inventory().coverage().await?;
    let excluded = Excluded::of(db, scope).await?;
    let mut seen = |key: &str| {
        let at = rows.iter().position(|row| row.type_key == key)?;
        Some(rows.swap_remove(at))
    };
    let observed = Registry::embedded().observed();
    Ok(observed
        .map(|contract| TypeCoverage {
            contract,
            can: resolve(contract),
            seen: seen(&contract.key),
            excluded: excluded.get(&contract.key).cloned(),
        })
        .collect())
}
