//! Getting in: listeners, tokens, refusals.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use graph_sim::{Content, Fault, FaultKind, Simulator, SimulatorConfig, TenantSpec, TestKey};
use jiff::Timestamp;
use reqwest::Client;
use serde_json::Value;

use crate::support::{self, started};

#[tokio::test]
async fn a_token_opens_the_tenant_it_was_issued_for_and_nothing_opens_without_one() {
    let (simulator, session) = started(60).await;
    let organization = session.get("beta/organization").await;
    assert_eq!(organization["value"][0]["id"], session.tenant.tenant_id);
    let refused = support::client()
        .get(session.address("beta/organization"))
        .header("client-request-id", "abc")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["client-request-id"], "abc");
    assert!(refused.headers().contains_key("request-id"));
    let body: Value = support::json(refused).await;
    assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");
    assert_eq!(body["error"]["innerError"]["client-request-id"], "abc");
    simulator.stop().await;
}

#[tokio::test]
async fn sign_in_refuses_in_the_words_of_entra() {
    let (_simulator, session) = started(10).await;
    let mut wrong = session.tenant.clone();
    wrong.client_secret = "wrong".to_owned();
    for (tenant, number, status) in
        [("unknown.example", 90_002, 400), ("common", 9_001_023, 400), (wrong.tenant_id.as_str(), 7_000_215, 401)]
    {
        let response = support::ask_token(&session.base, tenant, &wrong).await;
        assert_eq!(response.status(), status);
        assert_eq!(support::json(response).await["error_codes"][0], number);
    }
    let discovery = format!("{}/{}/v2.0/.well-known/openid-configuration", session.base, session.tenant.primary_domain);
    let document = support::json(support::client().get(discovery).send().await.unwrap()).await;
    assert!(document["token_endpoint"].as_str().unwrap().ends_with("/oauth2/v2.0/token"));
    let instance = |of: String| format!("{}/common/discovery/instance?api-version=1.1&{of}", session.base);
    let known = instance(format!("authorization_endpoint=https://localhost/{}/authorize", session.tenant.tenant_id));
    let told = support::json(support::client().get(known).send().await.unwrap()).await;
    let address = told["tenant_discovery_endpoint"].as_str().unwrap();
    let led_to = support::json(support::client().get(address).send().await.unwrap()).await;
    assert!(led_to["issuer"].as_str().unwrap().contains(&session.tenant.tenant_id));
    let refused = support::client().get(instance("authorization_endpoint=nowhere".to_owned())).send().await.unwrap();
    assert_eq!(support::json(refused).await["error"], "invalid_instance");
}

#[tokio::test]
async fn https_works_with_the_certificate_it_shows() {
    let config = SimulatorConfig {
        tenants: vec![TenantSpec::named("Contoso", Content::Empty)],
        https_port: Some(0),
        ..SimulatorConfig::default()
    };
    let simulator = Simulator::start(config).await.unwrap();
    support::client();
    let certificate = reqwest::Certificate::from_pem(simulator.certificate_pem().unwrap().as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([certificate]).build().unwrap();
    let url =
        format!("{}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration", simulator.https_url().unwrap());
    let document = support::json(client.get(url).send().await.unwrap()).await;
    assert!(document["token_endpoint"].as_str().unwrap().starts_with("https://127.0.0.1:"));
}

#[tokio::test]
async fn the_latest_requests_tell_who_asked_what_when_and_what_was_answered() {
    let (simulator, session) = started(10).await;
    let refusal = FaultKind::Status { status: 429, code: "TooManyRequests".to_owned(), retry_after: Some(7) };
    simulator.add_fault(&session.tenant.tenant_id, Fault::on("organization", refusal).times(1));
    simulator.reset_stats();
    for _ in 0..2 {
        session.request("GET", "beta/organization?$select=id").header("SdkVersion", "tool/1").send().await.unwrap();
    }
    let exchanges = simulator.exchanges();
    let told: Vec<_> = exchanges
        .iter()
        .map(|one| {
            (one.method.as_str(), one.path.as_str(), one.client.as_str(), one.status, one.retry_after.as_deref())
        })
        .collect();
    let path = "/beta/organization?$select=id";
    assert_eq!(told, [("GET", path, "tool/1", 429, Some("7")), ("GET", path, "tool/1", 200, None)]);
    assert!(exchanges[0].arrived_ms <= exchanges[0].answered_ms && exchanges[0].answered_ms <= exchanges[1].arrived_ms);
    let over_http = support::json(support::client().get(session.address("_sim/exchanges")).send().await.unwrap()).await;
    assert_eq!(over_http, serde_json::to_value(&exchanges).unwrap(), "asking for them is not one of them");
}

#[tokio::test]
async fn an_error_names_the_request_by_the_id_in_its_header() {
    let (_simulator, session) = started(10).await;
    let refused = session.send("GET", "beta/deviceManagement/configurationPolicies/none", None).await;
    let id = refused.headers()["request-id"].to_str().unwrap().to_owned();
    assert_eq!(support::json(refused).await["error"]["innerError"]["request-id"], id.as_str());
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let (simulator, _session) = started(10).await;
    let port = simulator.http_url().rsplit(':').next().unwrap().parse().unwrap();
    let config = SimulatorConfig { http_port: port, ..SimulatorConfig::default() };
    let error = Simulator::start(config).await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()));
}

#[expect(clippy::disallowed_methods, reason = "the simulator compares it with the real time")]
fn in_five_minutes() -> i64 {
    Timestamp::now().as_second() + 300
}

/// What a library of today sends: RS256, the SHA-1 of the certificate with its padding, and no `nbf`.
fn older_assertion(key_pem: &str, certificate_pem: &str, claims: &Value) -> String {
    use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
    use rustls::pki_types::pem::PemObject as _;
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from_pem_slice(key_pem.as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let certificate = rustls::pki_types::CertificateDer::from_pem_slice(certificate_pem.as_bytes()).unwrap();
    let print = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate);
    let header = serde_json::json!({ "alg": "RS256", "typ": "JWT", "x5t": URL_SAFE.encode(print) });
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_certificate_signs_in_as_libraries_do_and_each_mistake_has_its_number() {
    let certificate = TestKey::One.certificate();
    let certificate_pem = Some(certificate.clone());
    let spec = TenantSpec { certificate_pem, ..TenantSpec::named("Contoso", Content::Empty) };
    let config = SimulatorConfig { tenants: vec![spec.clone()], ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let address = format!("{}/{}/oauth2/v2.0/token", simulator.http_url(), spec.tenant_id);
    let right = || {
        serde_json::json!({ "aud": address, "iss": spec.client_id, "sub": spec.client_id, "jti": "1", "iat": 0,
            "exp": in_five_minutes() })
    };
    let with = |name: &str, value: Value| {
        let mut claims = right();
        claims[name] = value;
        claims
    };
    let cases = [
        (TestKey::One, right(), 0),
        // With a fraction, as MSAL sends it.
        (TestKey::One, with("exp", (in_five_minutes() as f64 + 0.5).into()), 0),
        (TestKey::Two, right(), 700_027),
        (TestKey::One, with("exp", 1.into()), 700_024),
        (TestKey::One, with("nbf", 1.into()), 700_024),
        (TestKey::One, with("iss", "another".into()), 700_021),
        (TestKey::One, with("aud", "https://elsewhere.example".into()), 700_023),
    ];
    for (key, claims, number) in cases {
        let assertion = older_assertion(key.pem(), &certificate, &claims);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &spec.client_id),
            ("scope", "https://graph.microsoft.com/.default"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let response = support::client().post(&address).form(&form).send().await.unwrap();
        let body = support::json(response).await;
        match number {
            0 => assert!(body["access_token"].is_string(), "{body}"),
            number => assert_eq!(body["error_codes"][0], number, "{claims}"),
        }
    }
}
