//! Observed objects: the last state of each, what is incomplete and what is missing.

mod coverage;
mod filter;
mod list;
mod record;
mod rows;

pub use coverage::{CoverageRow, Freshness};
pub use filter::InventoryFilter;
pub use list::Facets;
pub use record::{Recorded, RecordedObject, What};
pub use rows::{InventoryCursor, Missing, MissingPart, ObjectDetail, ObjectRow};

use crate::TenantDb;

/// One tenant's observed objects.
pub struct Inventory<'a>(pub(crate) TenantDb<'a>);
