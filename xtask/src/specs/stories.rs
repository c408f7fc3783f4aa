//! Every user story has a priority, can be tested alone and says Given, When and Then.

use super::document::Document;
use crate::report::Finding;

pub(super) fn check(document: &Document<'_>) -> Vec<Finding> {
    let Some(text) = document.section("User stories").filter(|text| !text.is_empty()) else { return Vec::new() };
    let text = format!("\n{text}");
    let stories: Vec<&str> = text.split("\n### ").skip(1).collect();
    if stories.is_empty() {
        return vec![Finding::new(document.path, "has no user story (\"### P1: …\")")];
    }
    stories.into_iter().filter_map(|story| missing_part(document, story)).collect()
}

fn missing_part(document: &Document<'_>, story: &str) -> Option<Finding> {
    let title = story.lines().next().unwrap_or_default();
    let body = story.to_lowercase();
    let missing = if !["P1:", "P2:", "P3:"].iter().any(|priority| title.starts_with(priority)) {
        "a priority (P1, P2 or P3) in its title"
    } else if !body.contains("independent test:") {
        "an \"Independent test:\""
    } else if !(body.contains("given ") && body.contains(" when ") && body.contains(" then ")) {
        "a Given, When, Then"
    } else {
        return None;
    };
    Some(Finding::new(document.path, format!("user story \"{title}\" lacks {missing}")))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{WHOLE, findings_of};

    #[test]
    fn a_story_without_one_of_its_parts_fails() {
        for (part, instead) in [("P1:", "Story:"), ("Independent test:", "Test:"), ("then c", "so c")] {
            let found = findings_of("specs/001-thing.md", &WHOLE.replace(part, instead));
            assert!(found.len() == 1 && found[0].contains("lacks"), "{part}: {found:?}");
        }
    }

    #[test]
    fn stories_without_any_story_fail() {
        let found = findings_of("specs/001-thing.md", &WHOLE.replace("### ", "#### "));
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
