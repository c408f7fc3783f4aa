//! `backup_set.create`: makes the observed state of a selection immutable.
//!
//! The set holds what the inventory observed, so nothing is read from Graph twice. When a type was not completely
//! observed within [`FRESH_MS`], an `inventory.sync` of just those types is started first and waited for.

use std::collections::BTreeSet;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::ids::{BackupSetId, RunId};
use model::run::{Definition, Failure, IdentityInputs, Reason, Status};
use serde::Deserialize;
use store::{BackupObject, Started, StoreError};

use super::manifest::{FORMAT, Manifest, ManifestItem, MissingItem, sha256_hex};
use crate::inventory::{Selection, start_sync, summary};
use crate::starting::{Extra, store_ending};

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "backup_set.create",
    label: "Back up",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["types"]),
    deadline_ms: 4 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    spec: "006-backup-sets",
};

/// An observation this young is backed up as it is, in milliseconds.
pub const FRESH_MS: i64 = 15 * 60 * 1000;
/// Pause between two looks at the sync that a backup waits for, in milliseconds.
const LOOK_MS: i64 = 1_000;
/// Objects put into the set in one transaction.
const BATCH: usize = 200;
/// The step that remembers which sync was waited for.
const SYNC_STEP: &str = "observe";

/// The handler.
pub struct CreateRun;
