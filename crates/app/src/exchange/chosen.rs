//! What is exported.

use model::AppError;
use model::ids::BackupSetId;
use serde::{Deserialize, Serialize};
use store::{BackupStatus, Db, TenantScope};

use crate::backups::{PolicyKey, checked_policies, counted_policies};
use crate::inventory::ObjectQuery;

/// What is exported: a set, or some objects, or those of the inventory that fit a filter, which is all without one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// A sealed backup set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<BackupSetId>,
    /// Just these objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyKey>,
    /// Those that fit when the export begins.
    #[serde(default)]
    pub query: ObjectQuery,
}

impl Chosen {
    /// The whole inventory.
    pub fn everything() -> Self {
        Self::default()
    }

    /// One backup set.
    pub fn set(set: BackupSetId) -> Self {
        Self { set: Some(set), ..Self::default() }
    }

    /// Whether nothing narrows it.
    pub(super) fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Refused when a part of it means nothing here; equal choices are equal afterwards.
    pub(super) async fn checked(mut self, db: &Db, scope: &TenantScope) -> Result<Self, AppError> {
        if [self.set.is_some(), !self.policies.is_empty(), self.query != ObjectQuery::default()]
            .iter()
            .filter(|one| **one)
            .count()
            > 1
        {
            let why = "An export is of a backup set, or of chosen objects, or of those that fit a filter";
            return Err(AppError::invalid("export.chosen", why).hint("Name one of them"));
        }
        if let Some(set) = self.set {
            let row = db.tenant(scope).backups().get(set).await?;
            if row.status == BackupStatus::Writing {
                return Err(store::backup_not_sealed(row.open));
            }
        }
        if !self.policies.is_empty() {
            self.policies =
                checked_policies(db, scope, self.policies, "export.policies", "Export the others afterwards").await?;
        }
        self.query = self.query.checked()?;
        Ok(self)
    }

    /// For a person: "the whole inventory", "2 policies", the name of the set.
    pub(super) async fn words(&self, db: &Db, scope: &TenantScope) -> Result<String, AppError> {
        if let Some(set) = self.set {
            return Ok(format!("“{}”", db.tenant(scope).backups().get(set).await?.name));
        }
        let filter = Some(self.query.words()).filter(|words| !words.is_empty());
        Ok(match self.policies.len() {
            0 => filter.unwrap_or_else(|| "the whole inventory".to_owned()),
            count => counted_policies(count as u64),
        })
    }
}
