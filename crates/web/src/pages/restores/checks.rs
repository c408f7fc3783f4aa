//! The third step: where everything goes, and what a person should know before a preview.

use app::restores::{Check, Level, Mapping, checks, groups_read, mapping};
use axum::extract::State;
use maud::{Markup, html};
use model::access::Capability;
use model::ids::RestoreId;
use store::{RestoreState, TenantScope};

use super::impact::wrong;
use super::mapping::{Question, questions, section_of};
use super::secrets::secrets;
use super::wizard::{Step, Wizard};
use crate::auth::Ctx;
use crate::errors::{WebError, sentence};
use crate::extract::{Asked, InTenant, PathId};
use crate::fields::Fields;
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facets::{Facet, facets};
use crate::kit::facts::{columns, section};
use crate::kit::form::csrf;
use crate::kit::icon::icon;
use crate::kit::notice::empty_state;
use crate::kit::pager::{Pager, pager};
use crate::kit::time::relative_time;
use crate::kit::tone::Tone;
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// Questions on a page: what its form carries stays within what a request may hold.
const ROWS: usize = 100;

/// `GET /t/{tenant}/restores/{restore}/checks`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, id, &asked, &Fields::default(), &FormError::default()).await
}

pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    id: RestoreId,
    asked: &Fields,
    said: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let wizard = Wizard::load(shared, ctx, scope, id, asked).await?;
    let opened = wizard.opened()?;
    let mapping = mapping(shared.db(), scope, opened).await?;
    let found = checks(shared.db(), scope, opened, &mapping, ctx.now_ms).await?;
    let main = html! {
        (error.summary(&[]))
        (names(&wizard).await?)
        (answers(&wizard, &mapping, asked, said))
        (secrets(&wizard, &mapping, asked))
    };
    let aside = html! {
        (section("checks", "Checks", "", &check_list(&wizard, &found)))
        (wrong())
    };
    let body = columns(&main, "Checks", &aside);
    wizard.page(Step::Checks, &actions(&wizard), &body).await
}

fn actions(wizard: &Wizard<'_>) -> Markup {
    let words = if wizard.restore.state == RestoreState::Draft { "Continue with the preview" } else { "Open the plan" };
    button(&Button::new(words, Press::Link(format!("{}/preview", wizard.path()))).with_icon("arrow-right"))
}

/// Where names come from, always in sight, with the button that reads them again.
async fn names(wizard: &Wizard<'_>) -> Result<Markup, WebError> {
    let (place, scope) = (&wizard.place, wizard.scope);
    let read = groups_read(place.shared.db(), scope).await?;
    let off = place.start_off(Capability::DirectorySync, "why-groups");
    let start = place.start(&format!("{}/groups/sync", place.base()));
    Ok(html! {
        div.sec-h {
            p.help.note-l id="names-help" {
                (icon("info-circle"))
                span {
                    "Names come from the last group sync, "
                    @match read.and_then(|run| run.completed_at) {
                        Some(at) => { (relative_time(&place.now(), at)) }
                        None => { "which has never run" }
                    }
                    ". Run one if a group is missing. You can also type a name or an id."
                }
            }
            (button(&Button::new("Read directory groups", start).small().with_icon("users").off_when(off.clone())))
        }
        @if let Some(off) = &off { (why_off(off)) }
    })
}

fn answers(wizard: &Wizard<'_>, mapping: &Mapping, asked: &Fields, said: &Fields) -> Markup {
    let path = format!("{}/checks", wizard.path());
    let all = questions(mapping);
    let open = all.iter().filter(|question| question.is_open()).count();
    let show = asked.get("show").unwrap_or(if open > 0 { "open" } else { "answers" });
    let listed: Vec<&Question<'_>> = all.iter().filter(|question| question.is_shown(show)).collect();
    let count = |show: &str| all.iter().filter(|question| question.is_shown(show)).count() as u64;
    let facet = |value: &str, words: &str| Facet {
        count: count(value),
        words: words.to_owned(),
        sign: (value == "open").then_some(("help-circle", Tone::Warn)),
        href: Fields::default().with("show", value).href(&path),
        current: show == value,
    };
    let row = [facet("open", "open"), facet("answers", "not certain"), facet("all", "all")];
    let from: usize = asked.get("from").and_then(|text| text.parse().ok()).unwrap_or(0);
    let part: Vec<&Question<'_>> = listed.iter().skip(from).take(ROWS).copied().collect();
    let off = wizard.change_off("why-answers");
    let kept = Fields::default().with("show", show);
    html! {
        (facets("By answer", &row, &html! {}))
        @if part.is_empty() {
            (empty_state("circle-check", "Nothing to answer here", "Everything that is chosen has its place.", None, true))
        } @else {
            form method="post" action=(format!("{}/answers", wizard.path())) {
                (csrf(&wizard.place.ctx.csrf))
                input type="hidden" name="revision" value=(wizard.restore.revision);
                input type="hidden" name="show" value=(show);
                input type="hidden" name="from" value=(from);
                (section_of("objects", "Objects", &part, wizard, said, off.is_some()))
                (section_of("references", "What they name", &part, wizard, said, off.is_some()))
                (pager(&Pager {
                    shown: part.len() as u64,
                    total: Some(listed.len() as u64),
                    noun: ("question", "questions"),
                    order: "objects first",
                    words: Some(("First", "More")),
                    previous: (from > 0).then(|| kept.href(&path)),
                    next: (from + part.len() < listed.len()).then(|| kept.with("from", (from + part.len()).to_string()).href(&path)),
                    ..Pager::default()
                }))
                p.help { "One group that is not mapped stops the assignment list it belongs to. The list is never sent without it." }
                div.row-acts {
                    @match &off {
                        Some(off) => { (button(&Button::primary("Save answers", Press::Submit).off_when(Some(off.clone())))) (why_off(off)) }
                        None => {
                            button.btn.primary type="submit" name="then" value="preview" { "Save and continue with the preview" }
                            button.btn type="submit" { "Save answers" }
                        }
                    }
                }
            }
        }
    }
}

/// The checks, what needs somebody first.
fn check_list(wizard: &Wizard<'_>, checks: &[Check]) -> Markup {
    let mut sorted: Vec<&Check> = checks.iter().collect();
    sorted.sort_by_key(|check| matches!(check.level, Level::Good | Level::Unknown));
    let now = wizard.place.now();
    html! {
        ul.checks role="list" {
            @for check in sorted {
                @let (tone, name) = look(check.level);
                li data-tone=(tone) {
                    (icon(name))
                    span {
                        (check.title)
                        small { (sentence(&check.text)) @if let Some(at) = check.at { " Seen " (relative_time(&now, at)) "." } }
                    }
                }
            }
        }
    }
}

fn look(level: Level) -> (Tone, &'static str) {
    match level {
        Level::Good => (Tone::Ok, "circle-check"),
        Level::Unknown => (Tone::Mute, "help-circle"),
        Level::Warning => (Tone::Warn, "alert-triangle"),
        Level::Elsewhere => (Tone::Human, "user-question"),
    }
}
