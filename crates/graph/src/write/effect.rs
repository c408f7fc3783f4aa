//! Whether a write that failed has happened all the same.

use serde_json::Value;

use super::approval;
use super::request::Write;
use crate::error::GraphError;
use crate::transport::{Answer, Lost};

/// What a failed write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Effect {
    /// Nothing: the service said so, or never got it.
    NotMade,
    /// It may have happened or not: only reading the object tells.
    Unknown,
}

/// A write that was not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct WriteError {
    /// Why.
    pub error: GraphError,
    /// What is certain about its effect.
    pub effect: Effect,
    pub(super) approval_code: Option<String>,
}

impl WriteError {
    pub(super) fn new(error: GraphError, effect: Effect) -> Self {
        Self { error, effect, approval_code: None }
    }
}

/// An attempt that did not succeed.
#[derive(Debug)]
pub(super) enum Refused {
    /// The service wants to know why first.
    WantsJustification(Box<WriteError>),
    /// Anything else.
    Failed(Box<WriteError>),
}

impl Refused {
    pub(super) fn not_made(error: GraphError) -> Self {
        Self::Failed(Box::new(WriteError::new(error.of_a_write(), Effect::NotMade)))
    }

    pub(super) fn unknown(error: GraphError) -> Self {
        Self::Failed(Box::new(WriteError::new(error.of_unknown_effect(), Effect::Unknown)))
    }

    pub(super) fn error(&self) -> &GraphError {
        match self {
            Refused::WantsJustification(error) | Refused::Failed(error) => &error.error,
        }
    }

    /// Whether the same write can be sent again without happening twice, and sending it again may help.
    pub(super) fn may_be_repeated(&self) -> bool {
        match self {
            Refused::WantsJustification(_) => false,
            Refused::Failed(error) => error.effect == Effect::NotMade,
        }
    }
}

/// Says of one attempt whether it succeeded, and if not, what is certain.
pub(super) fn judge(sent: Result<Answer, Lost>, write: &Write) -> Result<Answer, Refused> {
    let answer = match sent {
        Ok(answer) => answer,
        Err(Lost { error, sent: false }) => return Err(Refused::not_made(error)),
        Err(Lost { error, sent: true }) => return Err(Refused::unknown(error)),
    };
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    if !is_refusal(status) {
        return Err(Refused::unknown(answer.notes.error(status)));
    }
    let error =
        |code: &'static str| GraphError::of(code).with(answer.notes.request_id.clone(), answer.notes.retry_after_ms);
    if matches!(status, 400 | 403) && asks_for_justification(&answer.body) {
        let error = error("graph.approval_needed");
        return Err(Refused::WantsJustification(Box::new(WriteError::new(error, Effect::NotMade))));
    }
    if let Some(code) = approval::code(&answer) {
        let error = WriteError::new(error("graph.approval_needed"), Effect::NotMade);
        return Err(Refused::Failed(Box::new(WriteError { approval_code: Some(code), ..error })));
    }
    if write.approval_code.is_some() && matches!(status, 400 | 403) {
        return Err(Refused::Failed(Box::new(WriteError::new(error("graph.approval_not_given"), Effect::NotMade))));
    }
    if status == 409 && is_pending(&answer.body) {
        return Err(Refused::Failed(Box::new(WriteError::new(error("graph.approval_pending"), Effect::NotMade))));
    }
    Err(Refused::not_made(answer.notes.error(status)))
}

/// Whether a status says that nothing has happened. A service that fails or takes too long may fail after it did what was
/// asked, and what redirects is not Graph.
fn is_refusal(status: u16) -> bool {
    matches!(status, 400..=499 if status != 408) || matches!(status, 501 | 509)
}

/// The status and the code of this refusal differ between copies of Microsoft's page; the name of the header does not. The
/// text is looked at and forgotten.
fn asks_for_justification(body: &[u8]) -> bool {
    message(body).is_some_and(|message| message.contains(approval::JUSTIFICATION))
}

fn is_pending(body: &[u8]) -> bool {
    message(body).is_some_and(|message| message.contains("approval request already exists"))
}

fn message(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(body.get("error")?.get("message")?.as_str()?.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{Effect, Refused, judge};
    use crate::transport::{Answer, Notes};
    use crate::write::Write;

    fn judged(status: u16, body: &str) -> Result<(), (&'static str, Effect)> {
        let write = Write::delete("beta", "x");
        let answer = Answer { status, notes: Notes::default(), body: body.as_bytes().to_vec() };
        judge(Ok(answer), &write).map(drop).map_err(|refused| match refused {
            Refused::WantsJustification(error) | Refused::Failed(error) => (error.error.code, error.effect),
        })
    }

    #[test]
    fn only_a_refusal_says_that_nothing_has_happened() {
        for (status, code) in [(400, "graph.bad_request"), (404, "graph.not_found"), (429, "graph.throttled")] {
            assert_eq!(judged(status, "{}"), Err((code, Effect::NotMade)));
        }
        for status in [302, 408, 500, 502, 503, 504, 507] {
            assert_eq!(judged(status, "{}").map_err(|(_, effect)| effect), Err(Effect::Unknown), "{status}");
        }
        assert_eq!(judged(204, ""), Ok(()));
    }

    #[test]
    fn a_wish_for_a_reason_is_told_by_the_name_of_the_header() {
        let body = r#"{"error":{"code":"x","message":"Header 'X-MSFT-Approval-Justification' is required"}}"#;
        assert_eq!(judged(403, body), Err(("graph.approval_needed", Effect::NotMade)));
        assert_eq!(judged(403, "{}"), Err(("graph.permission_denied", Effect::NotMade)));
    }
}
