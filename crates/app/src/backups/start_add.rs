//! Starts adding policies to an open set.

use model::AppError;
use model::ids::BackupSetId;
use model::registry::content::Reference;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::add_run::DEFINITION;
use crate::inventory::{Excluded, item_key};
use crate::starting::{Extra, authorise, start};

/// Policies in one start.
const POLICIES_MAX: usize = 500;

/// One policy of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicyKey {
    /// The contract's key.
    #[serde(rename = "type")]
    pub type_key: String,
    /// Graph's id.
    pub id: String,
}

impl PolicyKey {
    /// From `TYPE/ID`.
    pub fn parse(text: &str) -> Option<Self> {
        let (type_key, id) = text.split_once('/')?;
        Some(Self { type_key: type_key.to_owned(), id: id.to_owned() })
    }

    /// As another object names it.
    pub fn reference(&self) -> Reference {
        Reference { kind: self.type_key.clone(), external_id: self.id.clone() }
    }

    /// `TYPE/ID`, as items of runs name it.
    pub fn key(&self) -> String {
        item_key(&self.type_key, &self.id)
    }
}

/// Creates the run, or finds the active one over the same set and policies. Never calls Graph.
pub async fn start_add(
    db: &Db,
    scope: &TenantScope,
    set: BackupSetId,
    policies: Vec<PolicyKey>,
    extra: Extra,
) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let row = db.tenant(scope).backups().get(set).await?;
    if !row.open {
        return Err(store::backup_closed());
    }
    let policies = checked_policies(db, scope, policies, "backup.policies", "Add the others afterwards").await?;
    let target = format!("{} to “{}”", counted_policies(policies.len() as u64), row.name);
    start(db, scope, &DEFINITION, json!({ "set": set, "policies": policies }), target, extra).await
}

/// The same policies sorted, each once. None, too many of them, one that is not in the inventory and one of a type that the
/// tenant excludes are refused.
pub(crate) async fn checked_policies(
    db: &Db,
    scope: &TenantScope,
    mut policies: Vec<PolicyKey>,
    code: &'static str,
    hint: &str,
) -> Result<Vec<PolicyKey>, AppError> {
    policies.sort();
    policies.dedup();
    if policies.is_empty() || policies.len() > POLICIES_MAX {
        let why = format!("Choose 1 to {POLICIES_MAX} policies at a time");
        return Err(AppError::invalid(code, why).hint(hint));
    }
    Excluded::of(db, scope).await?.refuse(policies.iter().map(|policy| policy.type_key.as_str()))?;
    for policy in &policies {
        db.tenant(scope).inventory().get(&policy.type_key, &policy.id).await?;
    }
    Ok(policies)
}

/// "1 policy", "12 policies".
pub(crate) fn counted_policies(count: u64) -> String {
    if count == 1 { "1 policy".to_owned() } else { format!("{count} policies") }
}
