//! Several servers and workers on one PostgreSQL, of which any may die.

use std::process::Stdio;

use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use graph_sim::Content;
use model::ids::{Id as _, WorkerId};
use model::registry::Registry;
use store::{Engine, NODE_KEPT_MS, NodeRow};
use testkit::program::{first_line, ready, within};
use testkit::{TestDatabase, World};
use tokio::process::Child;

use crate::support::{PROGRAM, until};

const SERVERS: usize = 2;
const WORKERS: usize = 3;
/// Each may have eight reading runs at work, and a node has room for eight: as many tenants as nodes leave something for
/// each node, however much the others take.
const TENANTS: usize = SERVERS + WORKERS;

struct Node {
    child: Child,
    /// The address of its pages, for a server.
    url: Option<String>,
    id: WorkerId,
}

impl Node {
    /// Starts one and waits until the others can see it.
    async fn start(world: &World, database: &TestDatabase, serves: bool) -> Self {
        let before: Vec<_> = nodes(world).await.iter().map(|node| node.id).collect();
        let (child, url) = if serves {
            let mut command = within(PROGRAM, world, database, &["serve", "--listen", "127.0.0.1:0"]);
            let mut child = command.stderr(Stdio::null()).spawn().unwrap();
            let line = first_line(&mut child).await;
            let url = line.strip_prefix("TenantAtlas is at ").unwrap_or_else(|| panic!("{line}")).to_owned();
            (child, Some(url))
        } else {
            (ready(within(PROGRAM, world, database, &["worker"])).await, None)
        };
        until(async || nodes(world).await.len() > before.len()).await;
        let id = nodes(world).await.iter().map(|node| node.id).find(|id| !before.contains(id)).unwrap();
        Self { child, url, id }
    }

    async fn holds_some(&self, world: &World) -> bool {
        nodes(world).await.iter().any(|node| node.id == self.id && !node.holds.is_empty())
    }
}

/// As on the engine's page, with those that have died.
async fn nodes(world: &World) -> Vec<NodeRow> {
    world.db.nodes().with_runs(NODE_KEPT_MS).await.unwrap()
}

/// One run for each type and tenant: more than all nodes together have room for.
async fn start_all(world: &World) {
    for tenant in &world.tenants {
        let scope = world.db.authorise(world.owner, tenant.id).await.unwrap();
        for contract in Registry::embedded().observed() {
            let selection = Selection::of(&[&contract.key]).unwrap();
            start_sync(&world.db, &scope, &selection, Extra::default()).await.unwrap();
        }
    }
}

#[test]
fn three_workers_and_two_servers_share_the_work_and_any_may_be_killed() {
    testkit::run(Engine::Postgres, async |database: &TestDatabase| {
        let contents = vec![Content::Seeded { seed: 7, objects: 20 }; TENANTS];
        let world = World::of(database, contents).await;
        let mut cluster = Vec::new();
        for number in 0..SERVERS + WORKERS {
            cluster.push(Node::start(&world, database, number < SERVERS).await);
        }
        for victim in 0..cluster.len() {
            world.simulator.hold("deviceManagement");
            start_all(&world).await;
            for node in &cluster {
                until(async || node.holds_some(&world).await).await;
            }
            cluster[victim].child.kill().await.unwrap();
            let of_dead = format!("where status = 'running' and lease_owner = '{}'", cluster[victim].id.uuid());
            database.execute(&format!("update operation_runs set lease_expires_at = 1 {of_dead}")).await;
            world.simulator.release();
            let left = "select count(*) from operation_runs where status <> 'completed'";
            until(async || database.number(left).await == 0).await;
            let others = cluster.iter().filter(|node| node.id != cluster[victim].id);
            for url in others.filter_map(|node| node.url.as_ref()) {
                let answer = reqwest::get(format!("{url}/readyz")).await.unwrap();
                assert!(answer.status().is_success(), "{url} answers while another node is dead");
            }
            cluster[victim] = Node::start(&world, database, victim < SERVERS).await;
        }
        let bad = "select count(*) from operation_runs where outcome <> 'succeeded'";
        assert_eq!(database.number(bad).await, 0, "what a dead node held was done by another");
        let runs = database.number("select count(*) from operation_runs").await;
        let types = Registry::embedded().observed().count();
        assert_eq!(runs as usize, cluster.len() * TENANTS * types);
        for node in cluster {
            assert!(testkit::program::terminate(node.child).await.success());
        }
    });
}
