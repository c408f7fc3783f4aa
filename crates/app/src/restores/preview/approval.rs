//! Whether Multi Admin Approval is to be expected, by what was last observed of the tenant's approval policies.

use model::AppError;
use model::registry::{Contract, Quota};
use model::restore::Approval;
use serde_json::Value;
use store::{Db, TenantScope};

use crate::inventory::all_of_type;

/// The type of the policies.
const POLICIES: &str = "approvalPolicies";

/// The types of the tenant's approval policies; absent when they were not read.
pub(super) struct Approvals(Option<Vec<String>>);

impl Approvals {
    pub(super) async fn of(db: &Db, scope: &TenantScope) -> Result<Self, AppError> {
        let tenant = db.tenant(scope);
        let coverage = tenant.inventory().coverage().await?;
        if !coverage.iter().any(|row| row.type_key == POLICIES && row.code.is_none()) {
            return Ok(Self(None));
        }
        let rows = all_of_type(db, scope, POLICIES).await?;
        let there = rows.iter().filter(|row| row.missing.is_none());
        let versions: Vec<_> = there.filter_map(|row| row.version).collect();
        let mut types = Vec::new();
        for (_, bytes) in tenant.versions().documents(&versions).await? {
            let policy: Value = serde_json::from_slice(&bytes).map_err(AppError::internal)?;
            types.extend(policy["policyType"].as_str().map(str::to_owned));
        }
        Ok(Self(Some(types)))
    }

    /// For writes of that type.
    pub(super) fn expected(&self, contract: &Contract) -> Approval {
        if contract.quota != Quota::Intune {
            return Approval::NotExpected;
        }
        let Some(types) = &self.0 else { return Approval::Unknown };
        let found: Vec<_> = types.iter().map(|policy_type| contract.is_protected_by(policy_type)).collect();
        if found.contains(&Some(true)) {
            Approval::Expected
        } else if found.contains(&None) {
            Approval::Possible
        } else {
            Approval::NotExpected
        }
    }
}
