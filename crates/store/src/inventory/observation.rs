//! An object on its way into the database.

use model::ids::VersionId;
use model::run::ItemOutcome;

use super::seal::Packed;
use super::{RecordedObject, What};
use crate::ItemRecord;

/// An object on its way into the database.
pub(super) struct Observation {
    pub(super) object: RecordedObject,
    pub(super) what: What,
    pub(super) version: Option<VersionId>,
    pub(super) content_hash: [u8; 32],
    /// Of a new version.
    pub(super) packed: Option<Packed>,
    /// Of the row of the list, when the object is complete.
    pub(super) row_hash: Option<[u8; 32]>,
    /// Whether its row said the same as before and the audit log did not name it.
    pub(super) untold: bool,
    pub(super) known_before: bool,
    pub(super) version_before: Option<VersionId>,
}

impl Observation {
    pub(super) fn has_new_version(&self) -> bool {
        self.packed.is_some()
    }

    /// Whether what it is found by comes with it.
    pub(super) fn has_text(&self) -> bool {
        self.packed.as_ref().is_some_and(|packed| packed.lines.is_some())
    }

    pub(super) fn item(&self) -> ItemRecord {
        let first = self.object.missing_parts.first();
        ItemRecord {
            key: self.object.key.clone(),
            label: self.object.label.clone(),
            kind: self.object.kind.clone(),
            outcome: if first.is_some() { ItemOutcome::Incomplete } else { ItemOutcome::Succeeded },
            code: first.map(|part| part.code.clone()),
            message: first.map(|part| part.message.clone()),
            detail: Some(match self.what {
                What::New => "new".into(),
                What::Changed if self.untold => "changed, and no signal had told of it".into(),
                What::Changed => "changed".into(),
                What::Unchanged => "unchanged".into(),
                What::Incomplete => {
                    let parts: Vec<_> = self.object.missing_parts.iter().map(|part| part.part.as_str()).collect();
                    format!("not read: {}", parts.join(", "))
                }
            }),
        }
    }
}
