//! Codes and ids, in the system's mono type.

use maud::{Markup, html};

use super::icon::icon;

/// A stable code, such as `graph.throttled`.
pub fn code(text: &str) -> Markup {
    html! { code { (text) } }
}

/// An id with a button that copies it. `what` names it: "run id".
pub fn copyable(id: &str, what: &str) -> Markup {
    html! {
        span.mono { (id) } " "
        button.btn.ghost.sm.icon-only type="button" data-copy=(id) aria-label=(format!("Copy {what}")) { (icon("copy")) }
    }
}

/// The short form of a prefixed id: `run_…h6n4vfd`. Short ids stay whole.
pub fn short_id(id: &str) -> String {
    const TAIL: usize = 7;
    let (prefix, rest) = id.split_once('_').unwrap_or(("", id));
    if rest.chars().count() <= TAIL + 2 {
        return id.to_owned();
    }
    let skip = rest.chars().count() - TAIL;
    let tail: String = rest.chars().skip(skip).collect();
    if prefix.is_empty() { format!("…{tail}") } else { format!("{prefix}_…{tail}") }
}

#[cfg(test)]
mod tests {
    use super::short_id;

    #[test]
    fn a_long_id_keeps_its_kind_and_its_tail() {
        assert_eq!(short_id("run_01kasq7w3ye8bt2m9x5h6n4vfd"), "run_…h6n4vfd");
        assert_eq!(short_id("run_abc"), "run_abc");
    }
}
