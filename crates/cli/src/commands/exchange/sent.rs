//! Files of this machine, as an import takes them.

use std::path::{Path, PathBuf};

use model::AppError;
use model::exchange::{FILE_BYTES_MAX, Packer, SourceFile};

/// What is sent: a name, and a ZIP archive or one file.
pub(super) struct Sent {
    pub(super) file: String,
    pub(super) content: Vec<u8>,
}

/// A file as it is, a folder packed, into so many bytes at most; `instead` is what to do with a folder that has more.
pub(super) fn read(path: &Path, most: u64, instead: &str) -> Result<Sent, AppError> {
    let whole = path.canonicalize().map_err(|error| unreadable(path, error))?;
    let file = whole.file_name().map_or_else(|| "files".to_owned(), |name| name.to_string_lossy().into_owned());
    if !whole.is_dir() {
        return Ok(Sent { file, content: bytes(&whole)? });
    }
    let mut packer = Packer::default();
    let mut content = Vec::new();
    for path in files_below(&whole)? {
        let name = path.strip_prefix(&whole).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        // One that is too large has no configuration in it; its name says that it was there.
        let length = path.metadata().map_err(|error| unreadable(&path, error))?.len();
        let bytes = if length > FILE_BYTES_MAX { vec![0; FILE_BYTES_MAX as usize + 1] } else { bytes(&path)? };
        packer.add(&SourceFile { path: name, bytes })?;
        content.extend(packer.take());
        if content.len() as u64 > most {
            let why = format!("Packed it has more than {} MiB", most >> 20);
            return Err(AppError::invalid("import.too_large", why).hint(instead));
        }
    }
    content.extend(packer.finish()?);
    Ok(Sent { file, content })
}

/// Every file below, sorted. Links are not followed, and what systems and repositories keep for themselves is left out.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, AppError> {
    let (mut files, mut left) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(&next).map_err(|error| unreadable(&next, error))? {
            let entry = entry.map_err(|error| unreadable(&next, error))?;
            let kind = entry.file_type().map_err(|error| unreadable(&next, error))?;
            if entry.file_name().to_string_lossy().starts_with('.') || kind.is_symlink() {
                continue;
            }
            if kind.is_dir() { left.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files.sort();
    Ok(files)
}

pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, AppError> {
    std::fs::read(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: std::io::Error) -> AppError {
    AppError::invalid("file.unreadable", format!("{} cannot be read", path.display()))
        .hint("Check its name, and that you may read it")
        .caused_by(error)
}
