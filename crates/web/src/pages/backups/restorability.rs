//! What of a set could be written back today, on its page: how much of each item, how much of the whole, and why not more.

use app::backups::{Restorable, Summary, Verdict, restorability, restorability_words};
use maud::{Markup, html};
use store::{BackupSet, TenantScope};

use crate::errors::{WebError, sentence};
use crate::fields::Fields;
use crate::frame::Place;
use crate::kit::badge::tag;
use crate::kit::button::{Button, Press, button};
use crate::kit::facts::section;
use crate::kit::number::{counted, number};
use crate::kit::tone::Tone;

/// A set of more items is judged as a whole when somebody asks: it takes as long as reading all of it.
const AT_ONCE_MAX: u64 = 1_000;

/// The answer about one item.
pub(super) fn answer(verdict: &Verdict) -> Markup {
    match verdict.answer {
        Restorable::Yes => tag("Yes", "check", Tone::Ok),
        Restorable::Partly => tag("Partly", "circle-half-2", Tone::Warn),
        Restorable::No => tag("No", "minus", Tone::Mute),
    }
}

/// Why not all of it, one line each.
pub(super) fn why(verdict: &Verdict) -> Markup {
    html! {
        @if !verdict.why.is_empty() {
            ul.why role="list" { @for each in &verdict.why { li { (sentence(&each.message)) " " code { (each.code) } } } }
        }
    }
}

/// The first reason of an item, and how many more there are.
pub(super) fn first_why(verdict: &Verdict) -> String {
    let more = verdict.why.len().saturating_sub(1);
    let first = verdict.why.first().map(|why| sentence(&why.message)).unwrap_or_default();
    if more == 0 { first } else { format!("{first} And {}.", counted(more as u64, "more reason", "more reasons")) }
}

/// The whole set, or the link that judges a large one.
pub(super) async fn summary_section(
    place: &Place<'_>,
    scope: &TenantScope,
    set: &BackupSet,
    path: &str,
) -> Result<Markup, WebError> {
    let items = set.items + set.incomplete;
    if items == 0 {
        return Ok(html! {});
    }
    if items > AT_ONCE_MAX && !place.asked.has("judge", "all") {
        let all = Press::Link(Fields::default().with("judge", "all").href(path));
        let body = html! {
            p { "Below, each item says whether it could be restored. Judging all " (number(items)) " takes some seconds." }
            div.row-acts { (button(&Button::new("Judge the whole set", all).with_icon("shield-check"))) }
        };
        return Ok(section("restorable", "What could be restored today", "", &body));
    }
    let found = restorability(place.shared.db(), scope, set.id).await?;
    Ok(section("restorable", "What could be restored today", "", &summary(&found)))
}

fn summary(found: &Summary) -> Markup {
    let answers = [
        (found.yes, "as a whole", "check", Tone::Ok),
        (found.partly, "partly", "circle-half-2", Tone::Warn),
        (found.no, "not at all", "minus", Tone::Mute),
    ];
    html! {
        ul.links role="list" {
            @for (count, words, icon, tone) in answers {
                @if count > 0 { li { (tag(&counted(count, "item", "items"), icon, tone)) " " (words) } }
            }
        }
        @if !found.reasons.is_empty() {
            ul.links role="list" {
                @for (code, count) in &found.reasons { li { span { (restorability_words(code)) ": " (number(*count)) " " code { (code) } } } }
            }
        }
        p.help { "Judged by the registry, by what the set holds and by the last sync. Nothing is asked of Microsoft." }
    }
}
