//! Counts of items: every number leads to exactly its rows.

use maud::{Markup, html};

use super::icon::icon;
use super::number::{counted, number};
use super::tone::Tone;

/// How the items of a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemCounts {
    /// Good.
    pub succeeded: u64,
    /// Failed, incomplete, conflict or unknown.
    pub failed: u64,
    /// Left alone on purpose.
    pub skipped: u64,
    /// The run's page; `?outcome=…#items` is added.
    pub href: String,
}

/// Renders the counts that are not zero, each a link to its items; "No items" when there are none.
pub fn counts(items: &ItemCounts) -> Markup {
    let all = [
        (items.succeeded, "succeeded", "check", Tone::Ok),
        (items.failed, "failed", "x", Tone::Bad),
        (items.skipped, "skipped", "player-skip-forward", Tone::Mute),
    ];
    if all.iter().all(|(value, ..)| *value == 0) {
        return html! { span.muted { "No items" } };
    }
    html! {
        ul.counts role="list" {
            @for (value, name, icon_name, tone) in all {
                @if value > 0 {
                    li {
                        a href=(format!("{}?outcome={name}#items", items.href)) data-tone=(tone) {
                            (icon(icon_name)) (number(value))
                            span.vh { " " (name) " " @if value == 1 { "item" } @else { "items" } }
                        }
                    }
                }
            }
        }
    }
}

/// A number that leads to its rows; zero is grey and not a link. `what` is read aloud: " items with this code".
pub fn linked_number(value: u64, href: &str, what: &str) -> Markup {
    html! {
        @if value == 0 { span.zero { "0" } }
        @else { a.num-a href=(href) { (number(value)) span.vh { " " (what) } } }
    }
}

/// One sentence in place of links: "35 succeeded, 4 failed, 3 skipped", or "no items".
pub fn counts_in_words(succeeded: u64, failed: u64, skipped: u64) -> String {
    let parts: Vec<_> = [(succeeded, "succeeded"), (failed, "failed"), (skipped, "skipped")]
        .into_iter()
        .filter(|(value, _)| *value > 0)
        .map(|(value, name)| counted(value, name, name))
        .collect();
    if parts.is_empty() { "no items".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_zero_is_left_out_and_a_zero_number_is_no_link() {
        let text = counts(&ItemCounts { succeeded: 1, href: "/r".to_owned(), ..Default::default() }).into_string();
        assert!(text.contains("href=\"/r?outcome=succeeded#items\"") && !text.contains("failed"), "{text}");
        assert!(text.contains("1<span class=\"vh\"> succeeded item</span>"), "{text}");
        assert!(!linked_number(0, "/x", "items").into_string().contains("href"));
    }

    #[test]
    fn words_leave_out_what_did_not_happen() {
        assert_eq!(counts_in_words(1035, 0, 3), "1,035 succeeded, 3 skipped");
        assert_eq!(counts_in_words(0, 0, 0), "no items");
    }
}
