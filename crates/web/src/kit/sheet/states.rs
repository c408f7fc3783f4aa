//! Badges, buttons, progress, messages: the small parts.

use maud::{Markup, html};

use super::samples;
use crate::kit::badge::{Badge, Severity, badge, severity, tag};
use crate::kit::button::{Button, Press, Weight, WhyOff, button, why_off};
use crate::kit::counts::ItemCounts;
use crate::kit::notice::{Notice, empty_state, notice, skeleton};
use crate::kit::progress::{Progress, progress};
use crate::kit::toast::{cards, toast};
use crate::kit::tone::Tone;

/// All small parts; `theme` makes their ids unique.
pub(super) fn all(theme: &str) -> Markup {
    html! {
        h3 { "Badges" }
        p.row { @for each in Badge::ALL { (badge(each)) } }
        p.row {
            @for each in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low] { (severity(each)) }
            (tag("Include", "plus", Tone::Ok)) (tag("Exclude", "minus", Tone::Bad))
        }
        h3 { "Buttons" }
        (buttons(theme))
        h3 { "Progress" }
        div.grid-2 { @for (each, words) in progresses() { div { (progress(&each, words)) p.cap { (words) } } } }
        h3 { "Toasts" }
        @for each in samples::toasts() { (toast(&each)) }
        h3 { "Notification panel" }
        div.menu.still { (cards(&samples::now(), &samples::cards())) }
        h3 { "Empty" }
        (empty_state("archive", "No backup of Contoso yet",
            "A backup keeps every policy, its assignments and what they refer to.",
            Some(&button(&Button::primary("Back up now", link()))), false))
        (empty_state("search", "No operation matches", "Outcome is Failed, last 30 days.",
            Some(&button(&Button::new("Clear filters", link()))), true))
        h3 { "Loading, after 300 ms only" }
        (skeleton())
        h3 { "Error, partial, stale, waiting" }
        @for each in notices() { (notice(&each)) }
    }
}

fn link() -> Press {
    Press::Link("/t/contoso/operations".to_owned())
}

fn buttons(theme: &str) -> Markup {
    let why = WhyOff {
        id: format!("{theme}-why"),
        sentence: "You need the right “Cancel any run”. Ask an Owner of Contoso.".to_owned(),
    };
    let post = Press::Post { action: "/t/contoso/sync".to_owned(), csrf: "token".to_owned() };
    let weigh = |words: &str, weight| Button { weight, ..Button::new(words, link()) };
    html! {
        div.row {
            (button(&Button::primary("Sync inventory", post).with_icon("refresh")))
            (button(&Button::new("View run", link())))
            (button(&weigh("Save view", Weight::Ghost)))
            (button(&weigh("Delete backup set", Weight::Danger).with_icon("trash")))
            (button(&Button::new("Retry", link()).small()))
            (button(&Button::new("Cancel run", link()).off_when(Some(why.clone()))))
        }
        (why_off(&why))
    }
}

fn progresses() -> [(Progress, &'static str); 5] {
    let noun = ("file read", "files read");
    let done = ItemCounts { succeeded: 35, failed: 4, skipped: 3, href: "/t/contoso/operations/1".to_owned() };
    [
        (Progress::Working { processed: 2184, total: Some(3412), noun }, "Counted: only while running"),
        (Progress::Working { processed: 214, total: None, noun }, "Activity only"),
        (Progress::NotStarted, "Queued: no bar"),
        (Progress::Halted { processed: 3, total: Some(4) }, "Waiting mid-way: no bar"),
        (Progress::Done(done), "Completed: counts, no percentage"),
    ]
}

fn notices() -> Vec<Notice> {
    let make = |tone, icon, title: &str, text: &str, code: &str| Notice {
        tone,
        icon,
        title: title.to_owned(),
        text: text.to_owned(),
        code: code.to_owned(),
        actions: None,
    };
    vec![
        Notice {
            actions: Some(button(&Button::new("Try again", link()).small())),
            ..make(
                Tone::Bad,
                "circle-x",
                "The operations could not be read",
                "The database did not answer within 5 s. Nothing was changed.",
                "db.timeout",
            )
        },
        make(
            Tone::Warn,
            "progress",
            "Incomplete: 6 of 3,398 objects",
            "Their assignments could not be read. Their last complete versions are shown.",
            "graph.permission_denied",
        ),
        make(Tone::Mute, "history", "Observed 3 days ago", "Newer changes in Intune are not shown.", ""),
        make(
            Tone::Human,
            "user-question",
            "Waiting for approval in Intune",
            "A second administrator approves it under Tenant administration, Multi Admin Approval.",
            "",
        ),
    ]
}
