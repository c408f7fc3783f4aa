//! A whole tenant at once, as a sync reads it.

use graph::{Graph, GraphConfig};
use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec, Throttling};
use model::Ambient;
use model::registry::Registry;

use crate::harness::{connection, hurried, observe};

async fn sync(simulator: &Simulator, url: &str, config: GraphConfig) -> (usize, Graph) {
    let spec = &simulator.tenants()[0];
    let graph = Graph::new(config, Ambient::system()).unwrap();
    let tenant = graph.tenant(connection(url, &spec.tenant_id, &spec.client_id, &spec.client_secret));
    let types = Registry::embedded().iter().map(|contract| observe(&tenant, &contract.key));
    let mut objects = 0;
    for (observation, found) in futures::future::join_all(types).await {
        assert_eq!(observation.list_error, None, "{}", observation.type_key);
        assert!(found.iter().all(|object| object.missing_parts.is_empty()), "{}", observation.type_key);
        objects += found.len();
    }
    (objects, graph)
}

fn tenant() -> TenantSpec {
    TenantSpec::named("Fabrikam", Content::Seeded { seed: 11, objects: 650 })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_budget_meets_no_refusal_under_the_published_limits() {
    let throttling = Throttling::Published { retry_after: true };
    let config = SimulatorConfig { tenants: vec![tenant()], throttling, ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let (objects, graph) = sync(&simulator, &simulator.http_url(), GraphConfig::default()).await;
    assert!(objects >= 650, "{objects}");
    assert_eq!(graph.traffic().throttled, 0, "{:?}", graph.traffic());
    assert_eq!(graph.traffic().logical_requests, simulator.stats().logical_requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_additional_root_certificate_is_trusted_and_without_it_nothing_is_read() {
    let config = SimulatorConfig { tenants: vec![tenant()], https_port: Some(0), ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let url = simulator.https_url().unwrap();
    let trusting = GraphConfig { extra_root_pem: simulator.certificate_pem(), ..hurried() };
    assert!(sync(&simulator, &url, trusting).await.0 >= 650);
    let spec = &simulator.tenants()[0];
    let stranger = Graph::new(hurried(), Ambient::system()).unwrap();
    let refused =
        stranger.tenant(connection(&url, &spec.tenant_id, &spec.client_id, &spec.client_secret)).organization().await;
    assert_eq!(refused.unwrap_err().code, "auth.unavailable");
}
