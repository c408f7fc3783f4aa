//! Which Rust is production code: what runs for a customer, without tests and without comments.

use crate::tree::{File, Tree};

/// The `.rs` files below `crates/<name>/src/`.
pub(super) fn sources<'a>(tree: &'a Tree, name: &str) -> impl Iterator<Item = &'a File> + use<'a> {
    let folder = format!("crates/{name}/src/");
    tree.files.iter().filter(move |file| file.path.starts_with(&folder) && file.path.ends_with(".rs"))
}

/// The lines of a file that are neither a comment nor after the first `#[cfg(test)]`, numbered from 1.
/// Unit tests stand at the end of our files, so everything after that mark is test.
pub(super) fn production(file: &File) -> impl Iterator<Item = (usize, &str)> {
    file.lines()
        .take_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_tests_are_not_production() {
        let text = "fn a() {}\n// b\n    /// c\n#[cfg(test)]\nmod tests {}\n";
        let file = File { path: "crates/x/src/a.rs".into(), text: text.into() };
        assert_eq!(production(&file).collect::<Vec<_>>(), [(1, "fn a() {}")]);
    }
}
