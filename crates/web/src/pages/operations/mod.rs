//! Operation runs: the list, one run, cancelling, and both of them live.

mod bulk;
pub(crate) mod cancel;
mod detail;
pub(crate) mod export;
mod filter;
mod items;
mod list;
pub(crate) mod repeat;
mod restore;
mod row;
mod run;
mod run_items;
mod run_side;
mod run_timeline;
pub(crate) mod views;

pub(crate) use bulk::cancel_many;
pub(crate) use detail::page as run_page;
pub(crate) use filter::{query, run_filter, summary as choice_summary};
pub(crate) use items::rows as item_rows;
pub(crate) use list::page as list_page;
pub(crate) use row::{Viewer, run_badge, run_progress, run_row, type_words};
pub(crate) use run::live_parts;
