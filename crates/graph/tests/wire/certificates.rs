//! Signing in with a certificate: what is accepted, what is refused, and clocks that differ.

use std::sync::Arc;

use graph::{ClientCertificate, Credential, Graph, GraphError};
use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec, TestKey};
use model::Ambient;
use model::ambient::{ManualClock, SystemEntropy};

use crate::harness::{connection, connection_by, hurried};

const MINUTE_MS: i64 = 60 * 1000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

struct World {
    simulator: Simulator,
    spec: TenantSpec,
}

impl World {
    /// Whose application has that certificate.
    async fn trusting(certificate_pem: &str) -> Self {
        crate::secrecy::log_everything();
        let certificate_pem = Some(certificate_pem.to_owned());
        let spec = TenantSpec { certificate_pem, ..TenantSpec::named("Contoso", Content::Empty) };
        let config = SimulatorConfig { tenants: vec![spec.clone()], ..SimulatorConfig::default() };
        Self { simulator: Simulator::start(config).await.unwrap(), spec }
    }

    async fn sign_in(&self, graph: &Graph, key: TestKey, certificate_pem: &str) -> Result<(), GraphError> {
        let certificate = ClientCertificate::from_pem(&format!("{}{certificate_pem}", key.pem())).unwrap();
        let credential = Credential::Certificate(Arc::new(certificate));
        let url = self.simulator.http_url();
        let connection = connection_by(&url, &self.spec.tenant_id, &self.spec.client_id, credential);
        graph.tenant(connection).organization().await.map(|_| ())
    }
}

fn graph_at(offset_ms: i64) -> Graph {
    let clock = ManualClock::at(Ambient::system().now_ms() + offset_ms);
    Graph::new(hurried(), Ambient::new(Arc::new(clock), Arc::new(SystemEntropy))).unwrap()
}

#[tokio::test]
async fn the_applications_certificate_signs_in() {
    let certificate = TestKey::One.certificate();
    let world = World::trusting(&certificate).await;
    let graph = graph_at(0);
    world.sign_in(&graph, TestKey::One, &certificate).await.unwrap();
    world.sign_in(&graph, TestKey::One, &certificate).await.unwrap();
    assert_eq!(world.simulator.stats().tokens_issued, 1, "the same certificate has the same token");
    let url = world.simulator.http_url();
    let by_secret = connection(&url, &world.spec.tenant_id, &world.spec.client_id, &world.spec.client_secret);
    graph.tenant(by_secret).organization().await.unwrap();
    assert_eq!(world.simulator.stats().tokens_issued, 2, "another credential has another");
}

#[tokio::test]
async fn a_certificate_that_the_application_does_not_have_is_refused() {
    let certificate = TestKey::One.certificate();
    let world = World::trusting(&certificate).await;
    // The second is of the right key: what counts is the certificate that was uploaded.
    let in_a_year = Ambient::system().now_ms() + 365 * DAY_MS;
    for (key, other) in
        [(TestKey::Two, TestKey::Two.certificate()), (TestKey::One, TestKey::One.certificate_until(in_a_year))]
    {
        let error = world.sign_in(&graph_at(0), key, &other).await.unwrap_err();
        assert_eq!(error.code, "auth.certificate_refused");
        assert!(!format!("{error:?}").contains("AADSTS"));
    }
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let certificate = TestKey::One.certificate_until(Ambient::system().now_ms() - DAY_MS);
    let world = World::trusting(&certificate).await;
    let error = world.sign_in(&graph_at(0), TestKey::One, &certificate).await.unwrap_err();
    assert_eq!(error.code, "auth.certificate_refused");
}

#[tokio::test]
async fn clocks_may_differ_by_some_minutes_and_a_wrong_one_is_said() {
    let certificate = TestKey::One.certificate();
    let world = World::trusting(&certificate).await;
    for minutes in [-9, -4, 4, 9] {
        let signed_in = world.sign_in(&graph_at(minutes * MINUTE_MS), TestKey::One, &certificate).await;
        assert!(signed_in.is_ok(), "{minutes} minutes apart: {signed_in:?}");
    }
    for minutes in [-15, 15] {
        let error = world.sign_in(&graph_at(minutes * MINUTE_MS), TestKey::One, &certificate).await.unwrap_err();
        assert_eq!(error.code, "auth.clock_wrong", "{minutes} minutes apart");
    }
}
