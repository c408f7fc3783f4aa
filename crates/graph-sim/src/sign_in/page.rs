//! The pages that a person sees. Plain HTML: they are for a browser test's eyes.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};

use super::ask::Ask;
use super::refusal;
use crate::clock;

/// A question with two answers.
pub(super) struct Question<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) title: &'a str,
    /// What the application wants to do.
    pub(super) what: &'a str,
    /// The word of the button that agrees.
    pub(super) yes: &'a str,
}

/// The question as a form that posts to the address it stands at.
pub(super) fn question(question: &Question<'_>) -> Response<Body> {
    let tenants = question.ask.tenants.iter().map(|(_, tenant)| {
        let (id, name) = (escape(&tenant.spec.tenant_id), escape(&tenant.spec.display_name));
        format!("<option value=\"{id}\">admin@{} ({name})</option>", escape(&tenant.spec.primary_domain))
    });
    let tenants: String = tenants.collect();
    let body = format!(
        "<p>The application <code>{}</code> wants to: {}</p>\
         <form method=\"post\"><p><label>Administrator <select name=\"tenant\">{tenants}</select></label></p>\
         <button name=\"answer\" value=\"yes\">{}</button> <button name=\"answer\" value=\"no\">Cancel</button></form>",
        escape(&question.ask.client_id),
        escape(question.what),
        escape(question.yes),
    );
    html(200, question.title, &body)
}

/// What cannot be told to the application, because it is not known where that is.
pub(super) fn error(aadsts: u32, tenant: &str) -> Response<Body> {
    let (_, description) = refusal::description(aadsts, tenant, &clock::format_seconds(clock::EPOCH));
    html(400, "Sign-in failed", &format!("<p>{}</p>", escape(&description)))
}

fn html(status: u16, title: &str, body: &str) -> Response<Body> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title} (simulated)</title>\
         <h1>{title}</h1><p>This is the simulated sign-in service.</p>{body}</html>"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let kind = header::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
