//! Addresses below the version, from contracts.

use model::registry::{Contract, Part};

/// The collection with its list query and so many rows on a page.
pub(crate) fn list(contract: &Contract, top: Option<u32>) -> String {
    let list = &contract.list;
    with_query(contract.path.clone(), &list.select, &list.expand, top)
}

/// One object.
pub(crate) fn object(contract: &Contract, id: &str, expand: &[String]) -> String {
    with_query(format!("{}/{}", contract.path, encode(id)), &[], expand, None)
}

/// A part on its own path.
pub(crate) fn part(contract: &Contract, id: &str, part: &Part) -> String {
    with_query(format!("{}/{}/{}", contract.path, encode(id), part.property), &[], &part.expand, part.top)
}

fn with_query(path: String, select: &[String], expand: &[String], top: Option<u32>) -> String {
    let mut options = Vec::new();
    if !select.is_empty() {
        options.push(format!("$select={}", select.join(",")));
    }
    if !expand.is_empty() {
        options.push(format!("$expand={}", expand.join(",")));
    }
    options.extend(top.map(|top| format!("$top={top}")));
    if options.is_empty() { path } else { format!("{path}?{}", options.join("&")) }
}

/// An id as a path segment: Graph chose it, but it must not be able to name another path.
fn encode(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => text.push(char::from(byte)),
            b'.' if id != "." && id != ".." => text.push('.'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use model::registry::Registry;

    #[test]
    fn addresses_come_from_the_contract() {
        let contract = Registry::embedded().get("settingsCatalog").expect("contract");
        assert_eq!(
            super::list(contract, contract.list.top),
            "deviceManagement/configurationPolicies?$expand=assignments,settings&$top=250"
        );
        let part = contract.part("settings").expect("part");
        assert_eq!(
            super::part(contract, "a/../b", part),
            "deviceManagement/configurationPolicies/a%2F..%2Fb/settings?$top=1000"
        );
        assert!(super::object(contract, "..", &[]).ends_with("/%2E%2E"));
    }
}
