//! The cases as a person reads them.

use std::collections::BTreeMap;

use super::Throttling;
use super::replay::at_once;
use super::result::{Compared, Result};
use crate::report;

const COLUMNS: [&str; 14] = [
    "objects",
    "latency ms",
    "limits",
    "program",
    "wall s",
    "round trips",
    "requests, same types",
    "requests, all",
    "429s",
    "peak MB",
    "captured",
    "incomplete",
    "floor s",
    "ratio",
];

/// One line as soon as a case is measured.
pub(crate) fn progress(compared: &Compared) {
    let case = compared.case;
    let theirs = compared.intunecd.as_ref().map_or("-".to_owned(), |theirs| format!("{:.2} s", theirs.seconds));
    println!(
        "{} objects, {} ms, limits {}: ours {:.2} s ({}), IntuneCD {theirs}",
        case.objects,
        case.latency_ms,
        limits(case.throttling),
        compared.ours.seconds,
        compared.ours.parts.iter().map(|(name, seconds)| format!("{name} {seconds:.2}")).collect::<Vec<_>>().join(", "),
    );
}

/// All cases, two lines each.
pub(crate) fn table(cases: &[Compared]) {
    let mut table = report::table(&COLUMNS, 4);
    for compared in cases {
        let ratio = match (compared.faster, compared.request_share) {
            (Some(faster), Some(share)) => format!("{faster:.1} × faster, {:.0} % of the requests", share * 100.0),
            _ => String::new(),
        };
        let (floor, sync) = (compared.floor.seconds(), compared.ours.parts.get("sync").copied().unwrap_or_default());
        let floor = format!("{floor:.2} (sync {})", times(sync, floor));
        table.add_row(row(compared, "TenantAtlas", &compared.ours, floor, ratio));
        if let Some(theirs) = &compared.intunecd {
            table.add_row(row(compared, "IntuneCD", theirs, String::new(), String::new()));
        }
    }
    println!("{table}");
    println!("floor: latency × round trips that need each other's answers, or what the limits make our requests wait");
    println!(
        "replay floor: a bare client that sends the requests of our sync to the same simulator on this machine, {} at a \
         time, pages one after another and batches after the first page of their lists, and throws the answers away",
        at_once()
    );
    cases.iter().for_each(replayed);
    cases.iter().for_each(later);
    if let Some(compared) = cases.last() {
        println!("same types: {}", compared.common.join(", "));
    }
}

/// Our first sync beside both floors, and whose the processor time was.
fn replayed(compared: &Compared) {
    let (case, ours) = (compared.case, &compared.ours);
    let Some(replay) = ours.replay else { return };
    let part = |all: &BTreeMap<&'static str, f64>, name: &str| all.get(name).copied().unwrap_or_default();
    let (sync, floor) = (part(&ours.parts, "sync"), compared.floor.seconds());
    println!(
        "{} objects, {} ms: sync {sync:.2} s; latency floor {floor:.2} s ({}), replay floor {:.2} s ({}, {} requests); \
         processor: ours {:.2} s, simulator {:.2} s, simulator in the replay {:.2} s",
        case.objects,
        case.latency_ms,
        times(sync, floor),
        replay.seconds,
        times(sync, replay.seconds),
        replay.round_trips,
        part(&ours.processor, "sync"),
        part(&ours.processor, "simulator"),
        replay.simulator_seconds,
    );
}

/// How often the floor; there is none without latency.
fn times(seconds: f64, floor: f64) -> String {
    if floor > 0.0 { format!("{:.2} ×", seconds / floor) } else { "no ratio".to_owned() }
}

/// The later syncs and probes beside the first sync.
fn later(compared: &Compared) {
    let (case, first) = (compared.case, &compared.ours);
    for later in &first.later {
        println!(
            "{}, {} changed of {}, {} ms, limits {}: {:.2} s, {} requests in {} round trips, {} versions; the first {:.2} s, {} in {}: {:.1} % of its requests",
            later.what,
            later.changed,
            case.objects,
            case.latency_ms,
            limits(case.throttling),
            later.seconds,
            later.logical_requests,
            later.round_trips,
            later.versions,
            first.parts.get("sync").copied().unwrap_or_default(),
            first.logical_requests,
            first.round_trips,
            100.0 * later.logical_requests as f64 / first.logical_requests.max(1) as f64,
        );
    }
}

fn row(compared: &Compared, program: &str, result: &Result, floor: String, ratio: String) -> Vec<String> {
    let kept = result.kept(&compared.common);
    vec![
        compared.case.objects.to_string(),
        compared.case.latency_ms.to_string(),
        limits(compared.case.throttling).to_owned(),
        program.to_owned(),
        format!("{:.2}", result.seconds),
        result.round_trips.to_string(),
        result.asked(&compared.common).to_string(),
        result.logical_requests.to_string(),
        result.throttled.to_string(),
        format!("{:.0}", result.peak_bytes as f64 / 1e6),
        format!("{} of {}", kept.captured, kept.present),
        kept.incomplete.to_string(),
        floor,
        ratio,
    ]
}

fn limits(throttling: Throttling) -> &'static str {
    match throttling {
        Throttling::Off => "off",
        Throttling::On => "on",
        Throttling::Half => "half refused",
    }
}
