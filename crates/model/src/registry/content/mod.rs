//! What an observed document says, read with the help of its contract.
//!
//! Contracts name properties by path: names joined by dots, `[]` after an array that is gone through, for example
//! `settings[].id`. A name that is absent is passed over: Graph leaves out what a type does not have.

mod assignments;
mod definitions;
mod hash;
mod identity;
pub mod path;
mod readable;
mod references;
mod searched;
mod words;

pub(crate) use assignments::from_row as assignment;
pub use assignments::{Assignment, FilterMode, TargetKind, assignments, scope_tags};
pub use definitions::{Definition, Definitions, EXPANDED, category_paths, definition_ids};
pub use hash::{RowSignals, content_for_hash};
pub(crate) use hash::{is_protocol, remove_protocol};
pub use identity::{external_id, is_built_in, modified_at, name, object_type, platform};
pub use readable::{CANNOT_BE_READ, PROPERTIES, SettingRow, readable_settings, settings_in_words};
pub(crate) use readable::{Piece, chosen, decode, in_words, rows_of, simple_value};
pub use references::{Reference, references};
pub use searched::{SEARCH_RULES, SearchLine, Searched, search_lines, searched, searched_with};
pub(crate) use words::{from_camel_case, from_setting_id};
