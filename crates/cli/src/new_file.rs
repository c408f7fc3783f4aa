//! A file that is whole or not there.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use model::AppError;

/// Being written; removed again unless it is kept.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    kept: bool,
}

impl NewFile {
    /// Never takes the place of another one.
    pub(crate) fn create(path: &Path) -> Result<Self, AppError> {
        let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
            let words = format!("{} cannot be made", path.display());
            let hint = if error.kind() == std::io::ErrorKind::AlreadyExists {
                "It is there already: choose another name"
            } else {
                "Check that its folder is there and can be written"
            };
            AppError::conflict("file.unwritable", words).hint(hint).caused_by(error)
        })?;
        Ok(Self { path: path.to_owned(), file, bytes: 0, kept: false })
    }

    /// Adds to its end.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| self.failed(error))
    }

    /// It is whole; its length.
    pub(crate) fn keep(mut self) -> Result<u64, AppError> {
        self.file.sync_all().map_err(|error| self.failed(error))?;
        self.kept = true;
        Ok(self.bytes)
    }

    fn failed(&self, error: std::io::Error) -> AppError {
        AppError::conflict("file.unwritable", format!("{} cannot be written", self.path.display()))
            .hint("Check that there is space on its disk")
            .caused_by(error)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            // Only what this call has made: it was not there before.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
