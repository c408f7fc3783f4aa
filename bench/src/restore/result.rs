//! What a restore took on both sides, as a person reads it.

use std::collections::BTreeMap;

use model::run::Outcome;
use serde::Serialize;

use super::{SPAN, WRITES};
use crate::machine::Machine;
use crate::report;

const COLUMNS: [&str; 9] = ["program", "s", "floor s", "ratio", "writes", "429s", "requests", "right", "peak MB"];

/// What one program took.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    /// What came before the writes and may be read by a person first: our preview.
    pub(super) preparation_seconds: f64,
    /// Of the restore itself.
    pub(super) seconds: f64,
    /// Writes that took effect.
    pub(super) writes: u64,
    /// Graph requests, where a batch counts as those inside it.
    pub(super) requests: u64,
    /// Refused for exceeding a limit.
    pub(super) refused: u64,
    /// Objects that are not in the tenant as they were in the source, with everything that an administrator decides: what
    /// of them, and how many.
    pub(super) wrong: BTreeMap<String, usize>,
    /// Lines in which the program speaks of an error or a warning; items of ours that failed.
    pub(super) complaints: usize,
    pub(super) peak_bytes: u64,
}

impl Measured {
    /// What the limit makes these writes wait: a full window may be written at once, each further one when the one before
    /// has passed.
    fn floor_seconds(&self) -> f64 {
        (self.writes.saturating_sub(1) / WRITES * SPAN) as f64
    }

    fn tell_wrong(&self, program: &str) {
        self.wrong.iter().for_each(|(what, count)| println!("{program}, not right: {count} of {what}"));
    }

    fn row(&self, program: &str, objects: usize) -> Vec<String> {
        let floor = self.floor_seconds();
        vec![
            program.to_owned(),
            format!("{:.1}", self.seconds),
            format!("{floor:.1}"),
            format!("{:.2}", self.seconds / floor.max(f64::EPSILON)),
            self.writes.to_string(),
            self.refused.to_string(),
            self.requests.to_string(),
            format!("{} of {objects}", objects.saturating_sub(self.wrong.values().sum())),
            format!("{:.0}", self.peak_bytes as f64 / 1e6),
        ]
    }
}

/// Both programs.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) machine: Machine,
    pub(super) load_after: f64,
    pub(super) latency_ms: u64,
    pub(super) objects: usize,
    /// How our run ended.
    pub(super) outcome: Outcome,
    pub(super) ours: Measured,
    /// Name and version of the peer.
    pub(super) peer: Option<String>,
    pub(super) intunecd: Option<Measured>,
}

impl Report {
    /// For people.
    pub(super) fn show(&self) {
        let (ours, objects) = (&self.ours, self.objects);
        let mut table = report::table(&COLUMNS, 1);
        table.add_row(ours.row("TenantAtlas", objects));
        if let Some(theirs) = &self.intunecd {
            table.add_row(theirs.row("IntuneCD", objects));
        }
        println!("{table}");
        ours.tell_wrong("TenantAtlas");
        self.intunecd.iter().for_each(|theirs| theirs.tell_wrong("IntuneCD"));
        println!(
            "{objects} objects, {} ms; ours: {}, preview {:.1} s before it, {} failed",
            self.latency_ms, self.outcome, ours.preparation_seconds, ours.complaints
        );
        if let Some(theirs) = &self.intunecd {
            println!(
                "IntuneCD: {} complaints; ours {:.1} × faster, {:.1} × with its preview",
                theirs.complaints,
                theirs.seconds / ours.seconds,
                theirs.seconds / (ours.seconds + ours.preparation_seconds),
            );
        }
        println!("floor: what {WRITES} writes in {SPAN} s make the writes of that program wait");
    }
}
