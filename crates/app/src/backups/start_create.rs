//! Starts a backup.

use model::AppError;
use model::text::one_line;
use store::{Db, Started, TenantScope};

use super::create_run::DEFINITION;
use crate::inventory::Selection;
use crate::starting::{Extra, start};

/// Longest name of a backup set, in characters.
const NAME_LENGTH_MAX: usize = 120;

/// What a person asks for.
#[derive(Debug, Clone)]
pub struct NewBackup {
    /// Shown wherever the set is; trimmed, not empty.
    pub name: String,
    /// What it shall hold.
    pub selection: Selection,
    /// Leaves the set open, for policies to be added before somebody closes it.
    pub keep_open: bool,
}

/// Creates the run, or finds the active one over the same selection. Never calls Graph.
pub async fn start_create(db: &Db, scope: &TenantScope, backup: NewBackup, extra: Extra) -> Result<Started, AppError> {
    let name = checked_name(&backup.name)?;
    let mut inputs = backup.selection.inputs();
    inputs["name"] = name.as_str().into();
    if backup.keep_open {
        inputs["keep_open"] = true.into();
    }
    let target = format!("“{name}”, {}", backup.selection.describe());
    start(db, scope, &DEFINITION, inputs, target, extra).await
}

/// Trimmed, when it is a name that a set may have.
pub(crate) fn checked_name(name: &str) -> Result<String, AppError> {
    one_line(name, NAME_LENGTH_MAX).map(str::to_owned).ok_or_else(|| {
        let why = format!("A backup set needs a name of 1 to {NAME_LENGTH_MAX} characters on one line");
        AppError::invalid("backup.name", why)
    })
}
