//! Compares `published.txt` with Microsoft's metadata, and writes it anew when asked to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use crate::collections;

/// Set, it lets the test write the file instead of comparing it.
const WRITE: &str = "GRAPH_SIM_WRITE_PUBLISHED";

/// Types of the directory that nothing here writes, and which would draw half of the metadata in.
const LEFT_OUT: &[&str] =
    &["application", "auditEvent", "directoryAudit", "domain", "organization", "servicePrincipal"];

/// Types that no collection declares: singletons, and what stands in a list of theirs.
const MORE: &[&str] = &[
    "deviceManagementSettings",
    "adminConsentRequestPolicy",
    "authenticationMethodConfiguration",
    "authenticationMethodsPolicy",
    "authorizationPolicy",
    "crossTenantAccessPolicy",
    "crossTenantAccessPolicyConfigurationDefault",
    "deviceRegistrationPolicy",
    "identitySecurityDefaultsEnforcementPolicy",
    "namedLocation",
    "organizationalBrandingLocalization",
    // The parameters of `evaluate`.
    "signInConditions",
    "signInContext",
    "signInIdentity",
];

/// A property of `deviceManagement` is written there, and the rest of that type is not.
const DEVICE_MANAGEMENT: &str = "entity deviceManagement < entity: settings=deviceManagementSettings";

/// The types of both versions: what only v1.0 has is added to what beta has.
struct Reduction {
    types: Value,
    /// Navigations under which objects store their parts.
    stored: BTreeSet<&'static str>,
    found: BTreeMap<String, String>,
    /// Those whose derived types are there too.
    expanded: BTreeSet<String>,
}

impl Reduction {
    /// Adds a type with everything that it consists of, and the types that derive from it.
    fn add(&mut self, of: &str) {
        let name = of.trim_start_matches("Collection(").trim_start_matches("CollectionOrFlags(").trim_end_matches(')');
        if let Some(published) = self.types.get(name).cloned()
            && self.expanded.insert(name.to_owned())
        {
            self.add_alone(name);
            let derived = published["derived"].as_array().into_iter().flatten().filter_map(Value::as_str);
            derived.for_each(|name| self.add(name));
        }
    }

    /// Adds a type without those that derive from it.
    fn add_alone(&mut self, name: &str) {
        let Some(published) = self.types.get(name).filter(|_| !self.found.contains_key(name)).cloned() else {
            return;
        };
        self.found.insert(name.to_owned(), line(name, &published));
        let members = |part: &str| published[part].as_object().into_iter().flatten();
        let parts = members("nav").filter(|(name, _)| self.stored.contains(name.as_str()));
        let types: Vec<&str> = members("props").chain(parts).filter_map(|(_, member)| member["t"].as_str()).collect();
        types.into_iter().for_each(|name| self.add(name));
        if let Some(base) = published["base"].as_str() {
            self.add_alone(base);
        }
    }
}

fn line(name: &str, published: &Value) -> String {
    let words = |list: &Value| {
        let words = list.as_array().into_iter().flatten().filter_map(Value::as_str);
        words.map(|word| format!(" {word}")).collect::<String>()
    };
    if published["kind"] == "enum" {
        let kind = if published["flags"] == true { "flags" } else { "enum" };
        return format!("{kind} {name}:{}", words(&published["members"]));
    }
    let mut line = format!("{} {name}", published["kind"].as_str().unwrap_or_default());
    if let Some(base) = published["base"].as_str() {
        line += &format!(" < {base}");
    }
    line += if published["abstract"] == true { " abstract:" } else { ":" };
    for (name, property) in published["props"].as_object().into_iter().flatten() {
        let of = property["t"].as_str().unwrap_or_default().replace("Edm.", "");
        let computed = if property["ro"] == "c" { "!" } else { "" };
        let never_null = if property["n"] == false { "*" } else { "" };
        line += &format!(" {name}={of}{computed}{never_null}");
    }
    for (name, navigation) in published["nav"].as_object().into_iter().flatten() {
        line += &format!(" {name}>{}", navigation["t"].as_str().unwrap_or_default());
    }
    line
}

/// Adds to the types of beta what v1.0 alone says of them.
fn merged(beta: &Value, v1: &Value) -> Value {
    let mut types = beta["types"].clone();
    for (name, of_v1) in v1["types"].as_object().into_iter().flatten() {
        let known = &mut types[name.as_str()];
        if known.is_null() {
            *known = of_v1.clone();
            continue;
        }
        for part in ["props", "nav"] {
            for (member, said) in of_v1[part].as_object().into_iter().flatten() {
                if known["props"].get(member).is_none() && known["nav"].get(member).is_none() {
                    known[part][member.as_str()] = said.clone();
                } else if part == "props" && said["n"] != false {
                    // What may be null in one version is not refused.
                    known[part][member.as_str()]["n"] = Value::Bool(true);
                }
            }
        }
    }
    types
}

/// What the file has to say, from the metadata.
fn reduced(types: Value) -> String {
    let mut reduction =
        Reduction { types, stored: collections::stored_parts(), found: BTreeMap::new(), expanded: BTreeSet::new() };
    let declared = collections::declared_types().filter(|name| !LEFT_OUT.contains(name));
    for name in declared.chain(MORE.iter().copied()) {
        reduction.add(name);
    }
    reduction.found.insert("deviceManagement".to_owned(), DEVICE_MANAGEMENT.to_owned());
    reduction.found.into_values().map(|line| line + "\n").collect()
}

#[test]
fn what_is_known_of_types_is_what_microsoft_publishes() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let shared = std::env::var_os("TENANTATLAS_SHARED").map_or_else(|| root.join("shared"), PathBuf::from);
    let read = |version: &str| std::fs::read_to_string(shared.join(format!("graph-metadata/{version}.json"))).ok();
    let (Some(beta), Some(v1)) = (read("beta"), read("v1.0")) else {
        println!("SKIPPED: there is no metadata at ../shared/graph-metadata; set TENANTATLAS_SHARED");
        return;
    };
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let expected = reduced(merged(&read(&beta), &read(&v1)));
    if std::env::var_os(WRITE).is_some() {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/schema/published.txt");
        std::fs::write(file, expected).unwrap();
        return;
    }
    let known: BTreeSet<&str> = include_str!("published.txt").lines().collect();
    let wanted: BTreeSet<&str> = expected.lines().collect();
    let differs: Vec<&&str> = known.symmetric_difference(&wanted).take(5).collect();
    assert!(
        differs.is_empty(),
        "published.txt is not what the metadata says; write it anew with {WRITE}=1: {differs:#?}"
    );
}
