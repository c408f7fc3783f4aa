//! In which folder each tool keeps what.

use crate::registry::{Contract, Registry};

/// A type, IntuneManagement's folder and IntuneCD's, each empty where the tool has none for it.
const FOLDERS: [(&str, &str, &str); 51] = [
    ("settingsCatalog", "SettingsCatalog", "Settings Catalog"),
    ("deviceConfigurations", "DeviceConfiguration", "Device Configurations"),
    ("compliancePolicies", "CompliancePolicies", "Compliance Policies/Policies"),
    ("complianceCatalog", "CompliancePoliciesV2", "Compliance Policies/Policies"),
    ("complianceScripts", "ComplianceScripts", "Compliance Policies/Scripts"),
    ("reusableSettings", "ReusableSettings", "Compliance Policies/Scripts"),
    ("notificationTemplates", "Notifications", "Compliance Policies/Message Templates"),
    ("groupPolicyConfigurations", "AdministrativeTemplates", "Group Policy Configurations"),
    ("intents", "EndpointSecurity", "Management Intents"),
    ("powershellScripts", "PowerShellScripts", "Scripts/Powershell"),
    ("shellScripts", "MacScripts", "Scripts/Shell"),
    ("customAttributes", "MacCustomAttributes", "Custom Attributes"),
    ("remediations", "DeviceHealthScripts", "Proactive Remediations"),
    ("conditionalAccess", "ConditionalAccess", "Conditional Access"),
    ("namedLocations", "NamedLocations", ""),
    ("termsOfUse", "TermsOfUse", ""),
    ("authStrengths", "AuthenticationStrengths", ""),
    ("authContexts", "AuthenticationContext", ""),
    ("branding", "IntuneBranding", ""),
    ("companyBranding", "AzureBranding", ""),
    ("enrollmentConfigs", "EnrollmentRestrictions", "Enrollment Configurations"),
    ("autopilotProfiles", "AutoPilot", "Enrollment Profiles/Windows"),
    ("appleAde", "", "Enrollment Profiles/Apple"),
    ("appleUserEnrollment", "AppleEnrollmentTypes", ""),
    ("termsAndConditions", "TermsAndConditions", ""),
    ("iosAppProtections", "AppProtection", "App Protection"),
    ("androidAppProtections", "AppProtection", "App Protection"),
    ("windowsAppProtections", "AppProtection", "App Protection"),
    ("informationProtections", "AppProtection", "App Protection"),
    ("mdmInformationProtections", "AppProtection", "App Protection"),
    ("appConfigApps", "AppConfigurationManagedApp", "App Protection"),
    ("appConfigDevices", "AppConfigurationManagedDevice", "App Configuration"),
    ("mobileApps", "Applications", "Applications"),
    ("policySets", "PolicySets", ""),
    ("featureUpdates", "FeatureUpdates", "Feature Updates"),
    ("qualityExpedite", "QualityUpdates", "Quality Updates"),
    ("driverUpdates", "DriverUpdateProfiles", "Driver Updates"),
    ("inventoryPolicies", "InventoryPolicies", ""),
    ("hardwareConfigurations", "HardwareConfigurations", ""),
    ("roles", "RoleDefinitions", "Roles"),
    ("scopeTags", "ScopeTags", "Scope Tags"),
    ("assignmentFilters", "AssignmentFilters", "Filters"),
    ("admxFiles", "ADMXFiles", ""),
    ("windows365Provisioning", "W365ProvisioningPolicies", ""),
    ("windows365UserSettings", "W365UserSettings", ""),
    ("deviceCategories", "DeviceCategories", "Device Categories"),
    ("compliancePartners", "", "Partner Connections/Compliance"),
    ("managementPartners", "", "Partner Connections/Management"),
    ("remoteAssistance", "", "Partner Connections/Remote Assistance"),
    ("androidManagedStore", "", "Managed Google Play"),
    ("vppTokens", "", "Apple VPP Tokens"),
];

/// What there is one of in a directory: type, IntuneCD's folder, its file.
const SINGLE: [(&str, &str, &str); 10] = [
    ("tenantSettings", "Device Management Settings", "settings"),
    ("apnsCertificate", "Apple Push Notification", ""),
    ("authenticationFlows", "Entra/Authentication Flows Policy", "authentication_flows_policy"),
    ("authenticationMethods", "Entra/Authentication Methods", "authentication_methods"),
    ("authorizationPolicy", "Entra/Authorization Policy", "authorization_policy"),
    ("deviceRegistration", "Entra/Device Registration Policy", "device_registration_policy"),
    ("externalIdentities", "Entra/External Collaboration Settings", "external_identities_policy"),
    ("securityDefaults", "Entra/Security Defaults", "security_defaults"),
    ("domains", "Entra/Domains", ""),
    ("groupSettings", "Entra/Group Settings", ""),
];

/// Further folders of IntuneManagement, for parts of a type, and where IntuneCD keeps enrolment status pages.
const FURTHER: [(&str, &str); 8] = [
    ("deviceConfigurations", "UpdatePolicies"),
    ("enrollmentConfigs", "EnrollmentStatusPage"),
    ("enrollmentConfigs", "CoManagementSettings"),
    ("appConfigDevices", "AndroidOEMConfig"),
    ("enrollmentConfigs", "Enrollment Profiles/Windows/ESP"),
    ("applications", "Entra/Applications"),
    ("groups", "Groups"),
    ("compliancePolicies", "Compliance Policies"),
];

/// IntuneManagement's folder for a type.
pub(super) fn intune_management(type_key: &str) -> Option<&'static str> {
    FOLDERS.iter().find(|(key, ..)| *key == type_key).map(|(_, folder, _)| *folder).filter(|folder| !folder.is_empty())
}

/// Whether IntuneManagement has a folder of that name, which no other tool writes so.
pub(super) fn is_intune_management(folder: &str) -> bool {
    FOLDERS.iter().any(|(_, name, _)| *name == folder)
}

/// IntuneCD's folder for a type, and its name for the only file in it.
pub(super) fn intune_cd(type_key: &str) -> Option<(&'static str, &'static str)> {
    let single = SINGLE.iter().find(|(key, ..)| *key == type_key).map(|(_, folder, file)| (*folder, *file));
    let folder = || FOLDERS.iter().find(|(key, _, folder)| *key == type_key && !folder.is_empty());
    single.or_else(|| folder().map(|(_, _, folder)| (*folder, "")))
}

/// What tools keep beside configuration: the folder, the file in it where it is one, and what it is.
const NO_CONFIGURATION: [(&str, &str, &str); 7] = [
    ("Assignment Report", "", "It is IntuneCD's list of who has what, which the objects say themselves"),
    ("__archive__", "", "It is IntuneCD's archive of what the tenant does not have any more"),
    ("Autopilot Devices", "", "It tells of devices, and is no configuration"),
    ("Activation Lock Bypass Codes", "", "It tells of devices, and is no configuration"),
    ("", "configurationSettings", "It is Microsoft's catalog of settings, and is no configuration"),
    ("", "configurationCategories", "It is Microsoft's catalog of settings, and is no configuration"),
    ("", "backup_summary", "It tells of a run of IntuneCD, and is no configuration"),
];

/// What a file is that holds no configuration, by where it is.
pub(super) fn no_configuration(path: &str) -> Option<&'static str> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or_default();
    let is = |of: &str, name: &str| {
        (of.is_empty() || folder.split('/').any(|step| step == of)) && (name.is_empty() || stem == name)
    };
    NO_CONFIGURATION.iter().find(|(of, name, _)| is(of, name)).map(|(.., why)| *why)
}

/// The types that some tool, or we, keep in the folder of that file: those of the longest folder that the path ends in.
pub(super) fn types_of(path: &str) -> Vec<&'static Contract> {
    let Some((folder, file)) = path.rsplit_once('/') else { return Vec::new() };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let steps: Vec<&str> = folder.split('/').collect();
    // The nearest folder says most: one further up may be the name of the whole backup.
    for end in (1..=steps.len()).rev() {
        for start in 0..end {
            let found = kept_in(&steps[start..end].join("/"), stem);
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

fn kept_in(folder: &str, stem: &str) -> Vec<&'static Contract> {
    let registry = Registry::embedded();
    // Ours are written exactly so; the folders of others differ in capitals alone.
    if let Some(own) = registry.get(folder) {
        return vec![own];
    }
    let folder = folder.to_lowercase();
    let is = |name: &str| name.to_lowercase() == folder;
    let listed = FOLDERS.iter().filter(|(_, one, other)| is(one) || is(other)).map(|(key, ..)| *key);
    // Beside the one file of a type there may be others that are nothing of it.
    let named = |file: &str| file.is_empty() || stem.split("__").next() == Some(file);
    let single = SINGLE.iter().filter(|(_, name, file)| is(name) && named(file)).map(|(key, ..)| *key);
    let further = FURTHER.iter().filter(|(_, name)| is(name)).map(|(key, _)| *key);
    let own = registry.iter().filter(|one| is(&one.label_plural)).map(|one| one.key.as_str());
    let mut keys: Vec<&str> = listed.chain(single).chain(further).chain(own).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().filter_map(|key| registry.get(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::{FOLDERS, FURTHER, SINGLE, no_configuration, types_of};
    use crate::registry::Registry;

    fn keys(path: &str) -> Vec<&str> {
        types_of(path).into_iter().map(|contract| contract.key.as_str()).collect()
    }

    #[test]
    fn the_nearest_and_longest_folder_says_the_type() {
        assert_eq!(keys("backup/Settings Catalog/a.json"), ["settingsCatalog"]);
        assert_eq!(keys("Enrollment Profiles/Windows/a.json"), ["autopilotProfiles"]);
        assert_eq!(keys("Enrollment Profiles/Windows/ESP/a.json"), ["enrollmentConfigs"]);
        assert_eq!(keys("Management Intents/Windows baseline/a.json"), ["intents"]);
        assert_eq!(keys("settingscatalog/a.json"), ["settingsCatalog"]);
        assert_eq!(keys("applications/a.json"), ["applications"]);
        assert_eq!(keys("Applications/Windows/a.json"), ["mobileApps"]);
        assert_eq!(keys("Settings catalog policies/a.json"), ["settingsCatalog"]);
        assert_eq!(keys("App Protection/a.json").len(), 6);
        assert_eq!(keys("Device Management Settings/settings.json"), ["tenantSettings"]);
        assert_eq!(
            keys("Entra/External Collaboration Settings/external_identities_policy.json"),
            ["externalIdentities"]
        );
        assert_eq!(keys("Entra/External Collaboration Settings/b2b_policy.json"), [] as [&str; 0]);
        assert_eq!(keys("a.json"), [] as [&str; 0]);
        assert_eq!(keys("whatever/a.json"), [] as [&str; 0]);
    }

    #[test]
    fn what_tools_keep_beside_configuration_is_known_by_its_place() {
        for path in ["Assignment Report/report.json", "x/Assignment Report/report.yaml", "configurationSettings.json"] {
            assert!(no_configuration(path).is_some(), "{path}");
        }
        for path in ["Settings Catalog/report.json", "Settings Catalog/configurationSettings 2.json"] {
            assert!(no_configuration(path).is_none(), "{path}");
        }
    }

    #[test]
    fn every_folder_is_of_a_type_that_there_is() {
        let keys = FOLDERS
            .iter()
            .map(|one| one.0)
            .chain(SINGLE.iter().map(|one| one.0))
            .chain(FURTHER.iter().map(|one| one.0));
        for key in keys {
            assert!(Registry::embedded().get(key).is_some(), "{key}");
        }
    }
}
