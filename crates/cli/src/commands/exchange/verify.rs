//! `tenantatlas backup verify-export PATH`: whether an export still is what its manifest says. Needs no database.

use std::path::Path;

use model::AppError;
use model::exchange::{Archive, FileManifest, UNPACKED_BYTES_MAX, checked, is_manifest};
use serde_json::json;

use super::sent;
use crate::exit::Exit;
use crate::output::Output;

/// Compares every file with the manifest.
pub(crate) fn run(path: &Path, output: Output) -> Result<Exit, AppError> {
    // An export may be larger than what can be imported at once; its archive is opened up to that size.
    let sent = sent::read(path, UNPACKED_BYTES_MAX, "Export it in parts")?;
    let mut archive = Archive::open(&sent.file, sent.content)?;
    let paths = archive.paths();
    let place = paths.iter().find(|path| is_manifest(path)).cloned().ok_or_else(no_manifest)?;
    let bytes = archive.read(&place).map_err(|_| no_manifest())?;
    let manifest: FileManifest = serde_json::from_slice(&bytes).map_err(|_| no_manifest())?;
    let folder = place.strip_suffix(model::exchange::MANIFEST).unwrap_or_default();
    let problems = checked(&manifest, folder, &paths, |path| archive.read(path).ok());
    output.document(&json!({ "objects": manifest.objects.len(), "missing": manifest.missing, "problems": problems }));
    for problem in &problems {
        output.line(format!("  {problem}"));
    }
    if !manifest.missing.is_empty() {
        output.line(format!("  {} that could not be exported, as the manifest says", objects(manifest.missing.len())));
    }
    if problems.is_empty() {
        output.line(format!("Intact: {}, as the manifest says.", objects(manifest.objects.len())));
        return Ok(Exit::Success);
    }
    output.line(format!("Not intact: {} of what was checked is wrong.", problems.len()));
    Ok(Exit::Failed)
}

pub(super) fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

fn no_manifest() -> AppError {
    AppError::invalid("export.no_manifest", "There is no manifest that this version can read")
        .hint("Name the folder or archive of an export in our own layout")
}
