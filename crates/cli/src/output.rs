//! What a person or a script reads: tables on a terminal, plain lines in a pipe, JSON when asked for.

#![expect(clippy::print_stderr, reason = "this is the one file that writes to the terminal")]

use std::io::{IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use model::AppError;
use serde::Serialize;
use serde_json::{Value, json};

/// Where and how to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    terminal: bool,
}

impl Output {
    /// JSON if asked for; bars only on a terminal.
    pub(crate) fn new(json: bool) -> Self {
        Self { json, terminal: std::io::stdout().is_terminal() }
    }

    /// Whether JSON was asked for.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Whether progress may be drawn.
    pub(crate) fn draws(self) -> bool {
        self.terminal && !self.json
    }

    /// One line for a person. Nothing in JSON mode.
    pub(crate) fn line(self, text: impl AsRef<str>) {
        if !self.json {
            write_out(text.as_ref());
        }
    }

    /// One document for a script. Nothing otherwise.
    pub(crate) fn document(self, value: &impl Serialize) {
        if self.json {
            write_out(&serde_json::to_string(value).expect("our own documents serialise"));
        }
    }

    /// Rows as a table, or as a JSON array of objects named by the columns' keys.
    pub(crate) fn rows(self, columns: &[(&str, &str)], rows: Vec<Vec<String>>, empty: &str) {
        if self.json {
            let objects: Vec<Value> = rows.iter().map(|row| object(columns, row)).collect();
            self.document(&objects);
        } else if rows.is_empty() {
            self.line(empty);
        } else {
            let mut table = Table::new();
            table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
            table.set_header(columns.iter().map(|(_, heading)| *heading));
            table.add_rows(rows);
            for line in table.lines() {
                self.line(line.trim_end());
            }
        }
    }

    /// An error, to standard error: sentence with code, then the next step.
    pub(crate) fn error(self, error: &AppError) {
        if self.json {
            let problem = json!({"code": error.code, "message": error.message, "hint": error.hint});
            eprintln!("{}", json!({ "error": problem }));
        } else {
            eprintln!("error: {} [{}]", error.message, error.code);
            if let Some(hint) = &error.hint {
                eprintln!("  next: {hint}");
            }
        }
    }
}

fn object(columns: &[(&str, &str)], row: &[String]) -> Value {
    columns
        .iter()
        .zip(row)
        .map(|((key, _), cell)| ((*key).to_owned(), Value::from(cell.as_str())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A closed pipe (`| head`) is not an error worth words.
fn write_out(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
