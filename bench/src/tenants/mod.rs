//! Many tenants synced at once by several worker processes over one PostgreSQL, while the simulator enforces the published
//! limits of each.
//!
//! Each tenant has several runs, of different types, so that its limits are shared by processes that work on it at the same
//! time.

pub(crate) mod nodes;
pub(crate) mod site;
mod world;

use std::time::Duration;

use clap::Args;
use model::run::Outcome;
use serde::Serialize;
use tokio::time::{Instant, timeout};

use crate::engines::postgres::Server;
use crate::machine::{self, Machine};
use crate::sync::floor::quota_seconds;
use crate::sync::programs::Programs;
use crate::{Failure, report};
use nodes::Node;
use world::World;

/// No measurement takes this long.
const LONGEST: Duration = Duration::from_secs(1_800);

/// `tenants`
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Tenants.
    #[arg(long, default_value_t = 20)]
    tenants: usize,
    /// Objects of each.
    #[arg(long, default_value_t = 1_000)]
    objects: usize,
    /// Worker processes.
    #[arg(long, default_value_t = 2)]
    nodes: usize,
    /// Runs that share the types of one tenant.
    #[arg(long, default_value_t = 2)]
    runs: usize,
    /// Milliseconds that the simulator adds to every round trip.
    #[arg(long, default_value_t = 100)]
    latency: u64,
}

/// What it took.
#[derive(Debug, Serialize)]
struct Measured {
    machine: Machine,
    load_after: f64,
    tenants: usize,
    objects_each: usize,
    latency_ms: u64,
    /// From the first start to the last end.
    seconds: f64,
    /// What the limits make one tenant's requests wait, in seconds.
    floor_seconds: f64,
    runs: usize,
    /// Runs that did not succeed as a whole.
    not_succeeded: usize,
    /// Objects in all inventories.
    objects: u64,
    requests: u64,
    /// Refused for exceeding a limit.
    refused: u64,
    /// Tenants on which each node worked.
    tenants_by_node: Vec<usize>,
    /// Largest resident set of each node, in bytes.
    peak_bytes: Vec<u64>,
}

/// Measures once.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let machine = Machine::now();
    println!("{}", machine.describe());
    let programs = Programs::build()?;
    let server = Server::start(false)?;
    let world = World::make(&arguments, &programs, &server).await?;
    // Room for all runs, so that no tenant waits for another.
    let slots = arguments.tenants * arguments.runs;
    let nodes = nodes::start(arguments.nodes, slots, &programs, &world.site.environment()).await?;
    let began = Instant::now();
    let runs = world.start_runs(arguments.runs).await?;
    let ended = timeout(LONGEST, world.ended(&runs)).await.map_err(|_| "the runs did not end")??;
    let seconds = began.elapsed().as_secs_f64();
    let stats = world.site.simulator.stats().await?;
    let measured = Measured {
        machine,
        load_after: machine::load(),
        tenants: arguments.tenants,
        objects_each: arguments.objects,
        latency_ms: arguments.latency,
        seconds,
        floor_seconds: quota_seconds(&stats.collections, arguments.tenants as u64),
        runs: runs.len(),
        not_succeeded: ended.iter().filter(|outcome| **outcome != Outcome::Succeeded).count(),
        objects: world.objects().await?,
        requests: stats.logical_requests,
        refused: stats.throttled,
        tenants_by_node: world.tenants_by_node(&runs).await?,
        peak_bytes: nodes.iter().map(Node::peak_bytes).collect::<Result<_, _>>()?,
    };
    nodes::stop(nodes).await?;
    world.site.remove().await?;
    show(&measured);
    report::write("tenants.json", &measured)
}

fn show(measured: &Measured) {
    let megabytes = |bytes: &u64| format!("{}", bytes / 1_000_000);
    println!(
        "{} tenants of {} objects, {} ms, {} runs on {} nodes: {:.1} s; floor {:.1} s; {:.2} times",
        measured.tenants,
        measured.objects_each,
        measured.latency_ms,
        measured.runs,
        measured.peak_bytes.len(),
        measured.seconds,
        measured.floor_seconds,
        measured.seconds / measured.floor_seconds.max(f64::EPSILON),
    );
    println!(
        "{} objects, {} requests, {} refused, {} runs did not succeed; tenants by node: {:?}; peak MB: {}",
        measured.objects,
        measured.requests,
        measured.refused,
        measured.not_succeeded,
        measured.tenants_by_node,
        measured.peak_bytes.iter().map(megabytes).collect::<Vec<_>>().join(", "),
    );
}
