//! The audit log's chain: entries are linked behind what they record, and the chain is proved.

mod link;
mod prove;

pub use link::LinkAudit;
pub use prove::{checkpoint, checkpoints, prove, prove_all};
