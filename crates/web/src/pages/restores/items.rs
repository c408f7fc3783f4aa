//! The items of a plan, in the order in which they are sent.

use app::restores::{ObjectKey, ShownPlan, action_word};
use maud::{Markup, html};
use model::AppError;
use model::diff::Line;
use model::restore::{Action, Approval, PlanItem, Purpose, Step};

use super::difference::{self, lines};
use super::secrets::address;
use super::wizard::Wizard;
use super::words::{ACTIONS, action_tag, look, named, purpose, risk};
use crate::errors::sentence;
use crate::fields::Fields;
use crate::kit::badge::tag;
use crate::kit::facets::{Facet, facets};
use crate::kit::icon::icon;
use crate::kit::json::json_viewer;
use crate::kit::notice::empty_state;
use crate::kit::number::counted;
use crate::kit::pager::{Pager, pager};
use crate::kit::tone::Tone;
use crate::pages::inventory::{object_path, type_label};

/// Items on a page.
const ROWS: usize = 50;

/// Facets, table and pager.
pub(super) async fn items(wizard: &Wizard<'_>, shown: &ShownPlan, path: &str) -> Result<Markup, AppError> {
    let asked = wizard.place.asked;
    let wanted = asked.get("action");
    let fits = |item: &&PlanItem| wanted.is_none_or(|wanted| action_word(item) == wanted);
    let listed: Vec<&PlanItem> = shown.plan.items.iter().filter(fits).collect();
    let from: usize = asked.get("from").and_then(|text| text.parse().ok()).unwrap_or(0);
    let part: Vec<&PlanItem> = listed.iter().skip(from).take(ROWS).copied().collect();
    let kept = asked.only(&["action"]);
    let opened = match part.iter().find(|item| is_open(wizard, item)) {
        Some(item) => lines(wizard, item).await?,
        None => None,
    };
    Ok(html! {
        (facets("By action", &facet_row(shown, wanted, path), &html! {}))
        @if part.is_empty() { (empty_state("search", "No item matches", "With this action.", None, true)) }
        @else {
            table.table.stack role="table" data-rows {
                caption.vh { "Planned changes in the order they are sent" }
                thead role="rowgroup" {
                    tr role="row" {
                        th.c-pl role="columnheader" scope="col" { "Action" }
                        th role="columnheader" scope="col" { "Item" }
                        th.c-risk role="columnheader" scope="col" { "Risk" }
                        th.c-act role="columnheader" scope="col" { span.vh { "Details" } }
                    }
                }
                tbody role="rowgroup" { @for item in &part { (item_row(wizard, item, path, opened.as_deref())) } }
            }
            (pager(&Pager {
                shown: part.len() as u64,
                total: Some(listed.len() as u64),
                noun: ("item", "items"),
                order: "in the order they are sent",
                words: Some(("First", "More")),
                previous: (from > 0).then(|| kept.href(path)),
                next: (from + part.len() < listed.len()).then(|| kept.with("from", (from + part.len()).to_string()).href(path)),
                ..Pager::default()
            }))
        }
    })
}

/// Whether the address opens this one.
fn is_open(wizard: &Wizard<'_>, item: &PlanItem) -> bool {
    wizard.place.asked.has("item", &item.sequence.to_string())
}

fn facet_row(shown: &ShownPlan, wanted: Option<&str>, path: &str) -> Vec<Facet> {
    let all = Facet {
        count: shown.plan.items.len() as u64,
        words: "all".into(),
        sign: None,
        href: path.to_owned(),
        current: wanted.is_none(),
    };
    let one = |word: &str| {
        let (words, icon, tone) = look(word);
        Facet {
            count: shown.actions.get(word).copied().unwrap_or_default() as u64,
            words: words.to_lowercase(),
            sign: Some((icon, tone)),
            href: Fields::default().with("action", word).href(path),
            current: wanted == Some(word),
        }
    };
    std::iter::once(all).chain(ACTIONS.into_iter().map(one)).collect()
}

fn item_row(wizard: &Wizard<'_>, item: &PlanItem, path: &str, lines: Option<&[Line]>) -> Markup {
    let id = format!("item-{}", item.sequence);
    let open = is_open(wizard, item);
    let kept = wizard.place.asked.only(&["action", "from"]);
    let there = if open { kept } else { kept.with("item", item.sequence.to_string()) };
    let href = format!("{}#{id}", there.href(path));
    html! {
        tr.open[open] role="row" id=(id) {
            td.c-pl.c-state role="cell" { (action_tag(&action_word(item))) }
            td.c-main role="cell" { (name(wizard, item)) " " span.row-t { (type_label(&item.type_key)) } (reasons(item)) (enter(wizard, item)) }
            td.c-risk role="cell" data-label="" { (risk(&item.type_key)) }
            td.c-act role="cell" {
                @if has_details(item) {
                    a.btn.ghost.sm href=(href) aria-expanded=(if open { "true" } else { "false" }) {
                        (if open { "Hide" } else { "Difference" }) span.vh { " of " (named(&item.name)) }
                    }
                }
            }
        }
        @if open { tr.sub role="row" { td.c-main role="cell" colspan="4" { div.inset { (details(item, &wizard.tenant, lines)) } } } }
    }
}

/// The way to the field of what is missing.
fn enter(wizard: &Wizard<'_>, item: &PlanItem) -> Markup {
    let needed = item.lacks_secret() || item.why.iter().any(|why| why.code == "restore.secret_needed");
    if !needed || wizard.change_off("").is_some() {
        return html! {};
    }
    let href = address(wizard, &ObjectKey::new(&item.type_key, &item.source_id));
    let words = match item.secrets_missing.as_slice() {
        [_] => "Enter the secret",
        _ => "Enter the secrets",
    };
    html! { p.row-acts { a.btn.sm href=(href) { (words) span.vh { " of " (named(&item.name)) } } } }
}

fn has_details(item: &PlanItem) -> bool {
    !item.steps.is_empty() || item.promised.is_some()
}

/// The object that is changed, where there is one; what is made has no page yet.
fn name(wizard: &Wizard<'_>, item: &PlanItem) -> Markup {
    match &item.live_id {
        Some(id) if item.live.is_some() => {
            let href = object_path(&wizard.place.base(), &item.type_key, id);
            html! { a.row-a href=(href) { (named(&item.name)) } }
        }
        _ => html! { b { (named(&item.name)) } },
    }
}

/// What happens in a sentence, and why not more.
pub(super) fn reasons(item: &PlanItem) -> Markup {
    let what = match item.action {
        Action::Create | Action::BringBack | Action::Remove | Action::Impossible | Action::Skip => String::new(),
        Action::Update | Action::AssignmentsOnly => difference::summary(item),
    };
    html! {
        @if !what.is_empty() { p.why { (what) } }
        @for why in &item.why { p.why { (sentence(&why.message)) " " code { (why.code) } } }
        @if item.lacks_secret() { p.why { "Not in the source, so that it is made without: " (item.secrets_missing.join(", ")) "." } }
        @if let Some(words) = waits(item) { p.why { (tag(words, "user-question", Tone::Human)) } }
    }
}

/// Whether it is going to wait for somebody in Intune, as far as that is known.
fn waits(item: &PlanItem) -> Option<&'static str> {
    match item.approval {
        _ if !item.is_written() => None,
        Approval::Expected => Some("Waits until a second administrator approves it in Intune."),
        Approval::Possible => Some("May wait until a second administrator approves it in Intune."),
        Approval::NotExpected | Approval::Unknown => None,
    }
}

/// What its requests need.
fn needs(item: &PlanItem) -> String {
    let approval = match item.approval {
        Approval::Expected => "Intune asks a second administrator for approval",
        Approval::Possible => "Intune may ask a second administrator for approval",
        Approval::NotExpected => "No approval in Intune is expected",
        Approval::Unknown => "Whether Intune asks for an approval is not known: its approval policies were not read",
    };
    match item.permissions.as_slice() {
        [] => format!("{approval}."),
        needed => format!("Needs the permission {}. {approval}.", needed.join(" and ")),
    }
}

/// Difference, what cannot be compared, and the requests.
pub(super) fn details(item: &PlanItem, tenant: &str, lines: Option<&[Line]>) -> Markup {
    let count = item.steps.len() as u64;
    html! {
        @if let Some(lines) = lines { (difference::table(item, tenant, lines)) }
        @if !item.unverifiable.is_empty() {
            p.help.diff-f { "Cannot be compared afterwards, because Graph never returns it: " (item.unverifiable.join(", ")) "." }
        }
        @if count > 0 {
            p.help.diff-f { (how(item)) }
            p.help.diff-f { (needs(item)) }
            details.more open[item.by_hand] {
                summary { (icon("chevron-right")) "Show the " (counted(count, "request", "requests")) span.vh { " of " (named(&item.name)) } }
                @for (number, step) in (1..).zip(&item.steps) { (request(item, number, step)) }
            }
        }
    }
}

fn how(item: &PlanItem) -> String {
    let by_hand = if item.by_hand { "Nothing of it is sent: make these requests yourself. " } else { "" };
    let whole = item.steps.iter().any(|step| step.purpose == Purpose::Assign);
    let list = if whole { " Assignments are sent last, as the whole list." } else { "" };
    let way = match item.action {
        Action::Create => "A new object is made; its id is known once Graph has answered.",
        Action::BringBack => "It comes back from deleted items with its id.",
        Action::Remove => "It is removed.",
        _ => "The object that is there is changed, its id stays.",
    };
    format!("{by_hand}{way}{list}")
}

/// One request, as it is sent.
pub(super) fn request(item: &PlanItem, number: usize, step: &Step) -> Markup {
    html! {
        p.sub-p { b { (number) ". " (purpose(step.purpose)) } }
        p.mono { (step.method) " /" (step.version) "/" (step.path.trim_start_matches('/')) }
        @if let Some((property, value)) = &step.after { p.help { "Once " code { (property) } " is " code { (value) } "." } }
        @for secret in &step.secrets { p.help { "At " code { (secret.pointer) } " the secret that was entered. It is not in the plan." } }
        @for slot in &step.slots { p.help { "At " code { (slot.pointer) } " the id of what item " (slot.item) " makes." } }
        @match &step.body {
            Some(body) => { (json_viewer(body, &format!("Body of request {number} of {}", named(&item.name)))) }
            None => { p.help { "Without a body." } }
        }
    }
}
