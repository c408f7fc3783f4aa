//! Observed objects: the last state of each, what is incomplete and what is missing.

mod coverage;
mod filter;
mod list;
mod record;
mod rows;
mod signals;

pub use coverage::{CoverageRow, Freshness};
pub use filter::InventoryFilter;
pub use list::Facets;
pub use record::{Recorded, RecordedObject, RowSignal, What};
pub use rows::{InventoryCursor, Missing, MissingPart, ObjectDetail, ObjectRow};
pub use signals::{SeenObject, Signals};

use crate::TenantDb;

/// One tenant's observed objects.
pub struct Inventory<'a>(pub(crate) TenantDb<'a>);
