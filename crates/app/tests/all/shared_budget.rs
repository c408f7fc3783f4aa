//! Two nodes over one database ask one tenant (spec 031): what they send together is judged by the simulator, which holds
//! the published limits against them.

use app::services::Services;
use graph::{Connection, Credential, Graph, GraphConfig, TenantGraph};
use graph_sim::{Content, Throttling};
use model::registry::Registry;
use secrecy::SecretString;
use testkit::{TestDatabase, World};
use tokio::sync::mpsc;

testkit::on_both_databases!(two_nodes_stay_within_the_published_limits_and_both_get_on);

/// More than half of what one application may send in 20 seconds.
const EACH: u64 = 600;
/// Conditional Access lists of each: one a second for both together.
const LISTS: usize = 4;

async fn two_nodes_stay_within_the_published_limits_and_both_get_on(database: &TestDatabase) {
    let world = World::of(database, vec![Content::Seeded { seed: 7, objects: 150 }]).await;
    world.simulator.set_throttling(Throttling::Published { retry_after: true });
    world.simulator.reset_stats();
    let nodes = [node(&world, database).await, node(&world, database).await];
    let work = nodes.iter().map(|(graph, tenant)| async move {
        while graph.traffic().logical_requests < EACH {
            for key in ["powershellScripts", "shellScripts", "settingsCatalog", "groupPolicyConfigurations"] {
                read(tenant, key).await;
            }
        }
        for _ in 0..LISTS {
            read(tenant, "conditionalAccess").await;
        }
    });
    futures::future::join_all(work).await;
    let stats = world.simulator.stats();
    assert_eq!(stats.throttled, 0, "{stats:?}");
    assert!(stats.logical_requests > 1_000, "the limit was never near: {stats:?}");
    for (graph, _) in &nodes {
        assert_eq!(graph.traffic().throttled, 0);
        assert!(graph.traffic().logical_requests >= EACH);
    }
}

/// A client as a worker process has it, over a pool of its own.
async fn node(world: &World, database: &TestDatabase) -> (Graph, TenantGraph) {
    let db = database.open().await;
    let services = Services::new(&db, GraphConfig::default(), world.clouds.clone()).unwrap();
    let spec = &world.tenants[0].spec;
    let connection = Connection {
        cloud: world.clouds.get("simulator").unwrap().clone(),
        directory_id: spec.tenant_id.clone(),
        client_id: spec.client_id.clone(),
        credential: Credential::Secret(SecretString::from(spec.client_secret.clone())),
    };
    (services.graph.clone(), services.graph.tenant(connection))
}

async fn read(tenant: &TenantGraph, key: &str) {
    let contract = Registry::embedded().get(key).unwrap_or_else(|| panic!("there is a contract {key}"));
    let (sink, mut objects) = mpsc::channel(100);
    let (observation, ()) =
        tokio::join!(tenant.observe(contract, sink), async { while objects.recv().await.is_some() {} });
    assert_eq!(observation.list_error, None, "{key}");
}
