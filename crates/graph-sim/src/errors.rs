//! Errors in Graph's shape.

use serde_json::json;

/// An answer that says what is wrong.
#[derive(Debug, Clone)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl GraphError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        let message = format!(
            "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "ResourceNotFound", message)
    }

    pub(crate) fn unknown_segment(segment: &str) -> Self {
        Self::bad_request(format!("Resource not found for the segment '{segment}'."))
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message)
    }

    pub(crate) fn too_many_requests(retry_after: Option<u64>) -> Self {
        let mut error = Self::new(429, "TooManyRequests", "Too many requests. Please wait and try again.");
        error.headers.extend(retry_after.map(|seconds| ("Retry-After", seconds.to_string())));
        error
    }

    /// The body, with the ids by which support would find the request.
    pub(crate) fn body(&self, request_id: &str, client_request_id: &str, date: &str) -> String {
        let mut inner = json!({
            "date": date.trim_end_matches('Z'),
            "request-id": request_id,
            "client-request-id": client_request_id,
        });
        // What Intune's reader refuses it says twice.
        if self.code == "ModelValidationFailure" {
            inner["message"] = json!(self.message);
        }
        json!({ "error": { "code": self.code, "message": self.message, "innerError": inner } }).to_string()
    }
}
