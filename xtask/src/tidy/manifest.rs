//! What a crate's `Cargo.toml` depends on.

use toml::{Table, Value};

use crate::report::Finding;
use crate::tree::{File, Tree};

/// The direct dependencies of one crate.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Path of the `Cargo.toml`.
    pub(super) path: String,
    /// Name of its folder, which is how the architecture calls it.
    pub(super) folder: String,
    /// `[dependencies]` and `[build-dependencies]`, for every target.
    pub(super) normal: Vec<String>,
    /// `[dev-dependencies]`.
    pub(super) dev: Vec<String>,
}

/// Every crate of the workspace. A manifest that cannot be read is a finding, never skipped.
pub(super) fn all(tree: &Tree) -> (Vec<Manifest>, Vec<Finding>) {
    let mut manifests = Vec::new();
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        match file.text.parse::<Table>() {
            Ok(table) => manifests.push(manifest(file, &table)),
            Err(_) => findings.push(Finding::new(&file.path, "is not TOML")),
        }
    }
    (manifests, findings)
}

fn manifest(file: &File, table: &Table) -> Manifest {
    let folder = file.path.trim_end_matches("/Cargo.toml").rsplit('/').next().unwrap_or_default().to_owned();
    let mut normal = Vec::new();
    let mut dev = Vec::new();
    let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    for part in std::iter::once(table).chain(targets.filter_map(Value::as_table)) {
        normal.extend(names(part, "dependencies").chain(names(part, "build-dependencies")));
        dev.extend(names(part, "dev-dependencies"));
    }
    Manifest { path: file.path.clone(), folder, normal, dev }
}

fn names<'a>(part: &'a Table, section: &str) -> impl Iterator<Item = String> + use<'a> {
    part.get(section).and_then(Value::as_table).into_iter().flatten().map(|(name, entry)| {
        // A renamed dependency is known by the package that it really is.
        entry.get("package").and_then(Value::as_str).unwrap_or(name).to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamed_and_target_dependencies_are_seen() {
        let text = "[dependencies]\na = { package = \"sqlx\", version = \"1\" }\n[target.'cfg(unix)'.dependencies]\nnix = \"1\"\n[dev-dependencies]\nproptest = \"1\"\n";
        let (manifests, findings) = all(&Tree::of(&[("crates/web/Cargo.toml", text)]));
        assert!(findings.is_empty());
        assert_eq!(manifests[0].folder, "web");
        assert_eq!(manifests[0].normal, ["sqlx", "nix"]);
        assert_eq!(manifests[0].dev, ["proptest"]);
    }

    #[test]
    fn a_manifest_that_cannot_be_read_is_told() {
        let (_, findings) = all(&Tree::of(&[("crates/web/Cargo.toml", "= x")]));
        assert_eq!(findings, [Finding::new("crates/web/Cargo.toml", "is not TOML")]);
    }
}
