//! Getting in: listeners, tokens, refusals.

use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec};
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
async fn a_busy_port_is_named() {
    let (simulator, _session) = started(10).await;
    let port = simulator.http_url().rsplit(':').next().unwrap().parse().unwrap();
    let config = SimulatorConfig { http_port: port, ..SimulatorConfig::default() };
    let error = Simulator::start(config).await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()));
}
