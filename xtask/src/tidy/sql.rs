//! SQL is written in `crates/store` and nowhere else.

use super::{code, manifest};
use crate::report::Finding;
use crate::tree::Tree;

/// `testkit` makes and drops test databases and reads them independently of `store` to check invariants;
/// `bench` fills tables with a million rows. Neither runs for a customer.
const MAY_HAVE_SQLX: &[&str] = &["store", "testkit", "bench"];

/// How a statement of ours begins inside a string.
const STATEMENTS: &[&str] = &["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "ALTER TABLE ", "PRAGMA "];

const CRATES: &[&str] = &["model", "graph", "engine", "app", "web", "cli", "graph-sim"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let (manifests, _) = manifest::all(tree);
    let mut findings: Vec<Finding> = manifests
        .iter()
        .filter(|manifest| !MAY_HAVE_SQLX.contains(&manifest.folder.as_str()))
        .filter(|manifest| manifest.normal.iter().chain(&manifest.dev).any(|name| name == "sqlx"))
        .map(|manifest| Finding::new(&manifest.path, "depends on sqlx: SQL belongs to crates/store"))
        .collect();
    for file in CRATES.iter().flat_map(|name| code::sources(tree, name)) {
        for (number, line) in code::production(file).filter(|(_, line)| has_statement(line)) {
            let problem = format!("holds SQL, which belongs to crates/store: {}", line.trim());
            findings.push(Finding::at(&file.path, number, problem));
        }
    }
    findings
}

fn has_statement(line: &str) -> bool {
    let update = line.contains("\"UPDATE ") && line.contains(" SET ");
    update || STATEMENTS.iter().any(|start| line.contains(&format!("\"{start}")) || line.trim().starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlx_outside_the_store_fails_also_for_tests() {
        let tree = Tree::of(&[
            ("crates/app/Cargo.toml", "[dev-dependencies]\nsqlx.workspace = true\n"),
            ("crates/store/Cargo.toml", "[dependencies]\nsqlx.workspace = true\n"),
        ]);
        assert_eq!(check(&tree).len(), 1);
        assert_eq!(check(&tree)[0].place, "crates/app/Cargo.toml");
    }

    #[test]
    fn a_statement_outside_the_store_fails() {
        let text = "fn a() {\n    run(\"SELECT 1\");\n    run(\"UPDATE users SET name = $1\");\n}\n";
        let found = check(&Tree::of(&[("crates/web/src/a.rs", text), ("crates/store/src/a.rs", text)]));
        assert_eq!(
            found.iter().map(|finding| &finding.place[..]).collect::<Vec<_>>(),
            ["crates/web/src/a.rs:2", "crates/web/src/a.rs:3"]
        );
    }

    #[test]
    fn words_that_only_look_like_sql_pass() {
        let text = "const LABEL: &str = \"Select all\"; // SELECT in a comment\nlet query = \"$select=id\";\n";
        assert_eq!(check(&Tree::of(&[("crates/web/src/a.rs", text)])), []);
    }
}
