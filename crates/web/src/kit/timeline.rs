//! The timeline of a run: a bar a phase, and the events below.

use maud::{Markup, html};

use super::duration::duration;
use super::icon::icon;
use super::time::{Now, clock_time};

/// What a stretch of time was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// Work.
    Working,
    /// Waiting: in the queue, throttled, between attempts.
    Waiting,
    /// An attempt whose worker was lost.
    Lost,
}

/// One row of the timeline.
#[derive(Debug, Clone)]
pub struct Phase {
    /// "In queue", "Attempt 1".
    pub label: String,
    /// Its stretches: kind, from and to, in milliseconds since the Unix epoch.
    pub stretches: Vec<(Stretch, i64, i64)>,
    /// What to know about it.
    pub note: Markup,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// A sentence of ours without a full stop.
    pub words: String,
}

/// Renders the phases. Bars are drawn to the scale of the whole.
pub fn timeline(now: &Now, phases: &[Phase]) -> Markup {
    let all = || phases.iter().flat_map(|phase| &phase.stretches);
    let (Some(from), Some(to)) = (all().map(|each| each.1).min(), all().map(|each| each.2).max()) else {
        return html! {};
    };
    html! {
        div.gantt {
            div.g-row.g-axis aria-hidden="true" {
                span {}
                span.g-ax { i { (now.clock(from)) } i { (now.clock(to)) } }
                span {} span.g-n {}
            }
            @for phase in phases { (phase_row(phase, from, to)) }
        }
    }
}

fn phase_row(phase: &Phase, from: i64, to: i64) -> Markup {
    let length: i64 = phase.stretches.iter().map(|(_, begin, end)| end - begin).sum();
    html! {
        div.g-row {
            span.g-l { (phase.label) }
            span.g-b {
                svg width="100%" height="28" aria-hidden="true" {
                    @for (stretch, begin, end) in &phase.stretches {
                        rect class=(class(*stretch)) x=(share(begin - from, to - from)) y="8" height="12" rx="2"
                             width=(share(end - begin, to - from)) {}
                    }
                }
            }
            span.g-d { (duration(length)) }
            span.g-n { (phase.note) }
        }
    }
}

/// The events of a run, folded when there are many. `open` shows them at once.
pub fn events(now: &Now, events: &[Event], open: bool) -> Markup {
    html! {
        details.more open[open] {
            summary { (icon("chevron-right")) (super::number::counted(events.len() as u64, "event", "events")) }
            ol.events role="list" {
                @for event in events { li { (clock_time(now, event.at_ms)) span { (event.words) } } }
            }
        }
    }
}

fn class(stretch: Stretch) -> &'static str {
    match stretch {
        Stretch::Working => "g-run",
        Stretch::Waiting => "g-wait",
        Stretch::Lost => "g-lost",
    }
}

/// A part of the whole as per cent; a whole of no length is drawn full, so that a run of 0 ms is seen.
fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return if part > 0 { "0%".to_owned() } else { "100%".to_owned() };
    }
    format!("{:.2}%", part as f64 * 100.0 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_drawn_to_the_scale_of_the_whole() {
        let phase = |label: &str, kind, from, to| Phase {
            label: label.to_owned(),
            stretches: vec![(kind, from, to)],
            note: html! {},
        };
        let phases =
            [phase("In queue", Stretch::Waiting, 0, 25_000), phase("Attempt 1", Stretch::Working, 25_000, 100_000)];
        let text = timeline(&Now::new(100_000, "UTC"), &phases).into_string();
        assert!(text.contains("class=\"g-wait\" x=\"0.00%\"") && text.contains("width=\"25.00%\""), "{text}");
        assert!(text.contains("class=\"g-run\" x=\"25.00%\"") && text.contains("1 min 15 s"), "{text}");
    }

    #[test]
    fn a_run_without_phases_has_no_timeline() {
        assert_eq!(timeline(&Now::new(0, "UTC"), &[]).into_string(), "");
    }
}
