//! Objects of one simulated tenant restored into empty ones while the simulator enforces the published limits: into one by a
//! worker process of ours, into another by IntuneCD's update; beside the floor that the write limit sets.

mod peer;
mod result;
mod right;
mod world;

use std::time::Duration;

use clap::Args;
use model::run::Outcome;
use tokio::time::Instant;

use crate::engines::postgres::Server;
use crate::machine::{self, Machine};
use crate::sync::intunecd::Beside;
use crate::sync::programs::Programs;
use crate::tenants::nodes::{self, Node};
use crate::{Failure, report};
use result::{Measured, Report};
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
    #[command(flatten)]
    beside: Beside,
}

/// Measures once.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let machine = Machine::now();
    println!("{}", machine.describe());
    let programs = Programs::build()?;
    let peer = arguments.beside.installed()?;
    let server = Server::start(false)?;
    let world = World::make(&arguments, &programs, &server).await?;
    let (ours, outcome) = ours(&world, &programs).await?;
    let theirs = match &peer {
        Some(peer) => Some(peer::measure(peer, &world, &arguments).await?),
        None => None,
    };
    world.site.remove().await?;
    let report = Report {
        machine,
        load_after: machine::load(),
        latency_ms: arguments.latency,
        objects: arguments.objects,
        outcome,
        ours,
        peer: peer.map(|peer| peer.version),
        intunecd: theirs,
    };
    report.show();
    report::write("restore.json", &report)
}

/// Preview and restore by a worker process, as a person would start them.
async fn ours(world: &World, programs: &Programs) -> Result<(Measured, Outcome), Failure> {
    let simulator = &world.site.simulator;
    let nodes = nodes::start(1, 4, programs, &world.site.environment()).await?;
    let restore = world.begin().await?;
    let began = Instant::now();
    let plan = world.preview(restore).await?;
    let preparation_seconds = began.elapsed().as_secs_f64();
    simulator.count_anew().await?;
    let before = simulator.effects(world.ours()).await?;
    let began = Instant::now();
    let row = world.execute(restore, &plan).await?;
    let seconds = began.elapsed().as_secs_f64();
    let stats = simulator.stats().await?;
    let measured = Measured {
        preparation_seconds,
        seconds,
        writes: simulator.effects(world.ours()).await? - before,
        requests: stats.logical_requests,
        refused: stats.throttled,
        wrong: world.wrong(world.ours()).await?,
        complaints: usize::try_from(row.counts.failed)?,
        peak_bytes: nodes.first().map_or(Ok(0), Node::peak_bytes)?,
    };
    nodes::stop(nodes).await?;
    Ok((measured, row.outcome))
}
