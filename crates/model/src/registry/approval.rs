//! Which policies of Multi Admin Approval protect what. Microsoft names apps but not app protection, scripts, roles, device
//! categories, compliance policies and the settings catalog (learn.microsoft.com/intune/fundamentals/multi-admin-approval);
//! for the last two the metadata has no `operationApprovalPolicyType` yet.

use serde::Deserialize;

use super::{Contract, Quota};

/// What an approval policy is about (`operationApprovalPolicyType` of beta), as far as it protects configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, strum::EnumString)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum ApprovalKind {
    /// Apps.
    App,
    /// Scripts.
    Script,
    /// Roles and who has them.
    Role,
    /// Device categories, and what else Microsoft counts to it.
    TenantConfiguration,
}

/// Policy types that protect what is done to devices, and no configuration.
const OF_DEVICES: [&str; 4] = ["deviceWipe", "deviceRetire", "deviceDelete", "deviceDeprovision"];

impl Contract {
    /// Whether a policy of that type protects its objects; absent when nobody can say.
    pub fn is_protected_by(&self, policy_type: &str) -> Option<bool> {
        if self.quota != Quota::Intune || OF_DEVICES.contains(&policy_type) {
            return Some(false);
        }
        let kind = policy_type.parse::<ApprovalKind>().ok()?;
        match self.approval {
            Some(own) => Some(own == kind),
            None if kind == ApprovalKind::TenantConfiguration => None,
            None => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::Registry;

    #[test]
    fn each_type_is_protected_by_policies_of_its_kind_and_perhaps_by_those_that_nobody_knows() {
        let protected = |key: &str, policy_type: &str| {
            Registry::embedded().get(key).expect("contract").is_protected_by(policy_type)
        };
        assert_eq!((protected("mobileApps", "app"), protected("iosAppProtections", "app")), (Some(true), Some(false)));
        assert_eq!((protected("remediations", "script"), protected("remediations", "role")), (Some(true), Some(false)));
        assert_eq!(protected("deviceCategories", "tenantConfiguration"), Some(true));
        assert_eq!(protected("settingsCatalog", "tenantConfiguration"), None);
        assert_eq!(protected("settingsCatalog", "unknownFutureValue"), None);
        assert_eq!(protected("settingsCatalog", "deviceWipe"), Some(false));
        assert_eq!(protected("conditionalAccess", "unknownFutureValue"), Some(false));
    }
}
