//! A file that nobody can hold in mind is two files.

use crate::report::Finding;
use crate::tree::Tree;

/// Lines, tests and comments included.
const LINES_MAX: usize = 400;

/// What we write by hand; style sheets, data and documents are read by searching, not from top to bottom.
const ENDINGS: &[&str] = &[".rs", ".ts", ".js", ".mjs", ".py", ".sh"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let ours = tree.files.iter().filter(|file| ENDINGS.iter().any(|ending| file.path.ends_with(ending)));
    ours.filter(|file| !file.path.contains("/vendor/"))
        .filter(|file| file.text.lines().count() > LINES_MAX)
        .map(|file| {
            let lines = file.text.lines().count();
            Finding::new(&file.path, format!("has {lines} lines, more than {LINES_MAX}: divide it by what it does"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_too_many_fails() {
        let full = "x\n".repeat(LINES_MAX);
        let over = "x\n".repeat(LINES_MAX + 1);
        let files = [("a.rs", &full), ("b.rs", &over), ("c/vendor/d.js", &over), ("e.css", &over)];
        let found = check(&Tree::of(&files.map(|(path, text)| (path, text.as_str()))));
        assert_eq!(found.iter().map(|finding| &finding.place[..]).collect::<Vec<_>>(), ["b.rs"]);
    }
}
