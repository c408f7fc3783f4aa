//! The timeline of a run: queue, attempts and waits, drawn from its events.

use maud::{Markup, html};
use model::run::Status;
use store::{EventRow, RunRow};

use crate::frame::capital;
use crate::kit::duration::duration;
use crate::kit::facts::section;
use crate::kit::time::Now;
use crate::kit::timeline::{Event, Phase, Stretch, events as event_list, timeline};

/// Renders it.
pub(super) fn timeline_section(now: &Now, run: &RunRow, events: &[EventRow]) -> Markup {
    let end = run.completed_at.unwrap_or(run.database_now_ms);
    let phases = phases(run, events, end);
    let waited: i64 = phases
        .iter()
        .flat_map(|phase| &phase.stretches)
        .filter(|each| each.0 == Stretch::Waiting)
        .map(|each| each.2 - each.1)
        .sum();
    let note = format!("{}, of which {} waiting", duration(end - run.created_at), duration(waited));
    let said: Vec<Event> = events.iter().map(|event| Event { at_ms: event.at, words: words(run, event) }).collect();
    let body = html! { (timeline(now, &phases)) (event_list(now, &said, said.len() <= 6)) };
    section("timeline", "Timeline", &note, &body)
}

/// A claim ends a wait; everything else that gives the run back begins one.
fn phases(run: &RunRow, events: &[EventRow], end: i64) -> Vec<Phase> {
    let mut phases = Vec::new();
    let mut since = run.created_at;
    let mut working: Option<i64> = None;
    let mut why = "In queue".to_owned();
    for event in events {
        match event.kind.as_str() {
            "claimed" if working.is_none() => {
                phases.push(phase(&why, Stretch::Waiting, since, event.at, ""));
                working = Some(event.attempt);
                since = event.at;
            }
            "waiting" | "retrying" | "released" | "worker_lost" => {
                let Some(attempt) = working.take() else { continue };
                let lost = event.kind == "worker_lost";
                let stretch = if lost { Stretch::Lost } else { Stretch::Working };
                phases.push(phase(
                    &format!("Attempt {attempt}"),
                    stretch,
                    since,
                    event.at,
                    if lost { "Its worker was lost" } else { "" },
                ));
                why = match event.kind.as_str() {
                    "worker_lost" => "Taken over".to_owned(),
                    "waiting" => "Waiting".to_owned(),
                    _ => "Between attempts".to_owned(),
                };
                since = event.at;
            }
            _ => {}
        }
    }
    match working {
        Some(attempt) => phases.push(phase(&format!("Attempt {attempt}"), Stretch::Working, since, end, "")),
        None if run.status != Status::Completed => phases.push(phase(&why, Stretch::Waiting, since, end, "")),
        None => {}
    }
    phases
}

fn phase(label: &str, stretch: Stretch, from: i64, to: i64, note: &str) -> Phase {
    Phase { label: label.to_owned(), stretches: vec![(stretch, from, to.max(from))], note: html! { (note) } }
}

fn words(run: &RunRow, event: &EventRow) -> String {
    let what = match event.kind.as_str() {
        "queued" => format!("Queued by {}", run.initiator_name),
        "claimed" => format!("Attempt {} began", event.attempt),
        "waiting" => "Waiting".to_owned(),
        "retrying" => "Waiting for the next attempt".to_owned(),
        "released" => "Given back by a worker that stops".to_owned(),
        "worker_lost" => "Its worker was lost".to_owned(),
        "cancel_requested" => "Cancel requested".to_owned(),
        "finished" => "Finished".to_owned(),
        other => capital(&other.replace('_', " ")),
    };
    match &event.reason {
        Some(reason) if !reason.sentence.is_empty() => format!("{what}: {}", reason.sentence.trim_end_matches('.')),
        _ => what,
    }
}
