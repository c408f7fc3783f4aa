//! Progress: a bar only where both numbers are known and somebody is working.

use maud::{Markup, html};

use super::counts::{ItemCounts, counts};
use super::number::{counted, number};

/// Where a run stands, as far as progress goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// No worker has begun.
    NotStarted,
    /// A worker is at it. `total` is absent while it is not known.
    Working {
        /// Items that ended.
        processed: u64,
        /// All items, when known.
        total: Option<u64>,
        /// What an item is, singular and plural: ("policy read", "policies read").
        noun: (&'static str, &'static str),
    },
    /// It began and now waits; a bar would promise movement.
    Halted {
        /// Items that ended.
        processed: u64,
        /// All items, when known.
        total: Option<u64>,
    },
    /// It ended: counts that lead to the items.
    Done(ItemCounts),
}

/// Renders progress. `label` names the bar for people who do not see it: "Sync inventory, 61 types".
pub fn progress(progress: &Progress, label: &str) -> Markup {
    match progress {
        Progress::NotStarted => html! { span.muted.idle { "Not started" } },
        Progress::Working { processed, total: Some(total), .. } if *total > 0 => bar(*processed, *total, label),
        Progress::Working { processed, noun, .. } => html! {
            div.prog {
                span.activity aria-hidden="true" {}
                span.prog-t {
                    @if *processed == 0 { "Reading, total not known yet" }
                    @else { (counted(*processed, noun.0, noun.1)) ", total not known yet" }
                }
            }
        },
        Progress::Halted { processed, total: Some(total) } => html! {
            span.muted { (number(*processed)) " of " (number(*total)) " done" }
        },
        Progress::Halted { processed, total: None } => html! { span.muted { (number(*processed)) " done" } },
        Progress::Done(items) => counts(items),
    }
}

fn bar(processed: u64, total: u64, label: &str) -> Markup {
    let processed = processed.min(total);
    html! {
        div.prog {
            progress max=(total) value=(processed) aria-label=(label) {}
            span.prog-t { b { (percent(processed, total)) " %" } " " (number(processed)) " of " (number(total)) }
        }
    }
}

/// Whole per cent, rounded down: 100 only when everything is done. `total` is above zero.
fn percent(processed: u64, total: u64) -> u64 {
    let share = u128::from(processed) * 100 / u128::from(total.max(1));
    u64::try_from(share).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn working(processed: u64, total: Option<u64>) -> String {
        progress(&Progress::Working { processed, total, noun: ("file read", "files read") }, "Import").into_string()
    }

    #[test]
    fn a_bar_needs_both_numbers_and_a_worker() {
        let text = working(2184, Some(3412));
        assert!(text.contains("<progress max=\"3412\" value=\"2184\" aria-label=\"Import\">"), "{text}");
        assert!(text.contains("<b>64 %</b> 2,184 of 3,412"), "{text}");
    }

    #[test]
    fn without_a_total_there_is_movement_but_no_percentage() {
        for text in [working(214, None), working(214, Some(0))] {
            assert!(text.contains("214 files read, total not known yet"), "{text}");
            assert!(!text.contains('%') && !text.contains("<progress"), "{text}");
        }
    }

    #[test]
    fn queued_and_waiting_runs_have_no_bar() {
        let queued = progress(&Progress::NotStarted, "x").into_string();
        let halted = progress(&Progress::Halted { processed: 3, total: Some(4) }, "x").into_string();
        assert!(halted.contains("3 of 4 done"), "{halted}");
        for text in [queued, halted] {
            assert!(!text.contains("<progress") && !text.contains('%') && !text.contains("activity"), "{text}");
        }
    }

    #[test]
    fn a_hundred_per_cent_is_said_only_when_all_are_done() {
        assert_eq!(percent(3411, 3412), 99);
        assert_eq!(percent(3412, 3412), 100);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
    }

    #[test]
    fn a_completed_run_shows_counts_and_no_percentage() {
        let items = ItemCounts { succeeded: 35, failed: 4, skipped: 3, href: "/r/1".to_owned() };
        let text = progress(&Progress::Done(items), "x").into_string();
        assert!(text.contains("35<span class=\"vh\"> succeeded items</span>") && !text.contains('%'), "{text}");
    }
}
