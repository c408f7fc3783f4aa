//! Multi Admin Approval: protected writes wait for a second person.
//!
//! A write without a justification is refused; with one it becomes a request, answered with 412 and a code; when a
//! person has approved, the same write with the code takes effect. Which requests a code belongs to is not published:
//! here the code is the id of the request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Reply, Request};
use crate::approvals::{self, Asked, REQUESTS};
use crate::clock::format_seconds;
use crate::collections;
use crate::errors::GraphError;
use crate::random::Random;
use crate::rules;

const POLICIES: &str = "deviceManagement/operationApprovalPolicies";
/// The header that a request is answered with, and that goes with its repetition.
const CODE: &str = "x-msft-approval-code";
/// A request waits for three days.
const EXPIRES_AFTER_SECONDS: i64 = 3 * 24 * 60 * 60;
/// The longest justification, in characters.
const JUSTIFICATION_MAX: usize = 1024;

/// What a client sends about approval.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Headers<'a> {
    /// `x-msft-approval-justification`.
    pub(crate) justification: Option<&'a str>,
    /// `x-msft-approval-code`.
    pub(crate) code: Option<&'a str>,
}

/// Lets a write through, or answers in its place.
pub(super) fn guarded(request: Request<'_>, segments: &[String], write: impl FnOnce() -> Reply) -> Reply {
    if let Some(reply) = about_requests(request, segments) {
        return reply.unwrap_or_else(|error| Reply::error(&error, request));
    }
    let Some(protection) = protection(request, segments) else {
        return write();
    };
    match admit(request, protection) {
        Ok(None) => write(),
        Ok(Some(code)) => {
            let reply = write();
            if reply.status < 300 {
                set_status(request, &code, "completed");
            }
            reply
        }
        Err(error) => Reply::error(&error, request),
    }
}

/// The kind of approval policy that protects what a request writes, when the tenant has one and does not except us.
fn protection(request: Request<'_>, segments: &[String]) -> Option<&'static str> {
    if !request.tenant.approvals.required() {
        return None;
    }
    let path = match collections::find(segments) {
        Some((kind, _)) => kind.path,
        None if segments.len() == 1 && segments[0].eq_ignore_ascii_case("deviceManagement") => "deviceManagement",
        None => return None,
    };
    // The policies themselves are always protected once there is one.
    if path == POLICIES {
        return Some("unknown");
    }
    let wanted = if path == "deviceManagement" { "tenantConfiguration" } else { rules::of(path)?.approval };
    let policies = request.tenant.read().all(POLICIES);
    policies.iter().any(|policy| policy["policyType"] == wanted).then_some(wanted)
}

/// Lets a write through that was approved, with its code; everything else is refused or becomes a request.
fn admit(request: Request<'_>, protection: &'static str) -> Result<Option<String>, GraphError> {
    let approvals = &request.tenant.approvals;
    let asked = asked(request);
    approvals::expire(&mut request.tenant.write(), &request.tenant.clock);
    if let Some(code) = request.approval.code {
        let same = approvals.is_same(code, &asked);
        return match approvals::status(&request.tenant.read(), code).as_str() {
            None => Err(GraphError::bad_request("The approval code is not known.")),
            Some(_) if !same => Err(GraphError::bad_request("The request is not the one that was approved.")),
            Some("approved") => Ok(Some(code.to_owned())),
            Some(status) => {
                Err(GraphError::new(403, "Forbidden", format!("The approval request is not approved: {status}.")))
            }
        };
    }
    let Some(justification) = request.approval.justification else {
        let message = "Header 'x-msft-approval-justification' is required to request approval";
        return Err(GraphError::bad_request(message));
    };
    let text = STANDARD.decode(justification).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.filter(|text| !text.is_empty() && text.chars().count() <= JUSTIFICATION_MAX);
    let text = text.ok_or_else(|| {
        GraphError::bad_request("Header 'x-msft-approval-justification' must be base64 of at most 1024 characters.")
    })?;
    let waits = |id: &String| approvals::status(&request.tenant.read(), id) == "needsApproval";
    if approvals.like(&asked).iter().any(waits) {
        return Err(GraphError::new(409, "Conflict", "An active Approval Request already exists."));
    }
    let code = ask(request, protection, &text, asked);
    let mut error = GraphError::new(412, "PreconditionFailed", "The request has been submitted for approval.");
    error.headers.push((CODE, code));
    Err(error)
}

/// The write, without the slashes and headers that may differ when it is repeated.
fn asked(request: Request<'_>) -> Asked {
    let path = request.path.trim_matches('/').to_owned();
    Asked { method: request.method.to_owned(), path, body: request.body.to_vec() }
}

fn set_status(request: Request<'_>, id: &str, status: &str) {
    approvals::set_status(&mut request.tenant.write(), &request.tenant.clock, id, status);
}

/// Adds a request; its id.
fn ask(request: Request<'_>, protection: &str, justification: &str, asked: Asked) -> String {
    let now = request.tenant.clock.tick();
    let id = Random::from_text(&format!("{}{REQUESTS}{now}", request.tenant.spec.tenant_id)).guid();
    let expires = format_seconds(request.tenant.clock.seconds() + EXPIRES_AFTER_SECONDS);
    let object = json!({
        "id": id,
        "requestDateTime": now,
        "expirationDateTime": expires,
        "lastModifiedDateTime": now,
        "requestor": { "user": null, "device": null, "application": { "id": request.app, "displayName": "TenantAtlas" } },
        "approver": null,
        "status": "needsApproval",
        "requestJustification": justification,
        "approvalJustification": null,
        "requiredOperationApprovalPolicyTypes": [protection],
    });
    request.tenant.write().insert(REQUESTS, &id, object);
    request.tenant.approvals.note(&id, asked);
    id
}

/// Answers what a client asks about its own requests; an application cannot decide.
fn about_requests(request: Request<'_>, segments: &[String]) -> Option<Result<Reply, GraphError>> {
    let (kind, count) = collections::find(segments)?;
    if kind.path != REQUESTS || request.method != "POST" {
        return None;
    }
    let rest: Vec<&str> = segments[count..].iter().map(|segment| crate::path::plain_name(segment)).collect();
    match rest.as_slice() {
        [action] if action.eq_ignore_ascii_case("cancelMyRequest") => Some(cancel(request)),
        [_, decision] if ["approve", "reject"].iter().any(|name| name.eq_ignore_ascii_case(decision)) => {
            Some(Err(GraphError::new(403, "Forbidden", "An application cannot decide an approval request.")))
        }
        _ => None,
    }
}

fn cancel(request: Request<'_>) -> Result<Reply, GraphError> {
    let body = request.object()?;
    let id = body.get("id").and_then(Value::as_str).unwrap_or_default();
    let status = approvals::status(&request.tenant.read(), id);
    match status.as_str() {
        None => Err(GraphError::not_found(id)),
        Some("needsApproval" | "approved") => {
            set_status(request, id, "cancelled");
            Ok(Reply::empty(204))
        }
        Some(_) => Err(GraphError::bad_request("The approval request is closed.")),
    }
}
