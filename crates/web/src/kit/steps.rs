//! The steps of something that is done one after the other, each an address of its own.

use maud::{Markup, html};

use super::icon::icon;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It is done.
    Done,
    /// Something about it should be looked at.
    Warning,
    /// It is still to come.
    ToDo,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// "Scope".
    pub words: &'static str,
    /// "9 of 214 items".
    pub note: String,
    /// Its address.
    pub href: String,
    /// How far it is.
    pub state: StepState,
    /// The one that the page shows.
    pub current: bool,
}

/// Renders the steps, numbered from 1.
pub fn steps(all: &[StepView]) -> Markup {
    html! {
        ol.steps id="steps" role="list" aria-label="Steps" {
            @for (number, step) in (1..).zip(all) {
                li class=(class(step)) aria-current=[step.current.then_some("step")] {
                    a href=(step.href) {
                        span.st-i aria-hidden="true" {
                            @match (step.current, step.state) {
                                (false, StepState::Done) => { (icon("check")) }
                                (false, StepState::Warning) => { (icon("alert-triangle")) }
                                _ => { (number) }
                            }
                        }
                        span { b { (step.words) } small { (step.note) } }
                    }
                }
            }
        }
    }
}

fn class(step: &StepView) -> &'static str {
    match (step.current, step.state) {
        (true, _) => "st-now",
        (_, StepState::Done) => "st-done",
        (_, StepState::Warning) => "st-warn",
        (_, StepState::ToDo) => "st-todo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_that_is_shown_says_so_and_keeps_its_number() {
        let step = |words, current| StepView {
            words,
            note: String::new(),
            href: "/x".to_owned(),
            state: StepState::Done,
            current,
        };
        let text = steps(&[step("Source", false), step("Scope", true)]).into_string();
        assert!(text.contains("class=\"st-now\" aria-current=\"step\""), "{text}");
        assert!(text.contains("<span class=\"st-i\" aria-hidden=\"true\">2</span>"), "{text}");
        assert_eq!(text.matches("aria-current").count(), 1, "{text}");
    }
}
