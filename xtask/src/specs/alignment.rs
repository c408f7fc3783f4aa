//! The constitution alignment answers every question, and an implemented spec names tests that exist.

use super::document::Document;
use crate::report::Finding;
use crate::tree::Tree;

const POINTS: &[&str] = &[
    "Contract registry",
    "Safety gates",
    "Tenant isolation",
    "Run type, identity, visibility",
    "Tests",
    "Audit entries",
];

pub(super) fn check(document: &Document<'_>, tree: &Tree) -> Vec<Finding> {
    let Some(text) = document.section("Constitution alignment") else { return Vec::new() };
    let mut findings: Vec<Finding> = POINTS
        .iter()
        .filter(|point| answer(text, point).is_none())
        .map(|point| Finding::new(document.path, format!("constitution alignment does not answer \"{point}\"")))
        .collect();
    if document.front("status") == Some("Implemented") {
        findings.extend(tests_exist(document, answer(text, "Tests").unwrap_or_default(), tree));
    }
    findings
}

/// What follows `- **Point**:` up to the next point.
fn answer<'a>(text: &'a str, point: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("- **{point}**:"))?;
    let answer = rest.split("\n- **").next().unwrap_or(rest).trim();
    (!answer.is_empty()).then_some(answer)
}

/// Names in backticks that hold a slash are paths of the project.
fn tests_exist(document: &Document<'_>, answer: &str, tree: &Tree) -> Vec<Finding> {
    let paths: Vec<&str> = answer.split('`').skip(1).step_by(2).filter(|name| name.contains('/')).collect();
    if paths.is_empty() {
        return vec![Finding::new(document.path, "is Implemented and names no test by its path")];
    }
    let absent = paths.into_iter().filter(|path| !tree.has(path));
    absent
        .map(|path| Finding::new(document.path, format!("is Implemented and its test {path} does not exist")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{WHOLE, findings_of};

    #[test]
    fn a_point_without_answer_fails() {
        for point in super::POINTS {
            let found = findings_of("specs/001-thing.md", &WHOLE.replace(&format!("**{point}**"), "**Other**"));
            assert!(found.iter().any(|problem| problem.contains(point)), "{point}: {found:?}");
        }
    }

    #[test]
    fn an_implemented_spec_whose_test_is_gone_fails() {
        let found = findings_of("specs/001-thing.md", &WHOLE.replace("tests/it.rs", "tests/gone.rs"));
        assert_eq!(found, ["is Implemented and its test crates/thing/tests/gone.rs does not exist"]);
    }

    #[test]
    fn an_implemented_spec_without_test_fails() {
        let found = findings_of("specs/001-thing.md", &WHOLE.replace("`crates/thing/tests/it.rs`", "later"));
        assert_eq!(found, ["is Implemented and names no test by its path"]);
    }
}
