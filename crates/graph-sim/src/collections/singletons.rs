//! Paths of the objects of which a tenant has exactly one. They are stored like a collection, under an empty id.

const PATHS: &[&str] = &[
    "deviceManagement",
    "deviceManagement/settings",
    "deviceManagement/applePushNotificationCertificate",
    "deviceManagement/androidManagedStoreAccountEnterpriseSettings",
    "policies/adminConsentRequestPolicy",
    "policies/authenticationFlowsPolicy",
    "policies/authenticationMethodsPolicy",
    "policies/authorizationPolicy",
    "policies/crossTenantAccessPolicy",
    "policies/crossTenantAccessPolicy/default",
    "policies/deviceRegistrationPolicy",
    "policies/externalIdentitiesPolicy",
    "policies/identitySecurityDefaultsEnforcementPolicy",
];

/// The path in its own spelling, when it is one of them.
pub(crate) fn canonical(path: &str) -> Option<&'static str> {
    PATHS.iter().copied().find(|known| known.eq_ignore_ascii_case(path))
}
