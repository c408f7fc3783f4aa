//! Where numbers go: a table for people, a file for programs.

use std::path::PathBuf;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::Failure;

/// A table with these columns; all but the first `texts` hold numbers.
pub(crate) fn table(columns: &[&str], texts: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(columns);
    for index in texts..columns.len() {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The folder for everything the measurements leave behind: beside the program, so below `target`.
pub(crate) fn folder() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    let target = program.parent().and_then(|profile| profile.parent()).ok_or("the program is in no folder")?;
    let folder = target.join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Writes the numbers and says where.
pub(crate) fn write(name: &str, numbers: &impl Serialize) -> Result<(), Failure> {
    let path = folder()?.join(name);
    std::fs::write(&path, serde_json::to_vec_pretty(numbers)?)?;
    println!("The same as JSON: {}", path.display());
    Ok(())
}
