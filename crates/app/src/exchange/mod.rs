//! Configuration as files: exports of objects, sets and whole tenants, and imports, which become backup sets.

mod chosen;
pub mod export_run;
pub mod import_run;
mod names;
mod objects;
mod origin;
mod start_export;
mod start_import;

pub use chosen::Chosen;
pub use names::{source_for, source_of};
pub use objects::{Exported, Objects};
pub use origin::SetOrigin;
pub use start_export::{begin_export, layout_named, start_configuration_export};
pub use start_import::{NewImport, SENT_BYTES_MAX, start_import};
