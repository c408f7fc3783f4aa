//! Questions of a restore and their answers: where an object goes, and what stands for what it names.

use app::restores::{Candidate, MappedReference, MappedTarget, Mapping, Origin, ReferenceAnswer, TargetAnswer};
use maud::{Markup, html};
use model::restore::Why;

use super::wizard::Wizard;
use super::words::named;
use crate::errors::sentence;
use crate::fields::Fields;
use crate::kit::badge::tag;
use crate::kit::code::short_id;
use crate::kit::facts::section;
use crate::kit::icon::icon;
use crate::kit::number::counted;
use crate::kit::table::{cell, row};
use crate::kit::tone::Tone;
use crate::pages::inventory::{one_label, type_label};

/// In front of the field of an object, and of the one where another id of it is typed.
pub(super) const TARGET: &str = "t:";
pub(super) const TARGET_ID: &str = "ti:";
/// The same of a reference.
pub(super) const REFERENCE: &str = "r:";
pub(super) const REFERENCE_ID: &str = "ri:";

/// One line of the third step.
pub(super) enum Question<'a> {
    /// Where an object goes.
    Target(&'a MappedTarget),
    /// What a reference becomes.
    Reference(&'a MappedReference),
}

/// Everything that is asked, objects first.
pub(super) fn questions(mapping: &Mapping) -> Vec<Question<'_>> {
    let targets = mapping.targets.iter().map(Question::Target);
    targets.chain(mapping.references.iter().map(Question::Reference)).collect()
}

/// An answer as the page shows it.
struct Shown {
    /// What it is now, for the first line of the select.
    words: String,
    /// How it came about.
    mark: Markup,
    /// What is asked, when nobody has answered.
    why: Option<Why>,
    /// The value of the select that stands for it, when a person chose it.
    chosen: Option<String>,
}

impl Question<'_> {
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Target(target) => matches!(target.answer, TargetAnswer::Open(_)),
            Self::Reference(reference) => matches!(reference.answer, ReferenceAnswer::Open(_)),
        }
    }

    /// Whether the answer follows from an id and asks nobody.
    fn is_certain(&self) -> bool {
        match self {
            Self::Target(target) => matches!(
                target.answer,
                TargetAnswer::InPlace(_, Origin::Certain) | TargetAnswer::New(Origin::Certain) | TargetAnswer::Removed
            ),
            Self::Reference(reference) => {
                matches!(reference.answer, ReferenceAnswer::Keep(Origin::Certain) | ReferenceAnswer::WithThis(_))
            }
        }
    }

    pub(super) fn is_shown(&self, show: &str) -> bool {
        match show {
            "open" => self.is_open(),
            "answers" => !self.is_certain(),
            _ => true,
        }
    }

    fn field(&self) -> String {
        match self {
            Self::Target(target) => format!("{TARGET}{}", target.object.text()),
            Self::Reference(mapped) => {
                format!("{REFERENCE}{}/{}", mapped.reference.kind, mapped.reference.external_id)
            }
        }
    }

    fn typed_field(&self) -> String {
        match self {
            Self::Target(target) => format!("{TARGET_ID}{}", target.object.text()),
            Self::Reference(mapped) => {
                format!("{REFERENCE_ID}{}/{}", mapped.reference.kind, mapped.reference.external_id)
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Target(target) => named(&target.name).to_owned(),
            Self::Reference(mapped) => mapped.name.clone().unwrap_or_else(|| short_id(&mapped.reference.external_id)),
        }
    }

    fn candidates(&self) -> &[Candidate] {
        match self {
            Self::Target(target) => &target.candidates,
            Self::Reference(reference) => &reference.candidates,
        }
    }

    /// What it is and who asks.
    fn about(&self) -> Markup {
        match self {
            Self::Target(target) => html! { span.row-t { (type_label(&target.object.type_key)) } },
            Self::Reference(mapped) => {
                let others = mapped.used_by.saturating_sub(mapped.users.len()) as u64;
                html! {
                    span.row-t { (one_label(&mapped.reference.kind)) }
                    @if mapped.name.is_some() { " " span.muted.mono { (short_id(&mapped.reference.external_id)) } }
                    p.why {
                        "Named by " (mapped.users.join(", "))
                        @if others > 0 { " and " (counted(others, "other", "others")) }
                        @if mapped.only_in_assignments { ", in assignments only" }
                    }
                }
            }
        }
    }

    fn shown(&self) -> Shown {
        match self {
            Self::Target(target) => target_shown(&target.answer),
            Self::Reference(mapped) => reference_shown(&mapped.answer),
        }
    }
}

fn origin(origin: Origin) -> Markup {
    match origin {
        Origin::Certain => tag("By its id", "lock", Tone::Mute),
        Origin::Chosen => tag("Chosen by you", "check", Tone::Ok),
        Origin::Remembered => tag("From an earlier restore", "history", Tone::Ok),
        Origin::ByName => tag("Same name", "check", Tone::Ok),
    }
}

/// A person's own choice keeps its line in the select; what was found by rule is the first one.
fn own(from: Origin, value: String) -> Option<String> {
    (from == Origin::Chosen).then_some(value)
}

fn target_shown(answer: &TargetAnswer) -> Shown {
    let (words, mark, chosen) = match answer {
        TargetAnswer::InPlace(candidate, from) => {
            (format!("Change “{}” in place", candidate.name), origin(*from), own(*from, format!("id:{}", candidate.id)))
        }
        TargetAnswer::New(from) => ("Make a new one".to_owned(), origin(*from), own(*from, "new".to_owned())),
        TargetAnswer::Removed => ("Remove it again".to_owned(), tag("Made by the restore", "trash", Tone::Warn), None),
        TargetAnswer::LeftOut => {
            ("Leave it out".to_owned(), tag("Left out", "player-skip-forward", Tone::Mute), Some("skip".to_owned()))
        }
        TargetAnswer::Open(why) => return asked(why),
    };
    Shown { words, mark, why: None, chosen }
}

fn reference_shown(answer: &ReferenceAnswer) -> Shown {
    let (words, mark, chosen) = match answer {
        ReferenceAnswer::Keep(from) => ("Keep as it is".to_owned(), origin(*from), own(*from, "keep".to_owned())),
        ReferenceAnswer::Use(candidate, from) => {
            (candidate.name.clone(), origin(*from), own(*from, format!("id:{}", candidate.id)))
        }
        ReferenceAnswer::WithThis(_) => {
            ("What this restore writes".to_owned(), tag("In this restore", "check", Tone::Ok), None)
        }
        ReferenceAnswer::LeftOut => {
            ("Leave it out".to_owned(), tag("Left out", "player-skip-forward", Tone::Mute), Some("skip".to_owned()))
        }
        ReferenceAnswer::Open(why) => return asked(why),
    };
    Shown { words, mark, why: None, chosen }
}

fn asked(why: &Why) -> Shown {
    Shown {
        words: "Choose".to_owned(),
        mark: tag("Not answered", "circle-x", Tone::Bad),
        why: Some(why.clone()),
        chosen: None,
    }
}

/// The questions of one sort, as a table; nothing when there are none on this page.
pub(super) fn section_of(
    id: &'static str,
    title: &str,
    part: &[&Question<'_>],
    wizard: &Wizard<'_>,
    said: &Fields,
    off: bool,
) -> Markup {
    let objects = id == "objects";
    let wanted: Vec<&&Question<'_>> =
        part.iter().filter(|question| matches!(question, Question::Target(_)) == objects).collect();
    if wanted.is_empty() {
        return html! {};
    }
    let names = format!("{}/names", wizard.path());
    let form = Form { names: &names, said, off };
    let rows: Vec<Markup> =
        wanted.iter().enumerate().map(|(at, question)| line(question, &format!("{id}-{at}"), &form)).collect();
    let body = html! {
        table.table.stack role="table" {
            caption.vh { (title) " and where each goes" }
            thead role="rowgroup" {
                tr role="row" {
                    th role="columnheader" scope="col" { "In the source" }
                    th role="columnheader" scope="col" { "In " (wizard.tenant) }
                    th.c-map role="columnheader" scope="col" { "Match" }
                }
            }
            tbody role="rowgroup" { @for row in &rows { (row) } }
        }
    };
    section(id, title, "", &body)
}

/// What all controls of the form have in common.
struct Form<'a> {
    /// Where names are looked up while somebody types.
    names: &'a str,
    /// What was sent already, when something of it was wrong.
    said: &'a Fields,
    /// Whether nothing can be changed.
    off: bool,
}

fn line(question: &Question<'_>, id: &str, form: &Form<'_>) -> Markup {
    let (name, shown) = (question.name(), question.shown());
    let first = html! { b { (name) } " " (question.about()) };
    row(
        "",
        &[
            cell("c-main", "", &first),
            cell("c-main", "", &control(question, &shown, id, &name, form)),
            cell("c-map", "", &shown.mark),
        ],
    )
}

/// The answers that can be chosen, and the field for one that is not among them.
fn control(question: &Question<'_>, shown: &Shown, id: &str, name: &str, form: &Form<'_>) -> Markup {
    if form.off || matches!(question, Question::Target(target) if target.answer == TargetAnswer::Removed) {
        return html! { (shown.words) @if let Some(why) = &shown.why { p.why { (sentence(&why.message)) " " code { (why.code) } } } };
    }
    let error = format!("{id}-e");
    let about = if shown.why.is_some() { format!("names-help {error}") } else { "names-help".to_owned() };
    let picked = form.said.get(&question.field()).or(shown.chosen.as_deref());
    let (typed, offers) = (question.typed_field(), format!("{id}-l"));
    html! {
        label.vh for=(id) { "Answer for " (name) }
        select.input.wide id=(id) name=(question.field()) aria-describedby=(about) aria-invalid=[shown.why.as_ref().map(|_| "true")] {
            @for (value, words) in options(question, shown) {
                option value=(value) selected[picked == Some(value.as_str())] { (words) }
            }
        }
        div.pick {
            label for=(format!("{id}-i")) { "Or another" span.vh { " for " (name) } }
            input.input.sm id=(format!("{id}-i")) name=(typed) value=(form.said.text(&typed)) list=(offers) autocomplete="off" spellcheck="false" placeholder="Name or id"
                hx-get=(form.names) hx-trigger="input changed delay:250ms" hx-target=(format!("#{offers}")) hx-swap="innerHTML";
            datalist id=(offers) {}
        }
        @if let Some(why) = &shown.why {
            p.err id=(error) { (icon("circle-x")) span { (sentence(&why.message)) " " code { (why.code) } } }
        }
    }
}

/// Value and words; the first is what is found without a person.
fn options(question: &Question<'_>, shown: &Shown) -> Vec<(String, String)> {
    let found = if shown.chosen.is_some() { "What is found by rule".to_owned() } else { shown.words.clone() };
    let mut all = vec![(String::new(), found)];
    let change = matches!(question, Question::Target(_));
    for candidate in question.candidates() {
        let verb = if change { "Change " } else { "" };
        let note = if candidate.note.is_empty() { String::new() } else { format!(". {}", candidate.note) };
        let words = format!("{verb}“{}” ({}){note}", candidate.name, short_id(&candidate.id));
        all.push((format!("id:{}", candidate.id), words));
    }
    if change {
        all.push(("new".to_owned(), "Make a new one".to_owned()));
    } else {
        if matches!(question, Question::Reference(mapped) if mapped.can_come_along) {
            all.push(("along".to_owned(), "Restore it, too".to_owned()));
        }
        all.push(("keep".to_owned(), "Keep as it is".to_owned()));
    }
    all.push(("skip".to_owned(), "Leave it out".to_owned()));
    if let Some(chosen) = &shown.chosen
        && !all.iter().any(|(value, _)| value == chosen)
    {
        all.push((chosen.clone(), shown.words.clone()));
    }
    all
}
