//! Objects of one simulated tenant restored into an empty second one by a worker process, while the simulator enforces the
//! published limits; beside the floor that the write limit sets.

mod world;

use std::time::Duration;

use clap::Args;
use model::run::Outcome;
use serde::Serialize;
use tokio::time::Instant;

use crate::engines::postgres::Server;
use crate::machine::{self, Machine};
use crate::sync::programs::Programs;
use crate::tenants::nodes::{self, Node};
use crate::{Failure, report};
use world::World;

/// Published limit (learn.microsoft.com/graph/throttling-limits): writes of an application to Intune in a tenant.
const WRITES: u64 = 100;
/// The span of that limit, in seconds.
const SPAN: u64 = 20;
/// No measurement takes this long.
pub(crate) const LONGEST: Duration = Duration::from_secs(3_600);

/// `restore`
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Objects with assignments that are restored.
    #[arg(long, default_value_t = 500)]
    objects: usize,
    /// Milliseconds that the simulator adds to every round trip.
    #[arg(long, default_value_t = 100)]
    latency: u64,
}

/// What it took.
#[derive(Debug, Serialize)]
struct Measured {
    machine: Machine,
    load_after: f64,
    latency_ms: u64,
    objects: usize,
    /// From the start of the preview to its end.
    preview_seconds: f64,
    /// From the confirmation to the end of the run.
    seconds: f64,
    /// What the limit makes our writes wait, in seconds.
    floor_seconds: f64,
    writes: u64,
    succeeded: u64,
    failed: u64,
    requests: u64,
    /// Refused for exceeding a limit.
    refused: u64,
    peak_bytes: u64,
}

/// Measures once.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let machine = Machine::now();
    println!("{}", machine.describe());
    let programs = Programs::build()?;
    let server = Server::start(false)?;
    let world = World::make(&arguments, &programs, &server).await?;
    let nodes = nodes::start(1, 4, &programs, &world.site.environment()).await?;
    let restore = world.begin(arguments.objects).await?;
    let began = Instant::now();
    let plan = world.preview(restore).await?;
    let preview_seconds = began.elapsed().as_secs_f64();
    world.site.simulator.count_anew().await?;
    let began = Instant::now();
    let row = world.execute(restore, &plan).await?;
    let seconds = began.elapsed().as_secs_f64();
    let stats = world.site.simulator.stats().await?;
    let writes = world.writes(row.id).await?;
    let measured = Measured {
        machine,
        load_after: machine::load(),
        latency_ms: arguments.latency,
        objects: plan.plan.items.len(),
        preview_seconds,
        seconds,
        // A full window may be written at once, the next one only when it has passed.
        floor_seconds: (writes.saturating_sub(1) / WRITES * SPAN) as f64,
        writes,
        succeeded: row.counts.succeeded,
        failed: row.counts.failed,
        requests: stats.logical_requests,
        refused: stats.throttled,
        peak_bytes: nodes.first().map_or(Ok(0), Node::peak_bytes)?,
    };
    nodes::stop(nodes).await?;
    world.site.remove().await?;
    show(&measured, row.outcome);
    report::write("restore.json", &measured)
}

fn show(measured: &Measured, outcome: Outcome) {
    println!(
        "{} objects, {} ms: preview {:.1} s; restore {outcome} in {:.1} s, floor {:.1} s, {:.2} times",
        measured.objects,
        measured.latency_ms,
        measured.preview_seconds,
        measured.seconds,
        measured.floor_seconds,
        measured.seconds / measured.floor_seconds.max(f64::EPSILON),
    );
    println!(
        "{} writes, {} good, {} not; {} requests, {} refused; peak {} MB",
        measured.writes,
        measured.succeeded,
        measured.failed,
        measured.requests,
        measured.refused,
        measured.peak_bytes / 1_000_000,
    );
}
