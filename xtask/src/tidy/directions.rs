//! `model ← {store, graph} ← engine ← app ← web ← cli`: who may depend on whom, among our own crates.

use super::manifest::{self, Manifest};
use crate::report::Finding;
use crate::tree::Tree;

/// Folder, and the crates of ours that it may name in `[dependencies]`.
/// `engine` has no `graph`: it knows no feature. `web` has no `graph`: it opens no connection out.
/// The simulator stands alone, so that it cannot agree with the client by sharing its mistakes.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("store", &["model"]),
    ("graph", &["model"]),
    ("engine", &["model", "store"]),
    ("app", &["model", "store", "graph", "engine"]),
    ("web", &["model", "store", "engine", "app"]),
    ("cli", &["model", "store", "graph", "engine", "app", "web", "graph-sim"]),
    ("graph-sim", &[]),
    ("testkit", &["model", "store", "graph", "engine", "app", "web", "graph-sim"]),
    ("bench", &["model", "store", "graph", "engine", "app", "web", "graph-sim", "testkit"]),
    ("xtask", &[]),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let (manifests, mut findings) = manifest::all(tree);
    findings.extend(manifests.iter().flat_map(judge));
    findings
}

fn judge(manifest: &Manifest) -> Vec<Finding> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(folder, _)| *folder == manifest.folder) else {
        let problem =
            "is a crate that the architecture does not know: place it in ARCHITECTURE.md and in directions.rs";
        return vec![Finding::new(&manifest.path, problem)];
    };
    let ours = manifest.normal.iter().filter(|name| ALLOWED.iter().any(|(folder, _)| folder == name));
    let wrong = ours.filter(|name| !allowed.contains(&name.as_str()));
    wrong.map(|name| Finding::new(&manifest.path, format!("depends on {name}, against the direction"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|finding| finding.problem).collect()
    }

    #[test]
    fn a_dependency_upwards_fails() {
        let found =
            problems("crates/store/Cargo.toml", "[dependencies]\nmodel.workspace = true\napp.workspace = true\n");
        assert_eq!(found, ["depends on app, against the direction"]);
    }

    #[test]
    fn the_engine_and_the_pages_have_no_graph() {
        for path in ["crates/engine/Cargo.toml", "crates/web/Cargo.toml"] {
            let found = problems(path, "[dependencies]\ngraph.workspace = true\n");
            assert_eq!(found, ["depends on graph, against the direction"]);
        }
    }

    #[test]
    fn nothing_in_production_has_the_simulator() {
        let found = problems("crates/app/Cargo.toml", "[dependencies]\ngraph-sim.workspace = true\n");
        assert_eq!(found, ["depends on graph-sim, against the direction"]);
    }

    #[test]
    fn tests_may_use_what_production_may_not() {
        assert_eq!(problems("crates/app/Cargo.toml", "[dev-dependencies]\ntestkit.workspace = true\n").len(), 0);
    }

    #[test]
    fn a_crate_without_a_place_fails() {
        assert_eq!(problems("crates/misc/Cargo.toml", "").len(), 1);
    }
}
