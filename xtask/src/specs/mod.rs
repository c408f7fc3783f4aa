//! `cargo xtask specs`: rule 10 of `docs/constitution.md`, checked.

mod alignment;
mod document;
mod sections;
mod stories;

use crate::report::Finding;
use crate::tree::Tree;
use document::Document;

const STATUSES: &[&str] = &["Draft", "Approved", "Implemented"];

/// Judges `specs/TEMPLATE.md` and every numbered spec.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    match tree.get("specs/TEMPLATE.md") {
        Some(template) => findings.extend(sections::check(&Document::of(template))),
        None => findings.push(Finding::new("specs/TEMPLATE.md", "is missing")),
    }
    let mut numbers: Vec<&str> = Vec::new();
    for file in tree.under("specs/", ".md").filter(|file| file.path != "specs/TEMPLATE.md") {
        let document = Document::of(file);
        findings.extend(head(&document));
        findings.extend(sections::check(&document));
        findings.extend(stories::check(&document));
        findings.extend(alignment::check(&document, tree));
        if numbers.contains(&document.number()) {
            findings.push(Finding::new(&file.path, format!("the number {} is taken", document.number())));
        }
        numbers.push(document.number());
    }
    if numbers.is_empty() {
        findings.push(Finding::new("specs", "holds no spec: nothing was checked"));
    }
    findings
}

fn head(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let number = document.number();
    if number.len() != 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.push(Finding::new(document.path, "is not named NNN-slug.md"));
    }
    match document.front("status") {
        None => findings.push(Finding::new(document.path, "has no status in its front matter")),
        Some(status) if !STATUSES.contains(&status) => {
            findings.push(Finding::new(
                document.path,
                format!("status is {status:?}: Draft, Approved or Implemented is meant"),
            ));
        }
        Some("Implemented") if document.text.contains("NEEDS CLARIFICATION") => {
            findings.push(Finding::new(document.path, "is Implemented and still has an open question"));
        }
        Some(_) => {}
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const WHOLE: &str = "---\nstatus: Implemented\n---\n# 001 A thing\n\n## User stories\n\n\
        ### P1: A person does it\n\nIndependent test: one test does it alone.\n\n- Given a, when b, then c.\n\n\
        ## Edge cases\n\n- None is left.\n\n## Functional requirements\n\n- **FR-001** It does.\n\n\
        ## Entities\n\n- Thing.\n\n## Success criteria\n\n- **SC-001** 1 of 1.\n\n## Constitution alignment\n\n\
        - **Contract registry**: unchanged.\n- **Safety gates**: none, it reads.\n- **Tenant isolation**: scoped.\n\
        - **Run type, identity, visibility**: none.\n- **Tests**: `crates/thing/tests/it.rs`.\n- **Audit entries**: one.\n";

    pub(super) fn findings_of(path: &str, text: &str) -> Vec<String> {
        let template = WHOLE;
        let tree = Tree::of(&[("specs/TEMPLATE.md", template), (path, text), ("crates/thing/tests/it.rs", "")]);
        check(&tree).into_iter().map(|finding| finding.problem).collect()
    }

    #[test]
    fn a_whole_spec_passes() {
        assert_eq!(findings_of("specs/001-thing.md", WHOLE), Vec::<String>::new());
    }

    #[test]
    fn a_missing_section_fails() {
        for heading in sections::REQUIRED {
            let text = WHOLE.replace(&format!("## {heading}\n"), "## Something else\n");
            let found = findings_of("specs/001-thing.md", &text);
            assert!(found.iter().any(|problem| problem.contains(heading)), "{heading}: {found:?}");
        }
    }

    #[test]
    fn an_open_question_fails_only_once_the_spec_is_implemented() {
        let open = WHOLE.replace("It does.", "It does. NEEDS CLARIFICATION: when?");
        assert_eq!(findings_of("specs/001-thing.md", &open), ["is Implemented and still has an open question"]);
        let approved = open.replace("Implemented", "Approved");
        assert_eq!(findings_of("specs/001-thing.md", &approved), Vec::<String>::new());
    }

    #[test]
    fn a_bad_status_and_a_missing_one_fail() {
        let bad = findings_of("specs/001-thing.md", &WHOLE.replace("Implemented", "Done"));
        assert!(bad[0].contains("\"Done\""), "{bad:?}");
        let none = findings_of("specs/001-thing.md", &WHOLE.replace("status: Implemented", "state: x"));
        assert_eq!(none, ["has no status in its front matter"]);
    }

    #[test]
    fn two_specs_with_one_number_fail() {
        let tree = Tree::of(&[
            ("specs/TEMPLATE.md", WHOLE),
            ("specs/001-one.md", WHOLE),
            ("specs/001-two.md", WHOLE),
            ("crates/thing/tests/it.rs", ""),
        ]);
        assert_eq!(check(&tree), [Finding::new("specs/001-two.md", "the number 001 is taken")]);
    }

    #[test]
    fn a_name_without_number_fails() {
        assert_eq!(findings_of("specs/thing.md", WHOLE), ["is not named NNN-slug.md"]);
    }

    #[test]
    fn a_tree_without_specs_fails_rather_than_passing_on_nothing() {
        let tree = Tree::of(&[("specs/TEMPLATE.md", WHOLE)]);
        assert_eq!(check(&tree), [Finding::new("specs", "holds no spec: nothing was checked")]);
    }
}
