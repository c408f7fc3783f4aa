//! The engine knows runs and no feature: not their names, not their nouns.

use super::{code, run_types};
use crate::report::Finding;
use crate::tree::Tree;

/// Words that only a feature has.
const FEATURES: &[&str] = &["inventory", "backup", "directory_group", "restore_", "drift", "contract"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let run_types: Vec<String> = run_types::declared(tree).iter().map(|it| format!("\"{}\"", it.run_type)).collect();
    let mut findings = Vec::new();
    for file in code::sources(tree, "engine") {
        for (number, line) in code::production(file) {
            let lower = line.to_lowercase();
            let word = FEATURES.iter().copied().find(|word| lower.contains(word));
            if let Some(word) = word.or_else(|| run_types.iter().map(String::as_str).find(|name| line.contains(*name)))
            {
                findings.push(Finding::at(
                    &file.path,
                    number,
                    format!("names a feature ({word}): the engine knows none"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_in_the_engine_fails_and_in_a_comment_or_test_passes() {
        let text = "// like an inventory sync\nlet a = \"thing.do\";\nlet b = backup_set();\n#[cfg(test)]\nlet c = \"drift\";\n";
        let definition = "    run_type: \"thing.do\",\n";
        let tree = Tree::of(&[("crates/app/src/do_run.rs", definition), ("crates/engine/src/a.rs", text)]);
        let places: Vec<String> = check(&tree).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["crates/engine/src/a.rs:2", "crates/engine/src/a.rs:3"]);
    }
}
