//! Nothing in the tree is true of one machine only: no home-like folder, no package registry's host.

use crate::report::Finding;
use crate::tree::Tree;

/// Put together from pieces, so that this file does not find itself.
const FOLDERS: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
    concat!("/m", "nt/"),
];

/// A lock file names a package and its hash; where it was fetched from is the machine's affair.
const REGISTRIES: &[&str] = &[
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("index.cra", "tes.io"),
    concat!("static.cra", "tes.io"),
    concat!("files.python", "hosted.org"),
    concat!("pypi.org/sim", "ple"),
    concat!("registry+spar", "se"),
    concat!("source = \"spar", "se"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (number, line) in file.lines() {
            if let Some(folder) = FOLDERS.iter().find(|folder| names_folder(line, folder)) {
                findings.push(Finding::at(&file.path, number, format!("names a folder of one machine ({folder}…)")));
            }
            if let Some(host) = REGISTRIES.iter().find(|host| line.contains(*host)) {
                findings.push(Finding::at(&file.path, number, format!("names a package registry ({host})")));
            }
            if file.path.ends_with("package-lock.json") && line.contains("\"resolved\": \"http") {
                let problem =
                    "names where a package came from: make it with `npm install --omit-lockfile-registry-resolved`";
                findings.push(Finding::at(&file.path, number, problem));
            }
        }
    }
    findings
}

/// As the beginning of an absolute path, not as a part of a longer one or of an address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        !before.is_some_and(|before| before.is_alphanumeric() || "_.-/}$*".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn a_folder_of_one_machine_fails() {
        for folder in FOLDERS {
            assert_eq!(count("a.md", &format!("see {folder}someone/project\n")), 1, "{folder}");
            assert_eq!(count("a.md", &format!("cd {folder}x\n")), 1, "{folder}");
        }
    }

    #[test]
    fn the_same_word_inside_a_longer_path_passes() {
        for folder in FOLDERS {
            assert_eq!(count("a.md", &format!("https://example.com{folder}x and tests{folder}y\n")), 0, "{folder}");
        }
    }

    #[test]
    fn a_registry_fails() {
        for host in REGISTRIES {
            assert_eq!(count("package-lock.json", &format!("x {host} y\n")), 1, "{host}");
        }
    }

    #[test]
    fn a_lock_file_that_says_where_from_fails() {
        assert_eq!(count("tests/package-lock.json", "\"resolved\": \"https://mirror.example/a.tgz\"\n"), 1);
    }
}
