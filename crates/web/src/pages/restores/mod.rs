//! Restores: the list, where one begins, and its five steps. Every rule is the feature's own; the pages show it.

mod answers;
mod begin;
mod checks;
mod confirm;
mod difference;
mod impact;
mod items;
mod list;
mod mapping;
mod names;
mod plan_checks;
mod preview;
mod print;
mod scope;
mod secrets;
mod source;
mod wizard;
mod words;

pub(crate) use answers::save as save_answers;
pub(crate) use begin::{act as begin, choose, page as begin_page};
pub(crate) use checks::page as checks_page;
pub(crate) use confirm::{act as confirm, approve, page as confirm_page};
pub(crate) use list::page as list_page;
pub(crate) use names::names;
pub(crate) use preview::{download, page as preview_page, start as start_preview};
pub(crate) use print::page as print_page;
pub(crate) use scope::{page as scope_page, save as save_scope};
pub(crate) use secrets::save as save_secrets;
pub(crate) use source::{discard, page as source_page};
