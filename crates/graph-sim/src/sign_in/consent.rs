//! `…/adminconsent`: an administrator lets an application into a tenant, or does not.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Response};

use super::ask::{self, Ask};
use super::page::{self, Question};
use crate::http::Door;

/// Whether a tenant has let the application in.
#[derive(Debug)]
pub(crate) struct Consent(AtomicBool);

impl Consent {
    pub(crate) fn new(given: bool) -> Self {
        Self(AtomicBool::new(given))
    }

    pub(crate) fn is_given(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, given: bool) {
        self.0.store(given, Ordering::Relaxed);
    }
}

/// Shows the question on GET, takes the answer on POST.
pub(crate) fn admin_consent(door: &Door, parts: &Parts, name: &str, body: &[u8]) -> Response<Body> {
    let ask = match Ask::read(&door.world, name, parts.uri.query().unwrap_or_default()) {
        Ok(ask) => ask,
        Err(page) => return *page,
    };
    if parts.method == Method::GET {
        let what = "use the application permissions of its registration, in the whole organisation";
        return page::question(&Question { ask: &ask, title: "Permissions requested", what, yes: "Accept" });
    }
    let form = ask::form(body);
    let Some((_, tenant)) = ask.chosen(&form) else { return page::error(900_144, name) };
    if form.get("answer").map(String::as_str) != Some("yes") {
        let why = "AADSTS65004: User declined to consent to access the app.";
        return ask.back(&[("error", "permission_denied"), ("error_description", why)]);
    }
    tenant.consent.set(true);
    ask.back(&[("tenant", &tenant.spec.tenant_id), ("admin_consent", "True")])
}
