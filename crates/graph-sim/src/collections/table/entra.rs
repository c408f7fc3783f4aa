//! Entra: Conditional Access and what it refers to, the directory.

use super::Declared;
use crate::collections::{Kind, Navigation};

const STRENGTHS: &str = "identity/conditionalAccess/authenticationStrength/policies";

const COMBINATIONS: &[Navigation] = &[Navigation::list("combinationConfigurations")];

const BRANDING: Navigation =
    Navigation { parts: &[Navigation::list("localizations")], ..Navigation::single("branding") };

/// Other paths to the authentication strengths.
const fn alias(path: &'static str) -> Kind {
    Kind { union: &[STRENGTHS], ..Kind::directory(path, COMBINATIONS) }
}

pub(super) static KINDS: &[Kind] = &[
    Kind::directory("identity/conditionalAccess/policies", &[]),
    Kind::directory("identity/conditionalAccess/namedLocations", &[]),
    Kind::directory("identity/conditionalAccess/deletedItems/policies", &[]),
    Kind::directory("identity/conditionalAccess/deletedItems/namedLocations", &[]),
    Kind::directory(STRENGTHS, COMBINATIONS),
    alias("identity/conditionalAccess/authenticationStrengths/policies"),
    alias("policies/authenticationStrengthPolicies"),
    Kind::directory("identity/conditionalAccess/authenticationContextClassReferences", &[]),
    Kind::directory(
        "identityGovernance/termsOfUse/agreements",
        &[Navigation::list("files"), Navigation::single("file")],
    ),
    Kind::directory("auditLogs/directoryAudits", &[]),
    Kind::directory("groups", &[Navigation::list("members"), Navigation::list("owners")]),
    Kind::directory("organization", &[BRANDING]),
    Kind::directory(
        "servicePrincipals",
        &[Navigation::list("appRoleAssignments"), Navigation::list("appRoleAssignedTo")],
    ),
    Kind::directory("users", &[]),
    Kind::directory("applications", &[]),
    Kind::directory("domains", &[]),
    Kind::directory("groupSettings", &[]),
    Kind::directory("subscribedSkus", &[]),
];

pub(super) static DECLARED: &[Declared] = &[
    ("identity/conditionalAccess/policies", "conditionalAccessPolicy"),
    ("identity/conditionalAccess/namedLocations", "namedLocation"),
    ("identity/conditionalAccess/deletedItems/policies", "conditionalAccessPolicy"),
    ("identity/conditionalAccess/deletedItems/namedLocations", "namedLocation"),
    (STRENGTHS, "authenticationStrengthPolicy"),
    ("identity/conditionalAccess/authenticationContextClassReferences", "authenticationContextClassReference"),
    ("identityGovernance/termsOfUse/agreements", "agreement"),
    ("auditLogs/directoryAudits", "directoryAudit"),
    ("applications", "application"),
    ("domains", "domain"),
    ("groups", "group"),
    ("organization", "organization"),
    ("servicePrincipals", "servicePrincipal"),
];
