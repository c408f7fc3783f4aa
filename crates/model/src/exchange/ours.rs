//! Our own layout: a folder for each type, in it a file for each object, and a manifest that says what there is.
//!
//! A file holds what is compared of an object: sorted keys, declared sets in a fixed order, without what changes by itself.
//! So the difference of two exports is the change and nothing else. Its name depends on the object alone, never on others.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Object, Problem, names, sorted_text};
use crate::registry::Registry;
use crate::registry::content::content_for_hash;

/// The manifest's path.
pub const MANIFEST: &str = "manifest.json";
/// Version of its shape.
const FORMAT: u32 = 1;
/// What tells it from any other file of that name.
const KIND: &str = "tenantatlas.configuration";

/// What the files of an export are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileManifest {
    kind: String,
    format: u32,
    /// The directory that it was taken from (a GUID).
    pub directory_id: String,
    /// Every object, by path.
    pub objects: Vec<FileObject>,
    /// What was asked for and is not there, by type and id.
    pub missing: Vec<FileMissing>,
}

/// One object and its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileObject {
    /// Where it is.
    pub path: String,
    /// The contract's key.
    #[serde(rename = "type")]
    pub type_key: String,
    /// Graph's id.
    pub id: String,
    /// As a person named it.
    pub name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Length of the file.
    pub bytes: u64,
}

/// One object that could not be read when it should have been, or that this layout has no place for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileMissing {
    /// The contract's key.
    #[serde(rename = "type")]
    pub type_key: String,
    /// Graph's id; absent when the whole type is missing.
    pub id: Option<String>,
    /// As a person named it.
    pub name: String,
    /// Why, as a stable code.
    pub code: String,
}

impl FileManifest {
    /// What was written, in the order of paths.
    pub fn of(directory_id: &str, mut objects: Vec<FileObject>, mut missing: Vec<FileMissing>) -> Self {
        objects.sort();
        missing.sort();
        Self { kind: KIND.to_owned(), format: FORMAT, directory_id: directory_id.to_owned(), objects, missing }
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        text.push('\n');
        text.into_bytes()
    }

    /// From the text of a file; nothing when it is some other file of that name.
    pub(super) fn parse(text: &str) -> Option<Result<Self, Problem>> {
        if !text.contains(KIND) {
            return None;
        }
        let unknown = || Problem::new("import.manifest", "The manifest is of a version that this one does not know");
        let parsed = serde_json::from_str::<Self>(text).ok().filter(|one| one.format == FORMAT && one.kind == KIND);
        Some(parsed.ok_or_else(unknown))
    }
}

/// Whether the path is that of a manifest, in whatever folder.
pub fn is_manifest(path: &str) -> bool {
    path == MANIFEST || path.strip_suffix(MANIFEST).is_some_and(|folder| folder.ends_with('/'))
}

/// Where the object is kept.
pub(super) fn path(object: &Object) -> String {
    let (name, id) = (names::safe(&object.name), names::id_part(&object.external_id));
    format!("{}/{name}__{id}.json", object.type_key)
}

/// Its file.
pub(super) fn text(object: &Object) -> String {
    match Registry::embedded().get(&object.type_key) {
        Some(contract) => sorted_text(&content_for_hash(contract, object.document.clone())),
        None => sorted_text(&object.document),
    }
}

/// SHA-256 as lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Compares files with their manifest; one sentence for each that is not as it says. `paths` are all files there are.
pub fn checked(
    manifest: &FileManifest,
    folder: &str,
    paths: &[String],
    mut read: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut listed = BTreeSet::new();
    for object in &manifest.objects {
        let path = format!("{folder}{}", object.path);
        match read(&path) {
            None => problems.push(format!("{} is in the manifest and not there", object.path)),
            Some(bytes) if sha256(&bytes) != object.sha256 => {
                problems.push(format!("{} is not what was exported", object.path));
            }
            Some(_) => {}
        }
        listed.insert(path);
    }
    let others = paths.iter().filter(|path| path.starts_with(folder) && !listed.contains(*path) && !is_manifest(path));
    let others = others.filter(|path| !super::read::is_hidden(path));
    problems.extend(others.map(|path| format!("{path} is there and not in the manifest")));
    problems
}
