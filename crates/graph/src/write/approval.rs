//! Multi Admin Approval: a write that a person of the tenant has to approve
//! (learn.microsoft.com/intune/fundamentals/role-based-access-control/multi-admin-approval-graph-api).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::registry::{Contract, Quota, Registry};
use serde_json::Value;

use crate::address::by_id;
use crate::error::GraphError;
use crate::observe::Reader;
use crate::transport::Answer;

/// Goes with a write that asks for approval, in base64.
pub(super) const JUSTIFICATION: &str = "x-msft-approval-justification";
/// Comes with the answer to it, and goes with the write that was approved.
pub(super) const CODE: &str = "x-msft-approval-code";
/// The longest justification, in characters before it is encoded.
const JUSTIFICATION_MAX: usize = 1024;

/// What became of a request for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "camelCase")]
pub enum ApprovalState {
    /// Nobody has decided yet.
    NeedsApproval,
    /// The identical write may be sent with the code, once.
    Approved,
    /// A person said no.
    Rejected,
    /// It was taken back.
    Cancelled,
    /// Nobody decided in time.
    Expired,
    /// The write with the code took effect.
    Completed,
    /// A state that is not known here.
    Unknown,
}

/// The text as the header takes it.
pub(super) fn encoded(text: &str) -> String {
    STANDARD.encode(text.chars().take(JUSTIFICATION_MAX).collect::<String>())
}

/// The code that an answer has, when it looks like one.
pub(super) fn code(answer: &Answer) -> Option<String> {
    answer.notes.approval_code.clone().filter(|_| answer.status == 412)
}

impl Reader {
    /// What became of a request for approval.
    pub(crate) async fn approval(&self, code: &str) -> Result<ApprovalState, GraphError> {
        let asked = |contract: &'static Contract| Some((contract.version, contract.requests.as_deref()?));
        let found = Registry::embedded().iter().find_map(asked);
        let (version, path) = found.ok_or_else(|| GraphError::of("graph.not_found"))?;
        let address = self.pipeline.absolute(version.as_str(), &by_id(path, code));
        let request = self.pipeline.get(&address, Quota::Intune).await?;
        let state = request.get("status").and_then(Value::as_str);
        let state = state.ok_or_else(|| GraphError::of("graph.unexpected_shape"))?;
        Ok(state.parse().unwrap_or(ApprovalState::Unknown))
    }
}
