//! Observed objects: the last state of each, what is incomplete and what is missing.

pub(crate) mod authors;
mod coverage;
mod dependencies;
mod exclusions;
mod filter;
mod list;
mod locate;
mod make_texts;
mod observation;
mod record;
mod references;
mod rows;
mod seal;
mod search;
mod signals;
mod texts;
mod turn;

pub use authors::VersionAuthor;
pub use coverage::{CoverageRow, Freshness, ObservedType};
pub use dependencies::{Direction, Link, LinkedObject, UnusedKinds, UseCount};
pub use exclusions::Exclusion;
pub use filter::InventoryFilter;
pub use list::Facets;
pub use record::{Recorded, RecordedObject, RowSignal, What};
pub use references::UsedObject;
pub use rows::{InventoryCursor, Missing, MissingPart, ObjectDetail, ObjectRow};
pub use seal::{Kept, SealedObject, Sealer};
pub use search::Found;
pub use signals::{SeenObject, Signals};
pub(crate) use turn::one_at_a_time;

use crate::TenantDb;

/// One tenant's observed objects.
pub struct Inventory<'a>(pub(crate) TenantDb<'a>);
