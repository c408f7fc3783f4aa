//! What one program did in one case, and two of them side by side.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Throttling;
use super::floor::Floor;
use super::judge::Verdict;
use super::replay::Replay;
use super::simulator::Stats;

/// What is held equal for both programs.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Case {
    /// Objects of the tenant.
    pub(crate) objects: usize,
    /// Added to every round trip, in milliseconds.
    pub(crate) latency_ms: u64,
    /// Whether the published limits hold.
    pub(crate) throttling: Throttling,
}

/// What a later look at the same tenant took.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Later {
    /// `sync`, or `probe`, which reads just what the audit logs name.
    pub(crate) what: &'static str,
    /// Objects that somebody changed before it.
    pub(crate) changed: usize,
    /// Versions that it recorded.
    pub(crate) versions: u64,
    /// Wall time from the start of the program to its end.
    pub(crate) seconds: f64,
    /// HTTP requests, sign-in included.
    pub(crate) round_trips: u64,
    /// Graph requests, where a batch counts as those inside it.
    pub(crate) logical_requests: u64,
    /// The same by collection.
    pub(crate) collections: BTreeMap<String, u64>,
}

/// One program in one case.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Result {
    /// Wall time from the start of the program to its end.
    pub(crate) seconds: f64,
    /// Parts of the wall time, by name.
    pub(crate) parts: BTreeMap<&'static str, f64>,
    /// Time of processors, by the same names and that of the simulator during the sync.
    pub(crate) processor: BTreeMap<&'static str, f64>,
    /// What a bare client takes for the same requests as the sync; ours only.
    pub(crate) replay: Option<Replay>,
    /// Largest resident set.
    pub(crate) peak_bytes: u64,
    /// HTTP requests, sign-in included.
    pub(crate) round_trips: u64,
    /// Graph requests, where a batch counts as those inside it.
    pub(crate) logical_requests: u64,
    /// Requests refused for exceeding a limit.
    pub(crate) throttled: u64,
    /// Logical requests by collection.
    pub(crate) collections: BTreeMap<String, u64>,
    /// What became of each collection's objects.
    pub(crate) kept: BTreeMap<String, Verdict>,
    /// Syncs and probes after the first sync.
    pub(crate) later: Vec<Later>,
    /// Lines in which the program speaks of an error or a warning.
    pub(crate) complaints: usize,
}

impl Result {
    /// Adds what the simulator counted.
    pub(crate) fn with(mut self, stats: Stats) -> Self {
        self.round_trips = stats.round_trips;
        self.logical_requests = stats.logical_requests;
        self.throttled = stats.throttled;
        self.collections = stats.collections;
        self
    }

    /// Logical requests to these collections.
    pub(crate) fn asked(&self, collections: &[String]) -> u64 {
        collections.iter().filter_map(|collection| self.collections.get(collection)).sum()
    }

    /// What became of the objects of these collections.
    pub(crate) fn kept(&self, collections: &[String]) -> Verdict {
        collections.iter().filter_map(|collection| self.kept.get(collection)).fold(Verdict::default(), Verdict::plus)
    }
}

/// Both programs in one case.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Compared {
    /// What was held equal.
    pub(crate) case: Case,
    /// The product.
    pub(crate) ours: Result,
    /// The peer, when it was measured.
    pub(crate) intunecd: Option<Result>,
    /// Collections that both read; all that ours reads when there is no peer.
    pub(crate) common: Vec<String>,
    /// How fast it could be at best.
    pub(crate) floor: Floor,
    /// IntuneCD's wall time by ours.
    pub(crate) faster: Option<f64>,
    /// Our share of IntuneCD's logical requests to the common collections.
    pub(crate) request_share: Option<f64>,
}

impl Compared {
    /// Puts them side by side.
    pub(crate) fn of(case: Case, ours: Result, intunecd: Option<Result>) -> Self {
        let read_too = |name: &String| intunecd.as_ref().is_none_or(|theirs| theirs.collections.contains_key(name));
        let common: Vec<String> = ours.kept.keys().filter(|name| read_too(name)).cloned().collect();
        let floor = Floor::of(case, &ours);
        let faster = intunecd.as_ref().map(|theirs| theirs.seconds / ours.seconds);
        let request_share =
            intunecd.as_ref().map(|theirs| ours.asked(&common) as f64 / theirs.asked(&common).max(1) as f64);
        Self { case, ours, intunecd, common, floor, faster, request_share }
    }
}
