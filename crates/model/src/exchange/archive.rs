//! ZIP archives: written part by part with the same bytes for the same files, read with limits.

use std::io::{Cursor, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Problem, SourceFile};
use crate::AppError;

/// Files in one import.
pub const FILES_MAX: usize = 200_000;
/// Bytes of one file of an import: the largest scripts and ADMX files have a few megabytes.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Bytes of all files of an import together, unpacked.
pub const UNPACKED_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// How a ZIP archive begins.
const SIGNATURES: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// What an import is read from: an archive, or one file.
pub struct Archive {
    inner: Inner,
    /// Of each file, with its place.
    paths: Vec<(String, usize)>,
    /// Entries whose paths or kinds are refused.
    refused: Vec<(String, Problem)>,
    /// What has been unpacked so far, whatever the archive says of its lengths.
    unpacked: u64,
}

enum Inner {
    Zip(Box<ZipArchive<Cursor<Vec<u8>>>>),
    File(Vec<u8>),
}

impl Archive {
    /// From the bytes that somebody has sent under a name: a ZIP archive by how it begins, else one file.
    pub fn open(name: &str, bytes: Vec<u8>) -> Result<Self, AppError> {
        if !SIGNATURES.iter().any(|signature| bytes.starts_with(signature)) {
            let path = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            return Ok(Self { inner: Inner::File(bytes), paths: vec![(path, 0)], refused: Vec::new(), unpacked: 0 });
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
        if zip.len() > FILES_MAX {
            return Err(too_large(format!("It has more than {FILES_MAX} files")));
        }
        let (mut paths, mut refused, mut total) = (Vec::new(), Vec::new(), 0_u64);
        for place in 0..zip.len() {
            let entry = zip.by_index_raw(place).map_err(|_| broken())?;
            let name = entry.name().map_err(|_| broken())?.into_owned();
            if entry.is_dir() {
                continue;
            }
            total = total.saturating_add(entry.size());
            match checked_path(&name) {
                _ if entry.is_symlink() => refused.push((shown(&name), link())),
                Some(path) => paths.push((path, place)),
                None => refused.push((shown(&name), escapes())),
            }
        }
        if total > UNPACKED_BYTES_MAX {
            return Err(too_large("Unpacked it has more than 2 GiB".to_owned()));
        }
        paths.sort();
        let twice: Vec<(String, Problem)> =
            paths.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[0].0.clone(), again())).collect();
        refused.extend(twice);
        paths.dedup_by(|one, other| one.0 == other.0);
        Ok(Self { inner: Inner::Zip(Box::new(zip)), paths, refused, unpacked: 0 })
    }

    /// Every file, sorted.
    pub fn paths(&self) -> Vec<String> {
        self.paths.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Entries that are refused, and why.
    pub fn refused(&self) -> &[(String, Problem)] {
        &self.refused
    }

    /// The bytes of a file. It never gives more than a file may have, whatever the archive says of its length.
    pub fn read(&mut self, path: &str) -> Result<Vec<u8>, Problem> {
        let place = self.paths.binary_search_by(|(one, _)| one.as_str().cmp(path));
        let place =
            place.ok().and_then(|index| self.paths.get(index)).map(|(_, place)| *place).ok_or_else(unreadable)?;
        let bytes = match &mut self.inner {
            Inner::File(bytes) => bytes.clone(),
            Inner::Zip(zip) => {
                let entry = zip.by_index(place).map_err(|_| unreadable())?;
                let mut bytes = Vec::new();
                entry.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|_| unreadable())?;
                bytes
            }
        };
        self.unpacked = self.unpacked.saturating_add(bytes.len() as u64);
        if self.unpacked > 2 * UNPACKED_BYTES_MAX {
            return Err(Problem::new("import.too_large", "The archive unpacks to more than it says"));
        }
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(Problem::new(
                "import.too_large",
                "It has more than 32 MiB, and no configuration is that large",
            ));
        }
        Ok(bytes)
    }
}

fn broken() -> AppError {
    AppError::invalid("import.archive", "The ZIP archive cannot be read").hint("Pack it again, or send it again")
}

fn too_large(why: String) -> AppError {
    AppError::invalid("import.too_large", why).hint("Import it in parts")
}

fn link() -> Problem {
    Problem::new("import.path", "It is a link to another place, which is not followed")
}

fn again() -> Problem {
    Problem::new("import.path", "The archive has two entries of this path, and one of them was taken")
}

fn escapes() -> Problem {
    Problem::new("import.path", "Its path leads out of the archive, or is none")
}

fn unreadable() -> Problem {
    Problem::new("import.unreadable", "It cannot be read from the archive: it is damaged, or encrypted")
}

/// A name of somebody else's choice, as it may stand on a page.
fn shown(name: &str) -> String {
    name.chars().map(|one| if one.is_control() { '_' } else { one }).take(300).collect()
}

/// The path with `/` between names, when it stays below where it is unpacked: not absolute, no `..`, no drive, no stream.
pub fn checked_path(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let fine = |step: &str| !step.is_empty() && step != "." && step != ".." && !step.contains(':');
    let whole = path.split('/').all(fine) && path.len() <= 1_000 && !path.chars().any(char::is_control);
    whole.then(|| path.to_owned())
}

/// Packs files as they come. Times and permissions are always the same, so that equal files give equal archives.
pub struct Packer {
    zip: ZipWriter<StreamWriter<Shared>>,
    written: Shared,
}

/// What the archive's writer has written and nobody has taken yet.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Default for Packer {
    fn default() -> Self {
        let written = Shared::default();
        Self { zip: ZipWriter::new_stream(written.clone()), written }
    }
}

impl Packer {
    /// Adds a file.
    pub fn add(&mut self, file: &SourceFile) -> Result<(), AppError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(&file.path, options).map_err(AppError::internal)?;
        self.zip.write_all(&file.bytes).map_err(AppError::internal)
    }

    /// What has come since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        self.written.take()
    }

    /// The end of the archive, with everything that was not taken.
    pub fn finish(self) -> Result<Vec<u8>, AppError> {
        let Self { zip, written } = self;
        drop(zip.finish().map_err(AppError::internal)?);
        Ok(written.take())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Archive, Packer, checked_path};
    use crate::exchange::SourceFile;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut packer, mut bytes) = (Packer::default(), Vec::new());
        for (path, body) in files {
            packer.add(&SourceFile { path: (*path).to_owned(), bytes: body.to_vec() }).expect("packed");
            bytes.extend(packer.take());
        }
        bytes.extend(packer.finish().expect("finished"));
        bytes
    }

    #[test]
    fn files_come_back_and_equal_files_give_equal_bytes() {
        let files: [(&str, &[u8]); 3] = [("a/ä.json", b"{}"), ("b.json", b""), ("c/d/e.json", &[b'x'; 100_000])];
        let bytes = packed(&files);
        assert_eq!(bytes, packed(&files));
        let mut archive = Archive::open("x.zip", bytes).expect("archive");
        assert_eq!(archive.paths(), ["a/ä.json", "b.json", "c/d/e.json"]);
        for (path, body) in files {
            assert_eq!(archive.read(path).expect("file"), body);
        }
    }

    #[test]
    fn what_leads_out_of_the_archive_is_refused_by_name() {
        let archive =
            Archive::open("x.zip", packed(&[("../a.json", b"{}"), ("/etc/b.json", b"{}"), ("c.json", b"{}")]))
                .expect("archive");
        assert_eq!(archive.paths(), ["c.json"]);
        let refused: Vec<_> = archive.refused().iter().map(|(path, problem)| (path.as_str(), problem.code)).collect();
        assert_eq!(refused, [("../a.json", "import.path"), ("/etc/b.json", "import.path")]);
    }

    #[test]
    fn a_file_that_unpacks_to_too_much_is_not_unpacked() {
        let bytes = packed(&[("bomb.json", &vec![0_u8; 33 * 1024 * 1024])]);
        assert!(bytes.len() < 100_000);
        let mut archive = Archive::open("x.zip", bytes).expect("archive");
        assert_eq!(archive.read("bomb.json").expect_err("too large").code, "import.too_large");
    }

    #[test]
    fn paths_stay_below() {
        for path in ["", "/a", "a//b", "a/../b", "..", "C:/a", "a\\..\\b", "a:stream", "a\0b", "\\\\server\\a"] {
            assert_eq!(checked_path(path), None, "{path:?}");
        }
        assert_eq!(checked_path(".\\a\\b.json").as_deref(), Some("a/b.json"));
        assert_eq!(checked_path("a/..b").as_deref(), Some("a/..b"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_archive_or_an_error(tail in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..200) {
            let mut bytes = packed(&[("a.json", b"{\"a\":1}")]);
            bytes.truncate(cut);
            bytes.extend(tail);
            if let Ok(mut archive) = Archive::open("x", bytes) {
                for path in archive.paths() {
                    let _ = archive.read(&path);
                }
            }
        }
    }
}
