//! A certificate as the credential of a connection: what each form says about a wrong one, and what the page shows.

use axum::http::StatusCode;
use graph_sim::TestKey;
use store::TenantState;
use testkit::{TestDatabase, on_both_databases};

use crate::support::{NOON, Site};
use crate::things::furnish;

on_both_databases!(
    each_wrong_credential_is_named_at_its_field_and_nothing_else_is_lost,
    a_tenant_is_added_with_a_certificate,
    a_certificate_shows_what_is_not_secret_and_when_it_ends,
);

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const CLIENT: &str = "1b4e28ba-2fa1-11d2-883f-0016d3cca42a";

fn pem(key: TestKey, expires_ms: i64) -> String {
    format!("{}{}", key.certificate_until(expires_ms), key.pem())
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn each_wrong_credential_is_named_at_its_field_and_nothing_else_is_lost(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", true).await;
    let things = furnish(&site, "own", "global", anna).await;
    let connection = things.path("/t/{tenant}/connection");
    let mut browser = site.browser_of(anna).await;
    let good = pem(TestKey::One, NOON + 90 * DAY_MS);
    let certificate = TestKey::One.certificate();
    let cases = [
        ("", "", "secret", "connection.secret"),
        ("a secret", good.as_str(), "secret", "connection.two_credentials"),
        ("", "hello", "certificate", "connection.certificate_missing"),
        ("", &certificate, "certificate", "connection.key_missing"),
        ("", &good.replace("PRIVATE", "ENCRYPTED PRIVATE"), "certificate", "connection.key_encrypted"),
        ("", &pem(TestKey::One, NOON - DAY_MS), "certificate", "connection.certificate_expired"),
        ("", &format!("{certificate}{}", TestKey::Two.pem()), "certificate", "connection.key_mismatch"),
        ("", &certificate.replace("MII", "M!!"), "certificate", "connection.certificate_unreadable"),
    ];
    for (secret, certificate, field, code) in cases {
        let rest = [("secret", secret), ("certificate", certificate), ("client_id", CLIENT)];
        let named = [
            ("display_name", "Litware & Co"),
            ("directory_id", CLIENT),
            ("primary_domain", "litware.example"),
            ("cloud", "global"),
        ];
        for (address, fields) in [(connection.as_str(), &[][..]), ("/tenants/new", &named[..])] {
            let page = browser.post(address, &form(&[fields, &rest[..]].concat())).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{code} at {address}: {}", page.body);
            let (link, error) = (format!("href=\"#{field}\""), format!("id=\"{field}-error\""));
            assert!(page.body.contains(&link) && page.body.contains(&error), "{code} at {address}: {}", page.body);
            assert!(page.body.contains(CLIENT), "what was typed stays: {code} at {address}");
            for (name, value) in fields {
                let kept = format!("name=\"{name}\" type=\"text\" value=\"{}\"", value.replace('&', "&amp;"));
                assert!(*name == "cloud" || page.body.contains(&kept), "{name} stays: {}", page.body);
            }
            assert!(
                !page.body.contains("MII") && !page.body.contains("a secret"),
                "{code} at {address}: {}",
                page.body
            );
        }
    }
    site.stop.cancel();
}

async fn a_tenant_is_added_with_a_certificate(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", true).await;
    let mut browser = site.browser_of(anna).await;
    database.forbid(TestKey::One.pem().lines().nth(1).unwrap());
    let pem = pem(TestKey::One, NOON + 90 * DAY_MS);
    let fields = [
        ("display_name", "Litware"),
        ("directory_id", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        ("primary_domain", "litware.example"),
        ("cloud", "global"),
        ("client_id", CLIENT),
        ("certificate", &pem),
    ];
    let answer = browser.post("/tenants/new", &form(&fields)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let page = browser.get(&answer.location.unwrap()).await;
    assert!(page.body.contains("Certificate, saved") && page.body.contains("Thumbprint"), "{}", page.body);
    assert!(!page.body.contains("expires soon"), "{}", page.body);
    site.stop.cancel();
}

async fn a_certificate_shows_what_is_not_secret_and_when_it_ends(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let connection = things.path("/t/{tenant}/connection");
    let mut browser = site.browser_of(anna).await;
    let pem = pem(TestKey::One, NOON + 30 * DAY_MS);
    let fields = [("client_id", CLIENT), ("certificate", &pem)];
    browser.post(&connection, &form(&fields)).await;
    let thumbprint = thumbprint_of(&pem);
    let page = browser.get(&connection).await;
    assert!(page.body.contains(&thumbprint) && page.body.contains("23 Dec 2026"), "{}", page.body);
    assert!(page.body.contains("connection.certificate_expires"), "from 30 days before: {}", page.body);
    site.clock.advance_ms(31 * DAY_MS);
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&connection).await;
    assert!(page.body.contains("connection.certificate_expired"), "{}", page.body);
    // What has worked stays until a check of the new one has passed, and the page says so.
    site.db.tenants().set_state(things.tenant, TenantState::Active).await.unwrap();
    let fields = [("client_id", CLIENT), ("secret", "another secret")];
    let answer = browser.post(&connection, &form(&fields)).await;
    let page = browser.get(&answer.location.unwrap()).await;
    assert!(page.body.contains("stays in use until a check") && page.body.contains(&thumbprint), "{}", page.body);
    site.stop.cancel();
}

/// As OpenSSL says it.
fn thumbprint_of(pem: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----").unwrap();
    let text: String = rest.split("-----END").next().unwrap().split_whitespace().collect();
    let der = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    sha2::Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect()
}
