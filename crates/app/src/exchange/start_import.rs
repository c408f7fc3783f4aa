//! Starts an import of configuration.

use model::AppError;
use model::exchange::Archive;
use model::text::one_line;
use serde_json::json;
use store::{Db, Started, TenantScope};

use super::import_run::DEFINITION;
use crate::backups::{checked_name, manifest};
use crate::starting::{Extra, authorise, start};

/// Largest file that is taken, in bytes: an archive of a hundred thousand policies has less.
pub const SENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Longest name of a file that is kept, in characters.
const FILE_NAME_MAX: usize = 200;

/// What a person sends.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// Of the set; absent takes the name of the file.
    pub name: Option<String>,
    /// The name of the file or folder.
    pub file: String,
    /// A ZIP archive, or one JSON file.
    pub content: Vec<u8>,
}

/// Keeps what was sent, and creates the run that makes a set of it, or finds the active one of the same content and name. What
/// is no archive and no file of ours to read is refused at once.
pub async fn start_import(db: &Db, scope: &TenantScope, import: NewImport, extra: Extra) -> Result<Started, AppError> {
    authorise(db, scope, &DEFINITION).await?;
    let file = file_name(&import.file)?;
    let name = checked_name(
        import.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&default_name(&file)),
    )?;
    if import.content.is_empty() {
        return Err(AppError::invalid("import.empty", "The file is empty").hint("Choose a ZIP archive, or a JSON file"));
    }
    if import.content.len() > SENT_BYTES_MAX {
        return Err(AppError::invalid("import.too_large", "It has more than 64 MiB").hint("Import it in parts"));
    }
    let sha256 = manifest::sha256_hex(&import.content);
    let content = opened(&file, import.content).await?;
    let upload = db.tenant(scope).uploads().keep(&file, &sha256, &content).await?;
    let target = format!("“{name}” from {file}");
    let inputs = json!({ "name": name, "sha256": sha256, "upload": upload });
    let started = start(db, scope, &DEFINITION, inputs, target, extra).await;
    if !matches!(started, Ok(Started::New(_))) {
        // Another run has the same content.
        db.tenant(scope).uploads().remove(upload).await?;
    }
    started
}

/// Looked at once before anything is kept, so that who sends it learns at once that it is none.
async fn opened(file: &str, content: Vec<u8>) -> Result<Vec<u8>, AppError> {
    let file = file.to_owned();
    let look = move || Archive::open(&file, content.clone()).map(|_| content);
    tokio::task::spawn_blocking(look).await.map_err(AppError::internal)?
}

fn file_name(name: &str) -> Result<String, AppError> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    one_line(name, FILE_NAME_MAX).map(str::to_owned).ok_or_else(|| {
        let why = format!("The file needs a name of 1 to {FILE_NAME_MAX} characters on one line");
        AppError::invalid("import.file_name", why).hint("Rename it")
    })
}

fn default_name(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("Import of {stem}").chars().take(120).collect()
}
