//! The folder of an export: what is as before stays untouched, what is gone goes, and nothing of anybody else is touched.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use model::AppError;
use model::exchange::{FileManifest, MANIFEST, SourceFile, checked_path};

/// Lists the files of the last export where the layout has no manifest.
const LIST: &str = ".tenantatlas-files.json";

/// What an export has done to a folder, as paths below it.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) new: Vec<String>,
    pub(super) changed: Vec<String>,
    pub(super) gone: Vec<String>,
    /// Everything that is or was exported here.
    pub(super) ours: BTreeSet<String>,
}

/// A folder that is exported to.
pub(super) struct Folder {
    root: PathBuf,
    before: BTreeSet<String>,
    written: BTreeSet<String>,
    changes: Changes,
}

impl Folder {
    /// New, empty, or one of an earlier export; `shared` allows files of others beside it, as a repository has.
    pub(super) fn open(root: &Path, shared: bool) -> Result<Self, AppError> {
        std::fs::create_dir_all(root).map_err(|error| unwritable(root, error))?;
        let before = exported_before(root);
        let mut entries = std::fs::read_dir(root).map_err(|error| unwritable(root, error))?;
        if before.is_empty() && !shared && entries.next().is_some() {
            let why = format!("{} is not empty, and no export of ours is in it", root.display());
            return Err(
                AppError::conflict("file.not_empty", why).hint("Choose a new folder, or add --git for a repository")
            );
        }
        Ok(Self { root: root.to_owned(), before, written: BTreeSet::new(), changes: Changes::default() })
    }

    /// Writes a file, unless it is there as it is. Says whether something changed.
    pub(super) fn write(&mut self, file: &SourceFile) -> Result<bool, AppError> {
        let path = self.root.join(&file.path);
        let existing = std::fs::read(&path).ok();
        self.written.insert(file.path.clone());
        if existing.as_ref() == Some(&file.bytes) {
            return Ok(false);
        }
        // What stands beside the objects may be somebody else's file of the same name.
        if existing.is_some() && !file.path.contains('/') && !self.before.contains(&file.path) {
            let why = format!("{} is there already, and no export of ours", path.display());
            return Err(AppError::conflict("file.exists", why).hint("Choose another folder"));
        }
        let folder = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
        std::fs::write(&path, &file.bytes).map_err(|error| unwritable(&path, error))?;
        let list = if existing.is_some() { &mut self.changes.changed } else { &mut self.changes.new };
        list.push(file.path.clone());
        Ok(true)
    }

    /// Removes what is not exported any more. `listed` is whether the layout has a manifest.
    pub(super) fn finish(mut self, listed: bool) -> Result<Changes, AppError> {
        for path in self.before.difference(&self.written).filter(|path| path.as_str() != LIST) {
            let place = self.root.join(path);
            match std::fs::remove_file(&place) {
                Ok(()) => self.changes.gone.push(path.clone()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unwritable(&place, error)),
            }
            // Only when nothing else is in it.
            let _ = place.parent().map(std::fs::remove_dir);
        }
        if listed {
            // One of another layout, which was here before.
            if self.before.contains(LIST) && std::fs::remove_file(self.root.join(LIST)).is_ok() {
                self.changes.gone.push(LIST.to_owned());
            }
        } else {
            let list: Vec<&String> = self.written.iter().collect();
            let bytes = serde_json::to_vec_pretty(&list).map_err(AppError::internal)?;
            self.before.insert(LIST.to_owned());
            self.write(&SourceFile { path: LIST.to_owned(), bytes })?;
        }
        self.changes.ours = self.before.union(&self.written).cloned().collect();
        Ok(self.changes)
    }
}

impl Changes {
    /// How many of them are objects.
    pub(super) fn objects(paths: &[String]) -> usize {
        paths.iter().filter(|path| is_object(path)).count()
    }
}

/// Whether an object is in it, and not what stands beside objects.
pub(super) fn is_object(path: &str) -> bool {
    path.contains('/')
}

/// What the manifest or the list of an earlier export names, with the file itself.
fn exported_before(root: &Path) -> BTreeSet<String> {
    let read = |name: &str| std::fs::read(root.join(name)).ok();
    let manifest = read(MANIFEST).and_then(|bytes| serde_json::from_slice::<FileManifest>(&bytes).ok());
    let list = read(LIST).and_then(|bytes| serde_json::from_slice::<Vec<String>>(&bytes).ok());
    let mut paths: BTreeSet<String> = BTreeSet::new();
    if let Some(manifest) = manifest {
        paths.insert(MANIFEST.to_owned());
        paths.extend(manifest.objects.into_iter().map(|object| object.path));
    }
    if let Some(list) = list {
        paths.insert(LIST.to_owned());
        paths.extend(list);
    }
    // Somebody may have written into these files, too.
    paths.retain(|path| checked_path(path).as_ref() == Some(path));
    paths
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> AppError {
    AppError::conflict("file.unwritable", format!("{} cannot be written", path.display()))
        .hint("Check that its folder is there and can be written, and that there is space on its disk")
        .caused_by(error)
}
