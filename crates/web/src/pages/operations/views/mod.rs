//! Saved views: which one the list shows, how that is said, and the page on which they are managed.

mod act;
mod nav;
mod page;
mod shown;

pub(crate) use act::{change, choose, choose_opening, create, remove};
pub(super) use nav::views_nav;
pub(crate) use page::page;
pub(super) use shown::Shown;
