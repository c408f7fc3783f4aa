//! Backup schedules: the list, one with its history, and the form that makes and changes them.

mod act;
mod form;
mod list;
mod one;
mod probe;

pub(crate) use act::{change, create, remove, retry, run_now};
pub(crate) use list::page as list_page;
pub(crate) use one::page as one_page;
pub(crate) use probe::choose as choose_probe;

use crate::frame::tenant_path;
use store::TenantScope;

fn schedules_path(scope: &TenantScope) -> String {
    format!("{}/schedules", tenant_path(scope))
}
