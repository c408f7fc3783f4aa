//! Every type of configuration that working tools read: it is there, and it is made of published names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::metadata::Metadata;
use crate::support::{Session, started};

/// Lists of beta: path, declared type, what may be expanded on the list, what is read of each object.
type List = (&'static str, &'static str, &'static str, &'static [&'static str]);

const BETA: &[List] = &[
    ("deviceManagement/deviceConfigurations", "deviceConfiguration", "assignments", &["assignments"]),
    ("deviceManagement/groupPolicyUploadedDefinitionFiles", "groupPolicyUploadedDefinitionFile", "", &[]),
    ("deviceManagement/intents", "deviceManagementIntent", "", &["settings", "assignments", "categories"]),
    ("deviceManagement/reusablePolicySettings", "deviceManagementReusablePolicySetting", "", &[]),
    ("deviceManagement/hardwareConfigurations", "hardwareConfiguration", "", &["?$expand=assignments"]),
    ("deviceManagement/inventoryPolicies", "", "", &["?$expand=settings", "assignments"]),
    (
        "deviceManagement/compliancePolicies",
        "deviceManagementCompliancePolicy",
        "settings",
        &["assignments", "scheduledActionsForRule?$expand=scheduledActionConfigurations"],
    ),
    (
        "deviceManagement/deviceComplianceScripts",
        "deviceComplianceScript",
        "",
        &["?$expand=assignments", "assignments"],
    ),
    (
        "deviceManagement/deviceCustomAttributeShellScripts",
        "deviceCustomAttributeShellScript",
        "",
        &["?$expand=assignments", "assignments"],
    ),
    ("deviceManagement/windowsFeatureUpdateProfiles", "windowsFeatureUpdateProfile", "assignments", &["assignments"]),
    ("deviceManagement/windowsQualityUpdateProfiles", "windowsQualityUpdateProfile", "assignments", &["assignments"]),
    ("deviceManagement/windowsQualityUpdatePolicies", "windowsQualityUpdatePolicy", "assignments", &["assignments"]),
    ("deviceManagement/windowsDriverUpdateProfiles", "windowsDriverUpdateProfile", "assignments", &["assignments"]),
    ("deviceManagement/deviceEnrollmentConfigurations", "deviceEnrollmentConfiguration", "", &["assignments"]),
    ("deviceManagement/windowsAutopilotDeploymentProfiles", "windowsAutopilotDeploymentProfile", "", &["assignments"]),
    (
        "deviceManagement/appleUserInitiatedEnrollmentProfiles",
        "appleUserInitiatedEnrollmentProfile",
        "assignments",
        &["assignments"],
    ),
    ("deviceManagement/depOnboardingSettings", "depOnboardingSetting", "", &["enrollmentProfiles"]),
    ("deviceManagement/androidDeviceOwnerEnrollmentProfiles", "androidDeviceOwnerEnrollmentProfile", "", &[""]),
    ("deviceManagement/deviceCategories", "deviceCategory", "", &[]),
    ("deviceManagement/termsAndConditions", "termsAndConditions", "", &["assignments"]),
    (
        "deviceManagement/virtualEndpoint/provisioningPolicies",
        "cloudPcProvisioningPolicy",
        "assignments",
        &["assignments"],
    ),
    ("deviceManagement/virtualEndpoint/userSettings", "cloudPcUserSetting", "assignments", &["assignments"]),
    ("deviceManagement/roleDefinitions", "roleDefinition", "", &["roleAssignments"]),
    (
        "deviceManagement/roleAssignments",
        "deviceAndAppManagementRoleAssignment",
        "",
        &["?$expand=roleDefinition", "roleScopeTags"],
    ),
    ("deviceManagement/intuneBrandingProfiles", "intuneBrandingProfile", "", &["assignments", ""]),
    ("deviceManagement/managedDeviceCleanupRules", "managedDeviceCleanupRule", "", &[]),
    ("deviceManagement/operationApprovalPolicies", "operationApprovalPolicy", "", &[]),
    ("deviceManagement/complianceManagementPartners", "complianceManagementPartner", "", &[]),
    ("deviceManagement/deviceManagementPartners", "deviceManagementPartner", "", &[]),
    ("deviceManagement/remoteAssistancePartners", "remoteAssistancePartner", "", &[]),
    ("deviceManagement/mobileThreatDefenseConnectors", "mobileThreatDefenseConnector", "", &[]),
    ("deviceManagement/auditEvents", "auditEvent", "", &[]),
    (
        "deviceAppManagement/mobileApps",
        "mobileApp",
        "assignments",
        &["?$expand=categories,assignments", "relationships", "categories"],
    ),
    ("deviceAppManagement/mobileAppCategories", "mobileAppCategory", "", &[]),
    ("deviceAppManagement/mobileAppConfigurations", "managedDeviceMobileAppConfiguration", "", &["assignments"]),
    (
        "deviceAppManagement/targetedManagedAppConfigurations",
        "targetedManagedAppConfiguration",
        "apps,assignments",
        &["assignments"],
    ),
    ("deviceAppManagement/iosManagedAppProtections", "iosManagedAppProtection", "apps,assignments", &["assignments"]),
    (
        "deviceAppManagement/androidManagedAppProtections",
        "androidManagedAppProtection",
        "apps,assignments",
        &["assignments"],
    ),
    (
        "deviceAppManagement/windowsManagedAppProtections",
        "windowsManagedAppProtection",
        "apps,assignments",
        &["assignments"],
    ),
    (
        "deviceAppManagement/mdmWindowsInformationProtectionPolicies",
        "mdmWindowsInformationProtectionPolicy",
        "assignments",
        &["assignments"],
    ),
    (
        "deviceAppManagement/windowsInformationProtectionPolicies",
        "windowsInformationProtectionPolicy",
        "assignments",
        &["assignments"],
    ),
    ("deviceAppManagement/policySets", "policySet", "", &["?$expand=items,assignments"]),
    ("deviceAppManagement/vppTokens", "vppToken", "", &[]),
    ("policies/authorizationPolicy", "authorizationPolicy", "", &[]),
];

const V1: &[List] = &[
    (
        "identity/conditionalAccess/authenticationStrength/policies",
        "authenticationStrengthPolicy",
        "",
        &["combinationConfigurations"],
    ),
    ("policies/authenticationStrengthPolicies", "authenticationStrengthPolicy", "", &[""]),
    (
        "identity/conditionalAccess/authenticationContextClassReferences",
        "authenticationContextClassReference",
        "",
        &[""],
    ),
    ("identityGovernance/termsOfUse/agreements", "agreement", "files", &["files"]),
    ("groupSettings", "", "", &[""]),
    ("domains", "domain", "", &[""]),
    ("applications", "application", "", &[""]),
    ("auditLogs/directoryAudits", "directoryAudit", "", &[]),
];

/// Objects of which there is one, with the version they are read in.
const SINGLE: &[(&str, &str)] = &[
    ("beta/deviceManagement/settings", "deviceManagementSettings"),
    ("beta/deviceManagement/applePushNotificationCertificate", "applePushNotificationCertificate"),
    (
        "beta/deviceManagement/androidManagedStoreAccountEnterpriseSettings",
        "androidManagedStoreAccountEnterpriseSettings",
    ),
    ("v1.0/policies/authenticationMethodsPolicy", "authenticationMethodsPolicy"),
    ("v1.0/policies/authorizationPolicy", "authorizationPolicy"),
    ("v1.0/policies/authenticationFlowsPolicy", ""),
    ("v1.0/policies/identitySecurityDefaultsEnforcementPolicy", "identitySecurityDefaultsEnforcementPolicy"),
    ("v1.0/policies/deviceRegistrationPolicy", "deviceRegistrationPolicy"),
    ("beta/policies/externalIdentitiesPolicy", ""),
    ("v1.0/policies/crossTenantAccessPolicy", "crossTenantAccessPolicy"),
    ("v1.0/policies/crossTenantAccessPolicy/default", "crossTenantAccessPolicyConfigurationDefault"),
    ("v1.0/policies/adminConsentRequestPolicy", "adminConsentRequestPolicy"),
];

/// What stands for a type that the reduced metadata does not hold; nothing of it can be judged.
const UNJUDGED: &str = "outside the metadata";

/// Reads a list, expanded, and the parts of its objects; every object is remembered with its place and type.
async fn read(session: &Session, version: &str, list: List, found: &mut Vec<(String, String, Value)>) {
    let (path, declared, expand, parts) = list;
    let address = format!("{version}/{path}");
    let query = if expand.is_empty() { String::new() } else { format!("?$expand={expand}&$top=200") };
    let rows = session.all(&format!("{address}{query}")).await;
    assert!(!rows.is_empty(), "{address} is empty");
    for row in rows {
        let id = row["id"].as_str().unwrap().to_owned();
        for name in expand.split(',').filter(|name| !name.is_empty()) {
            assert!(row[name].is_array(), "{address} does not expand {name}");
        }
        for part in parts {
            let separator = if part.is_empty() || part.starts_with('?') { "" } else { "/" };
            let one = session.get(&format!("{address}/{id}{separator}{part}")).await;
            if separator.is_empty() {
                found.push((path.to_owned(), declared.to_owned(), one));
            } else {
                assert!(one["value"].is_array(), "{address}/{id}/{part}");
                let name = part.split('?').next().unwrap().to_owned();
                found.push((
                    path.to_owned(),
                    declared.to_owned(),
                    json!({ "id": id, "@odata.type": row["@odata.type"], name: one["value"] }),
                ));
            }
        }
        found.push((path.to_owned(), declared.to_owned(), row));
    }
}

fn judge(metadata: &Metadata, found: &[(String, String, Value)], wrong: &mut BTreeSet<String>) {
    for (path, declared, object) in found {
        let mut object = object.as_object().unwrap().clone();
        object.retain(|name, value| name != "@odata.type" || value.is_string());
        let declared = if declared.is_empty() { UNJUDGED } else { declared };
        metadata.check(path, declared, &object, wrong);
    }
}

#[tokio::test]
async fn every_type_is_served_and_made_of_names_that_microsoft_publishes() {
    let (_simulator, session) = started(400).await;
    let (mut beta, mut v1) = (Vec::new(), Vec::new());
    for list in BETA {
        read(&session, "beta", *list, &mut beta).await;
    }
    for list in V1 {
        read(&session, "v1.0", *list, &mut v1).await;
    }
    for (path, declared) in SINGLE {
        let (version, plain) = path.split_once('/').unwrap();
        let found = if version == "beta" { &mut beta } else { &mut v1 };
        found.push((plain.to_owned(), (*declared).to_owned(), session.get(path).await));
    }
    let organization = session.tenant.tenant_id.clone();
    let localizations = session.all(&format!("v1.0/organization/{organization}/branding/localizations")).await;
    assert_eq!(localizations.len(), 2);
    v1.extend(
        localizations
            .into_iter()
            .map(|one| ("localizations".to_owned(), "organizationalBrandingLocalization".to_owned(), one)),
    );
    let (Some(of_beta), Some(of_v1)) = (Metadata::load("beta"), Metadata::load("v1.0")) else {
        return;
    };
    let mut wrong = BTreeSet::new();
    judge(&of_beta, &beta, &mut wrong);
    judge(&of_v1, &v1, &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn both_versions_answer_and_small_tenants_have_every_type_from_150_objects_on() {
    let (simulator, session) = started(150).await;
    for (path, ..) in BETA.iter().chain(V1) {
        for version in ["beta", "v1.0"].into_iter().filter(|_| *path != "policies/authorizationPolicy") {
            assert!(!session.all(&format!("{version}/{path}")).await.is_empty(), "{version}/{path}");
        }
    }
    let catalog = simulator.objects(&session.tenant.tenant_id, crate::support::POLICIES);
    assert!(catalog.len() >= 12);
}
