//! Every section is there, says something, and requirements and criteria are numbered.

use super::document::Document;
use crate::report::Finding;

/// The headings of a spec, in their order.
pub(super) const REQUIRED: &[&str] = &[
    "User stories",
    "Edge cases",
    "Functional requirements",
    "Entities",
    "Success criteria",
    "Constitution alignment",
];

pub(super) fn check(document: &Document<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for heading in REQUIRED {
        match document.section(heading) {
            None => findings.push(Finding::new(document.path, format!("has no section \"{heading}\""))),
            Some("") => findings.push(Finding::new(document.path, format!("section \"{heading}\" is empty"))),
            Some(_) => {}
        }
    }
    findings.extend(numbered(document, "Functional requirements", "FR"));
    findings.extend(numbered(document, "Success criteria", "SC"));
    findings
}

/// The points of a section are `**FR-001**`, `**FR-002**` and so on, without gap or repetition.
fn numbered(document: &Document<'_>, heading: &str, prefix: &str) -> Option<Finding> {
    let text = document.section(heading)?;
    let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("- **")?.split("**").next()).collect();
    let wanted: Vec<String> = (1..=found.len().max(1)).map(|number| format!("{prefix}-{number:03}")).collect();
    let same = found.len() == wanted.len() && found.iter().zip(&wanted).all(|(found, wanted)| found == wanted);
    let problem = || format!("\"{heading}\" is not numbered {prefix}-001, {prefix}-002 … as \"- **{prefix}-001** …\"");
    (!same).then(|| Finding::new(document.path, problem()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{WHOLE, findings_of};

    #[test]
    fn an_empty_section_fails() {
        let found = findings_of("specs/001-thing.md", &WHOLE.replace("- Thing.\n", ""));
        assert_eq!(found, ["section \"Entities\" is empty"]);
    }

    #[test]
    fn a_requirement_with_the_wrong_number_fails() {
        let found = findings_of("specs/001-thing.md", &WHOLE.replace("FR-001", "FR-002"));
        assert!(found[0].contains("not numbered FR-001"), "{found:?}");
    }

    #[test]
    fn success_criteria_without_numbers_fail() {
        let found = findings_of("specs/001-thing.md", &WHOLE.replace("- **SC-001** 1 of 1.", "It is good."));
        assert!(found[0].contains("not numbered SC-001"), "{found:?}");
    }
}
