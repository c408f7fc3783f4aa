//! Where an imported set is from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is said of an imported set, in its manifest too. Who and when is said of every set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetOrigin {
    /// The layout that the files seemed to be in: `ours`, `portal`, `intune-management` or `intunecd`.
    pub layout: String,
    /// The name of the file or folder.
    pub file: String,
    /// SHA-256 of what was sent, lower-case hexadecimal.
    pub sha256: String,
    /// The directory that the files say they are from (a GUID).
    pub directory_id: Option<String>,
}

impl SetOrigin {
    /// "IntuneCD" for `intunecd`; the word itself where this version does not know it.
    pub fn layout_label(&self) -> &str {
        self.layout.parse::<model::exchange::Layout>().map_or(self.layout.as_str(), |layout| layout.label())
    }
}
