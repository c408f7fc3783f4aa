//! Headers that every answer carries.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// No inline style or script, nothing from elsewhere, in nobody's frame.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'";
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// An origin that the forms of this page may lead to, beside our own. A browser applies `form-action` to where the answer of
/// a form redirects to, too.
#[derive(Debug, Clone)]
pub(crate) struct FormsLeadTo(pub(crate) String);

impl FormsLeadTo {
    fn policy(&self) -> Option<HeaderValue> {
        // What could end the directive, or the header, is no origin.
        let is_plain = self.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-[]".contains(&byte));
        let wider = POLICY.replace("form-action 'self'", &format!("form-action 'self' {}", self.0));
        HeaderValue::from_str(&wider).ok().filter(|_| is_plain)
    }
}

/// Adds them. `Cache-Control: no-store` is set where the handler chose nothing else.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let wider = response.extensions().get::<FormsLeadTo>().and_then(FormsLeadTo::policy);
    let headers = response.headers_mut();
    set(headers, CONTENT_SECURITY_POLICY, POLICY);
    if let Some(wider) = wider {
        headers.insert(CONTENT_SECURITY_POLICY, wider);
    }
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, X_FRAME_OPTIONS, "DENY");
    set(headers, REFERRER_POLICY, "same-origin");
    set(headers, PERMISSIONS, "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    set(headers, OPENER, "same-origin");
    set(headers, RESOURCE, "same-origin");
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::FormsLeadTo;

    #[test]
    fn forms_lead_to_one_origin_more_and_nothing_else_changes() {
        let policy = |origin: &str| FormsLeadTo(origin.to_owned()).policy();
        let wider = policy("https://login.example:8443").unwrap();
        let wider = wider.to_str().unwrap();
        assert!(wider.contains("form-action 'self' https://login.example:8443; frame-ancestors 'none'"), "{wider}");
        for wrong in
            ["https://login.example; script-src *", "'unsafe-inline'", "https://login.example https://x.example"]
        {
            assert!(policy(wrong).is_none(), "{wrong}");
        }
    }
}
