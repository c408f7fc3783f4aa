//! The credential of a connection: the two fields of which one is filled, and what a page says about a stored one.

use app::tenants::{CredentialInput, EXPIRY_NOTICE_MS};
use maud::{Markup, html};
use secrecy::SecretString;
use store::{ConnectionSummary, CredentialKind};

use crate::fields::Fields;
use crate::kit::form::{Field, area, field};
use crate::kit::notice::{Notice, notice};
use crate::kit::time::{Now, exact_time};
use crate::kit::tone::Tone;
use crate::pages::form_error::FormError;

/// The fields with the codes of what can be wrong with them, for the summary of a form.
pub(crate) const CODES: [(&str, &[&str]); 2] = [("secret", SECRET), ("certificate", CERTIFICATE)];

const SECRET: &[&str] = &["connection.secret", "connection.two_credentials"];
const CERTIFICATE: &[&str] = &[
    "connection.certificate_missing",
    "connection.certificate_unreadable",
    "connection.certificate_expired",
    "connection.key_missing",
    "connection.key_encrypted",
    "connection.key_unusable",
    "connection.key_mismatch",
];

/// What was typed.
pub(crate) fn entered(form: &Fields) -> CredentialInput {
    let text = |name: &str| SecretString::from(form.text(name));
    CredentialInput { secret: text("secret"), certificate: text("certificate") }
}

/// The two fields. What was typed into them is never sent back.
pub(crate) fn fields(error: &FormError) -> Markup {
    let secret = Field {
        name: "secret".into(),
        label: "Client secret".into(),
        kind: "password",
        help: "Its value, not its id. It is encrypted before it is stored and never shown again.".into(),
        autocomplete: "off",
        ..Field::default()
    };
    let certificate = Field {
        name: "certificate".into(),
        label: "Or certificate and private key".into(),
        help: "PEM text with both, the key without a password. Upload the certificate alone to the app registration \
               in Entra. This text is encrypted before it is stored and never shown again."
            .into(),
        autocomplete: "off",
        ..Field::default()
    };
    html! {
        (field(&error.at(SECRET, secret)))
        (area(&error.at(CERTIFICATE, certificate)))
    }
}

/// Rows about a stored credential, for a list of facts.
pub(super) fn rows(now: &Now, stored: &ConnectionSummary) -> Vec<(&'static str, Markup)> {
    let kind = match stored.kind {
        CredentialKind::Secret => "Client secret",
        CredentialKind::Certificate => "Certificate",
    };
    let mut rows = vec![
        ("Application id", html! { span.mono { (stored.client_id) } }),
        ("Credential", html! { (kind) ", saved " (exact_time(now, stored.updated_at)) " by " (stored.updated_by) }),
    ];
    if let Some(certificate) = &stored.certificate {
        rows.push(("Thumbprint (SHA-256)", html! { span.mono { (certificate.thumbprint) } }));
        rows.push(("Expires", exact_time(now, certificate.expires_at)));
    }
    rows
}

/// From 30 days before a certificate ends, and after.
pub(super) fn expiry(now: &Now, stored: &ConnectionSummary) -> Markup {
    let soon = |expires_at: &i64| expires_at - now.ms() <= EXPIRY_NOTICE_MS;
    let Some(expires_at) = stored.certificate.as_ref().map(|each| each.expires_at).filter(soon) else {
        return html! {};
    };
    let ended = expires_at <= now.ms();
    let what = if ended { "has expired" } else { "expires soon" };
    let day = now.day(expires_at);
    notice(&Notice {
        tone: if ended { Tone::Bad } else { Tone::Warn },
        icon: if ended { "circle-x" } else { "alert-triangle" },
        title: format!("The certificate {what}"),
        text: format!(
            "{} {day}. Make a new one, upload it to the app registration in Entra, then replace the credential here.",
            if ended { "Nothing can be read since" } else { "Nothing can be read after" },
        ),
        code: if ended { "connection.certificate_expired" } else { "connection.certificate_expires" }.into(),
        actions: None,
    })
}
