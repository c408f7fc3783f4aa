//! Our sync and backup beside IntuneCD's backup, against the same simulator in the same run.

pub(crate) mod connect;
pub(crate) mod floor;
pub(crate) mod intunecd;
mod judge;
mod ours;
pub(crate) mod programs;
mod replay;
mod result;
mod shown;
pub(crate) mod simulator;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::machine::{self, Machine};
use crate::{Failure, report};
pub(crate) use intunecd::succeeded;
use intunecd::{Beside, IntuneCd};
use programs::Programs;
pub(crate) use programs::root;
use result::{Case, Compared, Result};
use simulator::Simulator;

/// `sync`
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Milliseconds that the simulator adds to every round trip.
    #[arg(long, value_delimiter = ',', default_values_t = [0, 20, 100])]
    latency: Vec<u64>,
    /// Objects of the tenant.
    #[arg(long, value_delimiter = ',', default_values_t = [650, 3100])]
    objects: Vec<usize>,
    /// Whether the published request limits hold.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = [Throttling::Off, Throttling::On])]
    throttling: Vec<Throttling>,
    /// How often each case is measured; the median by wall time is shown.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    #[command(flatten)]
    beside: Beside,
}

/// The simulator's published limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Throttling {
    /// Nothing is refused.
    Off,
    /// What Microsoft publishes holds, with `Retry-After` where Graph sends it.
    On,
    /// Half of all requests are refused, without `Retry-After`.
    Half,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    load_after: f64,
    peer: String,
    cases: Vec<Compared>,
}

/// Measures every combination that was asked for.
pub(crate) async fn run(arguments: Arguments) -> std::result::Result<(), Failure> {
    let machine = Machine::now();
    println!("{}", machine.describe());
    let programs = Programs::build()?;
    let peer = arguments.beside.installed()?;
    let mut cases = Vec::new();
    for &objects in &arguments.objects {
        let simulator = Simulator::start(&programs.simulator, objects).await?;
        for &throttling in &arguments.throttling {
            for &latency_ms in &arguments.latency {
                let case = Case { objects, latency_ms, throttling };
                let compared = compare(&arguments, &programs, peer.as_ref(), &simulator, case).await?;
                shown::progress(&compared);
                cases.push(compared);
            }
        }
    }
    shown::table(&cases);
    let peer = peer.map_or_else(|| "not measured".to_owned(), |peer| peer.version);
    report::write("sync.json", &Report { machine, load_after: machine::load(), peer, cases })
}

async fn compare(
    arguments: &Arguments,
    programs: &Programs,
    peer: Option<&IntuneCd>,
    simulator: &Simulator,
    case: Case,
) -> std::result::Result<Compared, Failure> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds.max(1) {
        simulator.prepare(case).await?;
        ours.push(ours::measure(&programs.tenantatlas, simulator, case).await?);
        if let Some(peer) = peer {
            simulator.prepare(case).await?;
            theirs.push(peer.measure(simulator).await?);
        }
    }
    let ours = median(ours).expect("at least one round was measured");
    Ok(Compared::of(case, ours, median(theirs)))
}

fn median(mut results: Vec<Result>) -> Option<Result> {
    results.sort_by(|left, right| left.seconds.total_cmp(&right.seconds));
    let middle = results.len().checked_sub(1)? / 2;
    Some(results.swap_remove(middle))
}
