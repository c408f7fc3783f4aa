//! JSON as it was captured: whole, wrapped, with a button that copies it.

use maud::{Markup, html};
use serde_json::Value;

use super::icon::icon;

/// Shows a JSON value, indented by two. `label` names it for people who do not see it: "JSON of WIN – Firewall".
pub fn json_viewer(value: &Value, label: &str) -> Markup {
    let text = serde_json::to_string_pretty(value).expect("a JSON value has only string keys");
    html! {
        div.json {
            button.btn.sm type="button" data-copy=(text) { (icon("copy")) "Copy JSON" }
            pre tabindex="0" role="region" aria-label=(label) { @for line in text.lines() { (json_line(line)) "\n" } }
        }
    }
}

/// A property name is set apart from its value; that is all the colour JSON needs.
fn json_line(line: &str) -> Markup {
    let indent = line.len() - line.trim_start().len();
    let (space, rest) = line.split_at(indent);
    match rest.strip_prefix('"').and_then(|text| text.find("\": ").map(|at| rest.split_at(at + 2))) {
        Some((name, value)) => html! { (space) span.json-n { (name) } (value) },
        None => html! { (line) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_looks_like_markup_stays_text() {
        let text = json_viewer(&serde_json::json!({"a": "</pre><script>x</script>"}), "JSON").into_string();
        assert!(!text.contains("<script>"), "{text}");
        assert!(text.contains("<span class=\"json-n\">&quot;a&quot;</span>: "), "{text}");
    }
}
