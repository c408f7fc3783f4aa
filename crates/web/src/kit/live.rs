//! Live updates: one stream a page. Rows are replaced in place; newer rows wait behind a bar.

use maud::{Markup, PreEscaped, html};

use super::icon::icon;
use super::number::counted;

/// An element that listens to `stream` while `body` is on the page. The stream ends itself with an event named `end`.
pub fn live_region(id: &str, stream: &str, body: &Markup) -> Markup {
    html! {
        div id=(id) hx-sse:connect=(stream) hx-sse:close="end" hx-swap="none" { (body) }
    }
}

/// The mark that says whether updates arrive, with its pause button. app.js shows it once a stream is open.
pub fn live_mark() -> Markup {
    html! {
        p.live data-live-mark hidden {
            span.live-dot {}
            span role="status" data-live { "Live" }
            button.btn.ghost.sm type="button" data-pause aria-keyshortcuts="p" { (icon("player-pause")) span { "Pause" } }
        }
    }
}

/// The place of the bar, empty. `id` is unique on the page; an update with [`inner_update`] fills it.
pub fn newer_place(id: &str) -> Markup {
    html! { div.newer-place id=(id) role="status" {} }
}

/// The bar: "2 newer operations. Show them". A plain link to `href`; with scripts only `target` is replaced.
pub fn newer_bar(count: u64, one: &str, many: &str, href: &str, target: &str) -> Markup {
    let target = format!("#{target}");
    html! {
        a.newer href=(href) hx-get=(href) hx-target=(target) hx-select=(target) hx-swap="outerHTML" {
            (icon("chevron-up")) (counted(count, one, many)) ". Show them"
        }
    }
}

/// The body of a message that replaces the element with this id by `markup`, which must carry the same id.
/// The element keeps its focus: it is changed, not removed.
pub fn outer_update(id: &str, markup: &Markup) -> String {
    update(id, "outerMorph", markup)
}

/// The body of a message that fills the element with this id.
pub fn inner_update(id: &str, markup: &Markup) -> String {
    update(id, "innerHTML", markup)
}

fn update(id: &str, swap: &str, markup: &Markup) -> String {
    let target = format!("#{id}");
    // No line break outside the markup: a message's data lines are joined again by the browser either way.
    html! { hx-partial hx-target=(target) hx-swap=(swap) { (PreEscaped(&markup.0)) } }.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_update_names_its_row_and_keeps_the_element() {
        let row = html! { tr id="run_1" { td { "Succeeded" } } };
        assert_eq!(
            outer_update("run_1", &row),
            "<hx-partial hx-target=\"#run_1\" hx-swap=\"outerMorph\"><tr id=\"run_1\"><td>Succeeded</td></tr></hx-partial>"
        );
    }

    #[test]
    fn the_newer_bar_is_a_link_that_works_without_scripts() {
        let text = newer_bar(1, "newer operation", "newer operations", "/t/c/operations", "ops").into_string();
        assert!(text.contains("href=\"/t/c/operations\"") && text.contains("1 newer operation. Show them"), "{text}");
    }
}
