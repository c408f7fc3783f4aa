//! The types beside the mix of [`super::generate`]: few objects of each, made from numbers of their own, so that what a
//! seed gave before stays as it was.

use serde_json::Value;

use super::generate::Maker;
use super::{
    app_policies, apps, certificates, endpoint, enrolment, entra, policy_sets, scripts, tenant_admin, updates,
};

/// Objects of one collection.
pub(super) struct Few {
    pub(super) path: &'static str,
    /// So many as soon as there is room for all types.
    least: usize,
    /// Share of all objects, in per mille.
    share: usize,
    most: usize,
    pub(super) make: fn(&mut Maker, usize) -> Value,
}

const fn few(path: &'static str, share: usize, most: usize, make: fn(&mut Maker, usize) -> Value) -> Few {
    Few { path, least: 1, share, most, make }
}

/// What others refer to comes before them; in a small tenant the first ones come alone.
pub(super) const TYPES: &[Few] = &[
    few("deviceAppManagement/vppTokens", 0, 1, apps::vpp_token),
    Few { least: 4, ..few("deviceAppManagement/mobileApps", 25, 300, apps::make) },
    few("deviceManagement/deviceEnrollmentConfigurations", 4, 12, enrolment::configuration),
    few("deviceManagement/windowsAutopilotDeploymentProfiles", 2, 8, enrolment::autopilot),
    few("deviceAppManagement/iosManagedAppProtections", 3, 12, app_policies::ios_protection),
    few("deviceAppManagement/androidManagedAppProtections", 3, 12, app_policies::android_protection),
    few("deviceManagement/windowsFeatureUpdateProfiles", 2, 8, updates::feature),
    few("deviceManagement/compliancePolicies", 2, 10, endpoint::linux_compliance),
    few("deviceManagement/roleDefinitions", 2, 6, tenant_admin::role),
    few("deviceManagement/roleAssignments", 3, 10, tenant_admin::role_assignment),
    few("deviceManagement/deviceCategories", 2, 5, enrolment::device_category),
    few("deviceManagement/termsAndConditions", 1, 3, enrolment::terms),
    Few {
        least: certificates::LEAST,
        ..few("deviceManagement/deviceConfigurations", 9, certificates::ALL, certificates::make)
    },
    few("deviceManagement/windowsDriverUpdateProfiles", 2, 6, updates::driver),
    few("deviceManagement/windowsQualityUpdateProfiles", 1, 4, updates::expedited),
    few("deviceManagement/windowsQualityUpdatePolicies", 1, 4, updates::quality),
    few("deviceManagement/deviceComplianceScripts", 1, 5, scripts::compliance),
    few("deviceManagement/deviceCustomAttributeShellScripts", 2, 8, scripts::custom_attribute),
    few("deviceManagement/intents", 2, 10, endpoint::intent),
    few("deviceManagement/reusablePolicySettings", 2, 10, endpoint::reusable_setting),
    few("deviceManagement/groupPolicyUploadedDefinitionFiles", 1, 3, endpoint::admx),
    few("deviceManagement/hardwareConfigurations", 1, 3, endpoint::bios),
    few("deviceManagement/inventoryPolicies", 1, 3, endpoint::inventory),
    few("deviceAppManagement/mobileAppCategories", 1, 4, apps::category),
    few("deviceAppManagement/mobileAppConfigurations", 3, 20, app_policies::device_configuration),
    few("deviceAppManagement/targetedManagedAppConfigurations", 2, 8, app_policies::app_configuration),
    few("deviceAppManagement/windowsManagedAppProtections", 1, 4, app_policies::windows_protection),
    few(
        "deviceAppManagement/mdmWindowsInformationProtectionPolicies",
        0,
        1,
        app_policies::information_protection_enrolled,
    ),
    few(
        "deviceAppManagement/windowsInformationProtectionPolicies",
        0,
        1,
        app_policies::information_protection_unenrolled,
    ),
    few("deviceManagement/appleUserInitiatedEnrollmentProfiles", 1, 3, enrolment::apple_user),
    few("deviceManagement/depOnboardingSettings", 0, 1, enrolment::apple_token),
    few("deviceManagement/androidDeviceOwnerEnrollmentProfiles", 2, 6, enrolment::android),
    few("deviceManagement/virtualEndpoint/provisioningPolicies", 1, 5, enrolment::cloud_pc),
    few("deviceManagement/virtualEndpoint/userSettings", 1, 3, enrolment::cloud_pc_settings),
    few("deviceManagement/intuneBrandingProfiles", 0, 2, tenant_admin::other_branding),
    few("deviceManagement/managedDeviceCleanupRules", 1, 3, tenant_admin::cleanup_rule),
    few("deviceManagement/operationApprovalPolicies", 0, 3, tenant_admin::approval_policy),
    few("identity/conditionalAccess/authenticationStrength/policies", 1, 4, entra::strength),
    few("identity/conditionalAccess/authenticationContextClassReferences", 1, 3, entra::context),
    few("identityGovernance/termsOfUse/agreements", 0, 2, entra::agreement),
    few("groupSettings", 0, 1, entra::group_setting),
    few("applications", 2, 5, entra::application),
    few("deviceAppManagement/policySets", 2, 8, policy_sets::make),
];

/// How many of each type: in small tenants the first types alone, then the least of all, then their shares.
pub(super) fn counts(objects: usize, mut room: usize) -> Vec<usize> {
    let mut take = |wanted: usize| {
        let taken = wanted.min(room);
        room -= taken;
        taken
    };
    let least: Vec<usize> = TYPES.iter().map(|one| take(one.least)).collect();
    let more = TYPES.iter().zip(&least).map(|(one, least)| {
        let share = (objects * one.share / 1000).min(one.most);
        least + take(share.saturating_sub(*least))
    });
    more.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_an_object_where_there_is_room_and_none_more_than_its_most() {
        let least: usize = TYPES.iter().map(|one| one.least).sum();
        assert!(counts(150, least).iter().all(|count| *count >= 1));
        assert_eq!(counts(150, 3).iter().sum::<usize>(), 3);
        let many = counts(100_000, 100_000);
        assert!(TYPES.iter().zip(many).all(|(one, count)| count == one.most.max(1) || one.share == 0));
    }
}
