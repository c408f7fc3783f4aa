//! Objects to files in a layout.

use std::collections::{BTreeSet, HashSet};

use serde_json::json;

use super::ours::{self, FileManifest, FileMissing, FileObject, MANIFEST};
use super::{Layout, Object, Problem, Source, SourceFile, intune_cd, intune_management, names, plain_text};
use crate::registry::{DIRECTORY, Registry};

/// Writes one export, object by object, in any order: paths and contents depend on each object alone.
#[derive(Debug)]
pub struct Writer {
    layout: Layout,
    source: Source,
    /// Lower case, since some file systems do not tell capitals apart.
    paths: HashSet<String>,
    objects: Vec<FileObject>,
    missing: Vec<FileMissing>,
    groups: BTreeSet<String>,
}

impl Writer {
    /// Nothing written yet.
    pub fn new(layout: Layout, source: Source) -> Self {
        let (paths, objects, missing, groups) = (HashSet::new(), Vec::new(), Vec::new(), BTreeSet::new());
        Self { layout, source, paths, objects, missing, groups }
    }

    /// The object's files, of which there is one but for scripts and parts in IntuneCD's layout; why there is none
    /// otherwise, which the manifest names as well.
    pub fn write(&mut self, object: &Object) -> Result<Vec<SourceFile>, Problem> {
        let one = |(path, text): (String, String)| vec![SourceFile { path, bytes: text.into_bytes() }];
        let written = match self.layout {
            Layout::Ours => Ok(one((ours::path(object), ours::text(object)))),
            Layout::Portal => Ok(one(portal(object))),
            Layout::IntuneManagement => intune_management::file(object, &self.source).map(one),
            Layout::Intunecd => intune_cd::files(object, &self.source),
        };
        let same_path = || Problem::new("export.same_path", "Another object has the same path in this layout");
        let written = written.and_then(|files| {
            let paths: Vec<String> = files.iter().map(|file| file.path.to_lowercase()).collect();
            if paths.iter().any(|path| self.paths.contains(path)) {
                return Err(same_path());
            }
            self.paths.extend(paths);
            Ok(files)
        });
        match &written {
            Ok(files) => self.list(object, files),
            Err(problem) => self.lack(&object.type_key, Some(&object.external_id), &object.name, problem.code),
        }
        written
    }

    fn list(&mut self, object: &Object, files: &[SourceFile]) {
        match self.layout {
            Layout::Ours => self.objects.extend(files.iter().map(|file| FileObject {
                path: file.path.clone(),
                type_key: object.type_key.clone(),
                id: object.external_id.clone(),
                name: object.name.clone(),
                sha256: ours::sha256(&file.bytes),
                bytes: file.bytes.len() as u64,
            })),
            Layout::IntuneManagement => self.groups.extend(intune_management::groups(object)),
            Layout::Portal | Layout::Intunecd => {}
        }
    }

    /// Names an object, or a whole type, that was asked for and cannot be written.
    pub fn lack(&mut self, type_key: &str, id: Option<&str>, name: &str, code: &str) {
        self.missing.push(FileMissing {
            type_key: type_key.to_owned(),
            id: id.map(str::to_owned),
            name: name.to_owned(),
            code: code.to_owned(),
        });
    }

    /// What stands beside the objects.
    pub fn finish(self) -> Option<SourceFile> {
        match self.layout {
            Layout::Ours => {
                let manifest = FileManifest::of(&self.source.directory_id, self.objects, self.missing);
                Some(SourceFile { path: MANIFEST.to_owned(), bytes: manifest.to_bytes() })
            }
            Layout::IntuneManagement => Some(intune_management::table(&self.source, &self.groups)),
            Layout::Portal | Layout::Intunecd => None,
        }
    }
}

/// A folder with a name for people, and the context that the portal's own export has: it says the type of the object.
fn portal(object: &Object) -> (String, String) {
    let contract = Registry::embedded().get(&object.type_key);
    let mut document = object.document.clone();
    if let (Some(map), Some(contract)) = (document.as_object_mut(), contract) {
        let place = contract.path.split(DIRECTORY).map(|part| part.trim_matches('/')).collect::<Vec<_>>().join("/");
        map.shift_insert(0, "@odata.context".to_owned(), json!(format!("$metadata#{place}/$entity")));
    }
    let folder = contract.map_or(object.type_key.as_str(), |contract| contract.label_plural.as_str());
    let (name, id) = (names::safe(&object.name), names::id_part(&object.external_id));
    (format!("{}/{name}_{id}.json", names::safe(folder)), plain_text(&document))
}
