//! What a tenant is configured to do, as last observed: the list, one object, and what starts reading it again.

mod bulk;
mod compare;
mod compare_form;
mod dependencies;
mod export;
mod filter;
mod found;
mod list;
mod object;
mod object_parts;
mod references;
mod starts;

pub(crate) use bulk::capture_many;
pub(crate) use compare::{compared, page as compare_page, sides};
pub(crate) use dependencies::{object_dependencies, overview_page};
pub(crate) use export::{export_menu, start as export};
pub(crate) use filter::{cursor, type_label};
pub(crate) use list::page as list_page;
pub(crate) use object::{ObjectPath, TypePath, load, page as object_page, version_page};
pub(crate) use object_parts::{assignments_section as assignments_of, scope_tag_names};
pub(crate) use references::{kind_label, object_path, one_label};
pub(crate) use starts::{capture, probe, sync, sync_groups, sync_object, sync_type};
