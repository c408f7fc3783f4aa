//! One's own account: password, sessions, and how pages are shown.

mod page;
mod password;
mod preferences;

pub(crate) use page::page;
pub(crate) use password::change_password;
pub(crate) use preferences::save;
