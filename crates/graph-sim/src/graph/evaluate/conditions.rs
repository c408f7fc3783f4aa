//! The conditions of a policy against a sign-in.

use serde_json::Value;

use super::SignIn;
use super::places::is_at;
use crate::store::Store;

/// It cannot be told.
const UNKNOWN: &str = "notEnoughInformation";

/// What comes of one condition: nothing when it is met, else why not.
type Finding = Option<&'static str>;

/// Why the policy does not apply; nothing when it does. One that only reports counts as if it were enforced.
pub(super) fn against(store: &Store, sign_in: &SignIn, policy: &Value) -> Vec<&'static str> {
    if policy["state"] == "disabled" {
        return vec!["policyNotEnabled"];
    }
    let (conditions, asked) = (&policy["conditions"], &sign_in.conditions);
    let level = |levels: &str, asked_of: &str, reason| one_of(&conditions[levels], &asked[asked_of], reason);
    let flow = &asked["authenticationFlow"]["transferMethod"];
    let findings = [
        identity(store, sign_in, conditions),
        context(sign_in, &conditions["applications"]),
        platform(&conditions["platforms"], &asked["devicePlatform"]),
        one_of(&without_all(&conditions["clientAppTypes"]), &asked["clientAppType"], "clientApps"),
        location(store, &conditions["locations"], asked),
        level("signInRiskLevels", "signInRiskLevel", "signInRisk"),
        level("userRiskLevels", "userRiskLevel", "userRisk"),
        level("insiderRiskLevels", "insiderRiskLevel", "insiderRisk"),
        level("servicePrincipalRiskLevels", "servicePrincipalRiskLevel", "workloadIdentities"),
        one_of(&conditions["authenticationFlows"]["transferMethods"], flow, "authenticationFlow"),
        (!conditions["devices"]["deviceFilter"].is_null()).then_some(UNKNOWN),
    ];
    let mut reasons: Vec<&str> = findings.into_iter().flatten().collect();
    reasons.dedup();
    reasons
}

/// The words of a list, or of flags in one text.
pub(super) fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::String(flags) => flags.split(',').map(str::trim).filter(|word| !word.is_empty()).collect(),
        _ => Vec::new(),
    }
}

fn has(value: &Value, wanted: &str) -> bool {
    words(value).iter().any(|word| word.eq_ignore_ascii_case(wanted))
}

/// All kinds of clients are as good as no condition.
fn without_all(types: &Value) -> Value {
    if has(types, "all") { Value::Null } else { types.clone() }
}

/// A condition that names what it wants one of.
fn one_of(wanted: &Value, asked: &Value, reason: &'static str) -> Finding {
    let wanted = words(wanted);
    let asked = asked.as_str();
    match asked {
        _ if wanted.is_empty() => None,
        None => Some(UNKNOWN),
        Some(asked) => (!wanted.iter().any(|word| word.eq_ignore_ascii_case(asked))).then_some(reason),
    }
}

fn identity(store: &Store, sign_in: &SignIn, conditions: &Value) -> Finding {
    let given = &sign_in.identity;
    if let Some(principal) = given["servicePrincipalId"].as_str() {
        let of = &conditions["clientApplications"];
        let named = |list: &str, all: &str| has(&of[list], all) || has(&of[list], principal);
        let included = named("includeServicePrincipals", "ServicePrincipalsInMyTenant");
        let applies = included && !has(&of["excludeServicePrincipals"], principal);
        return (!applies).then_some("workloadIdentities");
    }
    let users = &conditions["users"];
    let user = given["userId"].as_str().unwrap_or_default();
    let guest = words(&given["externalUserType"]).iter().any(|kind| *kind != "none");
    let named = |side: &str| {
        let list = |what: &str| &users[format!("{side}{what}")];
        let kinds = &list("GuestsOrExternalUsers")["guestOrExternalUserTypes"];
        has(list("Users"), user)
            || (guest && has(list("Users"), "GuestsOrExternalUsers"))
            || words(&given["externalUserType"]).iter().any(|kind| *kind != "none" && has(kinds, kind))
            || words(list("Groups")).iter().any(|group| is_member(store, group, user))
    };
    if named("exclude") {
        return Some("users");
    }
    if has(&users["includeUsers"], "All") || named("include") {
        return (!words(&users["excludeRoles"]).is_empty()).then_some(UNKNOWN);
    }
    Some(if words(&users["includeRoles"]).is_empty() { "users" } else { UNKNOWN })
}

/// Whether the group holds the user directly.
fn is_member(store: &Store, group: &str, user: &str) -> bool {
    let members = store.get("groups", group).and_then(|group| group["members"].as_array());
    members.into_iter().flatten().any(|member| member == user || member["id"] == user)
}

fn context(sign_in: &SignIn, of: &Value) -> Finding {
    let given = &sign_in.context;
    if let Some(value) = given["authenticationContextValue"].as_str() {
        let applies = has(&of["includeAuthenticationContextClassReferences"], value);
        return (!applies).then_some("authenticationContext");
    }
    if let Some(action) = given["userAction"].as_str() {
        let name = match action {
            "registerSecurityInformation" => "urn:user:registersecurityinfo",
            _ => "urn:user:registerdevice",
        };
        return (!has(&of["includeUserActions"], name)).then_some("userActions");
    }
    let asked = words(&given["includeApplications"]);
    let named = |list: &str| asked.iter().any(|app| has(&of[list], app));
    let included = has(&of["includeApplications"], "All") || named("includeApplications");
    if !included || named("excludeApplications") {
        return Some("application");
    }
    (!of["applicationFilter"].is_null()).then_some(UNKNOWN)
}

fn platform(of: &Value, asked: &Value) -> Finding {
    if of.is_null() || (has(&of["includePlatforms"], "all") && words(&of["excludePlatforms"]).is_empty()) {
        return None;
    }
    let Some(asked) = asked.as_str() else { return Some(UNKNOWN) };
    let included = has(&of["includePlatforms"], "all") || has(&of["includePlatforms"], asked);
    (!included || has(&of["excludePlatforms"], asked)).then_some("devicePlatform")
}

fn location(store: &Store, of: &Value, asked: &Value) -> Finding {
    let (included, excluded) = (words(&of["includeLocations"]), words(&of["excludeLocations"]));
    if included.is_empty() || (included.contains(&"All") && excluded.is_empty()) {
        return None;
    }
    if asked["ipAddress"].is_null() && asked["country"].is_null() {
        return Some(UNKNOWN);
    }
    let any = |names: &[&str]| names.iter().any(|name| is_at(store, name, asked));
    (!any(&included) || any(&excluded)).then_some("location")
}
