//! What restores, actions and risks look like everywhere.

use maud::{Markup, html};
use model::registry::{Registry, Risk};
use model::restore::Purpose;
use store::{Restore, RestoreState, RunRow};

use crate::kit::badge::{Severity, badge, severity, tag};
use crate::kit::tone::Tone;
use crate::pages::operations::run_badge;

/// Where a restore stands; an executed one as its run ended.
pub(super) fn state(restore: &Restore, run: Option<&RunRow>) -> Markup {
    match (restore.state, run) {
        (RestoreState::Executed, Some(run)) => badge(run_badge(run)),
        (RestoreState::Executed, None) => tag("Executed", "circle-check", Tone::Ok),
        (RestoreState::Draft, _) => tag("Draft", "pencil", Tone::Mute),
        (RestoreState::Discarded, _) => tag("Given up", "circle-minus", Tone::Mute),
    }
}

/// Word, icon and tone of what a plan does with objects; the words of [`app::restores::ShownPlan::actions`].
pub(super) fn look(action: &str) -> (&'static str, &'static str, Tone) {
    match action {
        "create" => ("Create", "plus", Tone::Ok),
        "update" => ("Update", "pencil", Tone::Info),
        "assignments_only" => ("Assignments only", "users", Tone::Info),
        "bring_back" => ("Bring back", "rotate-clockwise", Tone::Ok),
        "remove" => ("Remove", "trash", Tone::Warn),
        "by_hand" => ("By hand", "user-question", Tone::Human),
        "impossible" => ("Not possible", "circle-x", Tone::Bad),
        _ => ("Skip", "player-skip-forward", Tone::Mute),
    }
}

/// Every action, in the order of the facets.
pub(super) const ACTIONS: [&str; 8] =
    ["create", "update", "assignments_only", "bring_back", "remove", "by_hand", "impossible", "skip"];

pub(super) fn action_tag(word: &str) -> Markup {
    let (words, icon, tone) = look(word);
    tag(words, icon, tone)
}

/// How much a wrong write of that type can hurt.
pub(super) fn risk(type_key: &str) -> Markup {
    html! {
        @match Registry::embedded().get(type_key) {
            Some(contract) => { (severity(severity_of(contract.risk))) }
            None => { span.muted { "–" } }
        }
    }
}

pub(super) fn severity_of(risk: Risk) -> Severity {
    match risk {
        Risk::Low => Severity::Low,
        Risk::Medium => Severity::Medium,
        Risk::High => Severity::High,
        Risk::Critical => Severity::Critical,
    }
}

/// What a request is for.
pub(super) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Create => "Makes the object",
        Purpose::BringBack => "Brings it back from deleted items",
        Purpose::Remove => "Removes it",
        Purpose::Update => "Changes its properties",
        Purpose::Part => "Writes a part of it",
        Purpose::Assign => "Writes its whole list of assignments",
        Purpose::AddAssignment => "Adds an assignment",
        Purpose::RemoveAssignment => "Removes an assignment",
        Purpose::Priority => "Moves it among others of its kind",
    }
}

/// The first letters of a plan's hash.
pub(super) fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}

/// A name, or that there is none.
pub(super) fn named(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}
