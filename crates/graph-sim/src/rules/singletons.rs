//! How the objects are written of which a tenant has exactly one.

/// One of them.
#[derive(Debug)]
pub(crate) struct Single {
    pub(crate) path: &'static str,
    /// Its type; empty where Microsoft's metadata does not hold it.
    pub(crate) of: &'static str,
    /// `PATCH` or `PUT`; empty where it is read only.
    pub(crate) method: &'static str,
    /// Lists whose elements are changed one by one, with their type.
    pub(crate) lists: &'static [(&'static str, &'static str)],
}

const fn patched(path: &'static str, of: &'static str) -> Single {
    Single { path, of, method: "PATCH", lists: &[] }
}

/// What a person or another company changes is not here.
const SINGLES: &[Single] = &[
    patched("deviceManagement", "deviceManagement"),
    Single {
        lists: &[("authenticationMethodConfigurations", "authenticationMethodConfiguration")],
        ..patched("policies/authenticationMethodsPolicy", "authenticationMethodsPolicy")
    },
    Single { method: "PUT", ..patched("policies/adminConsentRequestPolicy", "adminConsentRequestPolicy") },
    patched("policies/authenticationFlowsPolicy", ""),
    patched("policies/authorizationPolicy", "authorizationPolicy"),
    patched("policies/crossTenantAccessPolicy", "crossTenantAccessPolicy"),
    patched("policies/crossTenantAccessPolicy/default", "crossTenantAccessPolicyConfigurationDefault"),
    Single { method: "PUT", ..patched("policies/deviceRegistrationPolicy", "deviceRegistrationPolicy") },
    patched("policies/externalIdentitiesPolicy", ""),
    patched("policies/identitySecurityDefaultsEnforcementPolicy", "identitySecurityDefaultsEnforcementPolicy"),
];

/// What an application alone may not write: it takes a person (the contract of the type, by IntuneCD).
const OF_PEOPLE: [&str; 1] = ["policies/deviceRegistrationPolicy"];

impl Single {
    /// Whether it takes a person to write it.
    pub(crate) fn takes_a_person(&self) -> bool {
        OF_PEOPLE.contains(&self.path)
    }
}

/// How the singleton at a path in its own spelling is written.
pub(crate) fn single(path: &str) -> Option<&'static Single> {
    SINGLES.iter().find(|single| single.path == path)
}
