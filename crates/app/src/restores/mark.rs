//! What decides whether an object is as it was.

use model::registry::{Contract, content};
use model::restore::own;
use serde_json::Value;

/// A hash of what an object says of itself. What it names may be changed by others meanwhile, which is no change of it.
pub(super) fn mark(contract: &Contract, document: &Value) -> String {
    let content = content::content_for_hash(contract, own(contract, document));
    let content = model::canonical::to_string(&content);
    crate::backups::manifest::sha256_hex(content.as_bytes())
}
