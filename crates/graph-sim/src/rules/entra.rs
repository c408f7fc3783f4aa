//! Entra: Conditional Access and what it refers to. The rest of the directory is for reading.

use super::{Action, BuiltIn, Does, Rule};

pub(super) static RULES: &[Rule] = &[
    Rule { required: &["displayName", "state", "conditions"], ..Rule::entra("identity/conditionalAccess/policies") },
    Rule::entra("identity/conditionalAccess/namedLocations"),
    Rule {
        required: &["displayName", "allowedCombinations"],
        not_created: &["policyType", "requirementsSatisfied"],
        starts: &[("policyType", "\"custom\""), ("requirementsSatisfied", "\"mfa\"")],
        parts: &["combinationConfigurations"],
        not_patched: &["policyType", "requirementsSatisfied", "allowedCombinations"],
        actions: &[Action {
            name: "updateAllowedCombinations",
            does: Does::Replace { parameter: "allowedCombinations", part: "allowedCombinations" },
            status: 200,
        }],
        built_in: BuiltIn::Is("policyType", "builtIn"),
        ..Rule::entra("identity/conditionalAccess/authenticationStrength/policies")
    },
    // Its ids are fixed, c1 to c99: a PATCH makes one.
    Rule { created: None, ..Rule::entra("identity/conditionalAccess/authenticationContextClassReferences") },
    Rule { created: None, ..Rule::entra("identityGovernance/termsOfUse/agreements") },
    // Each directory has one; a language is added, changed and removed below it.
    Rule {
        created: None,
        patched: None,
        removed: None,
        parts: &["branding/localizations"],
        ..Rule::entra("organization")
    },
    Rule { required: &["templateId", "values"], ..Rule::entra("groupSettings") },
    Rule { created: None, patched: None, ..Rule::entra("identity/conditionalAccess/deletedItems/policies") },
    Rule { created: None, patched: None, ..Rule::entra("identity/conditionalAccess/deletedItems/namedLocations") },
];
