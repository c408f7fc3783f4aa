//! The way out to Microsoft is `crates/graph`; nothing else holds an HTTP client.

use super::{code, manifest};
use crate::report::Finding;
use crate::tree::Tree;

/// The command line may speak to a server of ours; `testkit` and `bench` are clients of servers under test.
const MAY_HAVE_REQWEST: &[&str] = &["graph", "cli", "testkit", "bench"];

/// Microsoft's hosts are data of `model` (clouds and contracts) and are called by `graph`.
const HOSTS: &[&str] = &["graph.microsoft.", "login.microsoftonline.", "login.partner.microsoftonline."];

const CRATES_WITHOUT_HOSTS: &[&str] = &["store", "engine", "app", "web"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let (manifests, _) = manifest::all(tree);
    let mut findings: Vec<Finding> = manifests
        .iter()
        .filter(|manifest| !MAY_HAVE_REQWEST.contains(&manifest.folder.as_str()))
        .filter(|manifest| manifest.normal.iter().any(|name| name == "reqwest" || name == "hyper-util"))
        .map(|manifest| Finding::new(&manifest.path, "has an HTTP client: outgoing calls belong to crates/graph"))
        .collect();
    for file in CRATES_WITHOUT_HOSTS.iter().flat_map(|name| code::sources(tree, name)) {
        for (number, _) in code::production(file).filter(|(_, line)| HOSTS.iter().any(|host| line.contains(host))) {
            findings.push(Finding::at(
                &file.path,
                number,
                "names a host of Microsoft: no endpoint outside the registry",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_client_in_the_pages_fails() {
        let manifest = "[dependencies]\nreqwest.workspace = true\n";
        let found = check(&Tree::of(&[("crates/web/Cargo.toml", manifest), ("crates/graph/Cargo.toml", manifest)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "crates/web/Cargo.toml");
    }

    #[test]
    fn an_endpoint_in_a_feature_fails() {
        let text = "fn a() {}\nconst URL: &str = \"https://graph.microsoft.com/beta\";\n";
        let found = check(&Tree::of(&[("crates/app/src/a.rs", text), ("crates/model/src/cloud.rs", text)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "crates/app/src/a.rs:2");
    }
}
