//! What works although the published metadata does not have it.

/// Calls that work although the metadata does not list them, each with its witness. One that is listed by now fails.
pub(crate) const WORKING_BUT_UNLISTED: [(&str, &str, &str); 8] = [
    (
        "PUT",
        "/deviceManagement/configurationPolicies/{}",
        "facts/graph.md 3.3: IntuneManagement and IntuneCD replace a policy with it",
    ),
    ("PUT", "/deviceManagement/compliancePolicies/{}", "facts/graph.md 3.3: IntuneCD replaces a policy with it"),
    ("PUT", "/deviceManagement/reusablePolicySettings/{}", "graph-metadata/README.md, limit 2"),
    ("PUT", "/policies/deviceRegistrationPolicy", "facts/policy-types.md 8: IntuneCD, with a person's sign-in"),
    ("PUT", "/policies/adminConsentRequestPolicy", "facts/policy-types.md 8: IntuneCD"),
    ("GET", "/organization/{}/branding/localizations/{}", "facts/policy-types.md 8: IntuneManagement"),
    ("PATCH", "/organization/{}/branding/localizations/{}", "facts/policy-types.md 8: IntuneManagement"),
    ("DELETE", "/organization/{}/branding/localizations/{}", "facts/policy-types.md 8: IntuneManagement"),
];

/// Paths under which nothing is listed although working tools use them, each with its witness.
pub(crate) const UNLISTED_PATHS: [(&str, &str); 6] = [
    ("deviceManagement/inventoryPolicies", "graph-metadata/README.md, limit 2: IntuneManagement"),
    ("deviceManagement/settings", "facts/policy-types.md 7: IntuneCD reads the property deviceManagement/settings"),
    ("identityGovernance/termsOfUse/agreements", "facts/policy-types.md 8: IntuneManagement; listed as /agreements"),
    ("policies/authenticationFlowsPolicy", "facts/policy-types.md 8: IntuneCD"),
    ("policies/externalIdentitiesPolicy", "facts/policy-types.md 8: IntuneCD"),
    ("groupSettings", "facts/policy-types.md 8: IntuneCD"),
];

/// Their types that the reduced metadata leaves out: nothing about them can be compared.
pub(crate) const UNKNOWN_TYPES: [&str; 4] =
    ["deviceManagementInventoryPolicy", "authenticationFlowsPolicy", "externalIdentitiesPolicy", "groupSetting"];
