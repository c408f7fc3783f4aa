//! What can go wrong with Graph, in our words. Nothing that the other side wrote is in here, except the id of the
//! request, and that only when it looks like one.

use model::{AppError, Kind};

/// A request that did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} [{code}]")]
pub struct GraphError {
    /// Stable and dotted, for example `graph.throttled`.
    pub code: &'static str,
    /// What happened, one sentence.
    pub message: String,
    /// What to do next, one sentence.
    pub hint: String,
    /// Microsoft's id of the request, for a support case.
    pub request_id: Option<String>,
    /// How long the service asked us to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
}

/// Codes, messages and hints of everything that is not sign-in.
const TABLE: [(&str, &str, &str); 18] = [
    (
        "graph.throttled",
        "Microsoft Graph refused further requests for now",
        "Wait some minutes. Other applications in this tenant share the limit",
    ),
    (
        "graph.permission_denied",
        "The application may not read this",
        "Grant the permission that the type needs and consent to it again",
    ),
    (
        "graph.token_expired",
        "Microsoft Graph did not accept the token, nor a new one",
        "Check that the application is still allowed in the tenant",
    ),
    ("graph.not_found", "The object is not there any more", "Sync again: it was removed while it was read"),
    (
        "graph.gone",
        "Microsoft Graph says that what was asked for is gone for good",
        "Sync again. If it happens again, report it with the request id",
    ),
    ("graph.conflict", "The object was changed by somebody else at the same time", "Try again"),
    (
        "graph.bad_request",
        "Microsoft Graph did not understand the request",
        "Report this with the request id: it is a defect of TenantAtlas",
    ),
    (
        "graph.unavailable",
        "Microsoft Graph did not answer",
        "Try again later. The service health page says whether there is an outage",
    ),
    ("graph.timeout", "Microsoft Graph took too long to answer", "Try again later"),
    (
        "graph.unexpected_shape",
        "Microsoft Graph gave an answer that cannot be read",
        "Try again. If it happens again, report it with the request id",
    ),
    (
        "graph.too_large",
        "Microsoft Graph gave an answer that is larger than the limit",
        "Raise the limit for answers if the tenant is really that large",
    ),
    (
        "graph.too_deep",
        "Microsoft Graph gave an answer that is nested deeper than can be read",
        "Report this with the request id. Nothing else is affected",
    ),
    (
        "graph.page_loop",
        "Microsoft Graph's pages lead back to a page that was read already",
        "Try again. If it happens again, report it with the request id",
    ),
    (
        "graph.foreign_link",
        "Microsoft Graph's next page is at another host; it was not asked",
        "Check for a proxy that changes answers",
    ),
    ("graph.cancelled", "The reading was stopped", "Start it again"),
    (
        "graph.approval_needed",
        "The tenant wants a second administrator to approve the change (Multi Admin Approval)",
        "Give a reason with the change, and have it approved in the Intune admin center",
    ),
    (
        "graph.approval_pending",
        "A request for approval of the same object is open already",
        "Have it decided or cancelled in the Intune admin center, then try again",
    ),
    (
        "graph.approval_not_given",
        "The change was not approved, or is not the one that was",
        "Look at the request in the Intune admin center, and ask for approval again",
    ),
];

/// What some of them mean when something was to be changed: message and hint.
const WRITES: [(&str, &str, &str); 6] = [
    (
        "graph.permission_denied",
        "The application may not change this",
        "Grant the permission to write that the type needs and consent to it again",
    ),
    ("graph.not_found", "The object, or one that it names, is not there any more", "Sync again and make a new preview"),
    (
        "graph.conflict",
        "Microsoft Graph refused the change: it does not fit what is there",
        "Sync again and make a new preview",
    ),
    (
        "graph.bad_request",
        "Microsoft Graph refused the change, and nothing was changed",
        "Try the same in the portal, which says what is wrong. If it works there, report this with the request id",
    ),
    (
        "graph.unavailable",
        "Microsoft Graph could not be reached, and nothing was changed",
        "Try again later. The service health page says whether there is an outage",
    ),
    ("graph.timeout", "There was no time left to send the change, and nothing was changed", "Try again later"),
];

/// The same of a change that was sent and not answered, whatever happened.
const UNKNOWN: (&str, &str) = (
    "The change was sent and not answered: it may have been made or not",
    "The object is read again. Do not repeat the change before that",
);

impl GraphError {
    /// By a code of the table.
    pub(crate) fn of(code: &'static str) -> Self {
        let (code, message, hint) = TABLE.iter().find(|row| row.0 == code).expect("every code is in the table");
        Self::new(code, message, hint)
    }

    /// From its parts.
    pub(crate) fn new(code: &'static str, message: &str, hint: &str) -> Self {
        Self { code, message: message.to_owned(), hint: hint.to_owned(), request_id: None, retry_after_ms: None }
    }

    /// In the words for a change that was not made.
    pub(crate) fn of_a_write(mut self) -> Self {
        if let Some((_, message, hint)) = WRITES.iter().find(|row| row.0 == self.code) {
            (self.message, self.hint) = ((*message).to_owned(), (*hint).to_owned());
        }
        self
    }

    /// In the words for a change of which nobody knows whether it was made.
    pub(crate) fn of_unknown_effect(mut self) -> Self {
        (self.message, self.hint) = (UNKNOWN.0.to_owned(), UNKNOWN.1.to_owned());
        self
    }

    /// What an HTTP status other than success means.
    pub(crate) fn of_status(status: u16) -> Self {
        Self::of(match status {
            401 => "graph.token_expired",
            403 => "graph.permission_denied",
            // Only 404 says that there is none: an address that was given up is no such word.
            404 => "graph.not_found",
            410 => "graph.gone",
            408 => "graph.timeout",
            409 | 412 | 423 => "graph.conflict",
            429 | 509 => "graph.throttled",
            400..=499 => "graph.bad_request",
            500..=599 => "graph.unavailable",
            _ => "graph.unexpected_shape",
        })
    }

    /// With what the answer's headers say.
    pub(crate) fn with(mut self, request_id: Option<String>, retry_after_ms: Option<u64>) -> Self {
        self.request_id = request_id;
        self.retry_after_ms = retry_after_ms;
        self
    }

    /// Whether waiting helps. Anything else needs a person.
    pub fn is_transient(&self) -> bool {
        Self::passes(self.code)
    }

    /// The same of a code that was kept.
    pub fn passes(code: &str) -> bool {
        matches!(
            code,
            "graph.throttled" | "graph.unavailable" | "graph.timeout" | "auth.throttled" | "auth.unavailable"
        )
    }
}

/// For whoever asked Graph while a person waits for the answer.
impl From<GraphError> for AppError {
    fn from(error: GraphError) -> Self {
        let kind = if error.is_transient() { Kind::Unavailable } else { Kind::Conflict };
        Self::new(kind, error.code, error.message).hint(error.hint)
    }
}

#[cfg(test)]
mod tests {
    use super::GraphError;

    #[test]
    fn every_status_has_a_code() {
        for (status, code) in [
            (400, "graph.bad_request"),
            (403, "graph.permission_denied"),
            (404, "graph.not_found"),
            (410, "graph.gone"),
            (429, "graph.throttled"),
            (503, "graph.unavailable"),
        ] {
            assert_eq!(GraphError::of_status(status).code, code);
        }
        assert_eq!(GraphError::of_status(302).code, "graph.unexpected_shape");
    }
}
