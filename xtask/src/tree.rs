//! The text files of the project, read once, so that every check is a function of what it is given.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that a build, a test run or a tool leaves behind; all of them are in `.gitignore`.
const NOT_OURS: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    ".venv",
    "__pycache__",
    "artifacts",
    "test-results",
    "playwright-report",
    ".demo",
];

/// One text file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// From the project root, with `/`.
    pub(crate) path: String,
    /// Its whole text.
    pub(crate) text: String,
}

impl File {
    /// The lines with their numbers, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// All text files, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// See [`File`].
    pub(crate) files: Vec<File>,
}

impl Tree {
    /// Reads everything below `root` that is text and ours.
    pub(crate) fn read(root: &Path) -> Self {
        let mut files = Vec::new();
        collect(root, root, &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }

    /// The file with exactly this path.
    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether there is a file or a folder with this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
    }

    /// The files below a folder whose names end so, for example `under("crates/engine/", ".rs")`.
    pub(crate) fn under<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.starts_with(folder) && file.path.ends_with(ending))
    }

    /// A tree made by a test.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() }).collect();
        Self { files }
    }
}

/// The folder that holds this crate's folder, as cargo says it now: two clones may share one target folder, and then
/// what was compiled in may be the other one's.
pub(crate) fn project_root() -> PathBuf {
    let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&crate_folder).parent().expect("xtask lies in the project root").to_path_buf()
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
            collect(root, &path, files);
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(&path)
        {
            // What is not UTF-8 is a picture or a font: no check of ours has a word to say about it.
            let path =
                path.strip_prefix(root).expect("the walk began at the root").to_string_lossy().replace('\\', "/");
            files.push(File { path, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_itself_is_read_without_what_a_build_leaves() {
        let tree = Tree::read(&project_root());
        assert!(tree.get("xtask/src/tree.rs").is_some());
        assert!(tree.has("xtask/src"));
        assert!(!tree.has("xtask/sr"));
        assert!(tree.files.iter().all(|file| !file.path.starts_with("target/")));
    }
}
