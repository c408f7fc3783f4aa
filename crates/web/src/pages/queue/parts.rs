//! Pauses: the list and the form, in a tenant and for the whole installation.

use maud::{Markup, html};
use store::Pause;

use crate::errors::sentence;
use crate::fields::Fields;
use crate::kit::button::{Button, Press, WhyOff, button, why_off};
use crate::kit::form::{Field, csrf, field, select};
use crate::kit::table::{Column, action_cell, cell, row, table};
use crate::kit::time::{Now, relative_time};
use crate::pages::form_error::FormError;
use crate::pages::operations::type_words;

const COLUMNS: [Column; 5] = [
    Column::new("Paused", ""),
    Column::new("Why", ""),
    Column::new("By", "c-by"),
    Column::new("Since", "c-at"),
    Column::actions(),
];
const REASON: &[&str] = &["pause.reason"];
const TYPE: &[&str] = &["run_type.unknown"];

/// Where pauses are made and ended, and by whom.
pub(crate) struct Hold<'a> {
    /// Posts to `{path}/pauses` and `{path}/pauses/{pause}/end`.
    pub(crate) path: String,
    /// The session's form token.
    pub(crate) csrf: &'a str,
    /// Why this person may not.
    pub(crate) off: Option<WhyOff>,
    /// Whether this is one tenant's page: pauses for all tenants are not its to end.
    pub(crate) in_tenant: bool,
}

/// The pauses as a table; nothing when there are none.
pub(crate) fn pause_table(now: &Now, hold: &Hold<'_>, pauses: &[Pause]) -> Markup {
    if pauses.is_empty() {
        return html! { p.muted { "Nothing is paused." } };
    }
    let rows: Vec<Markup> = pauses.iter().map(|pause| pause_row(now, hold, pause)).collect();
    table("Pauses", &COLUMNS, true, &rows)
}

fn pause_row(now: &Now, hold: &Hold<'_>, pause: &Pause) -> Markup {
    let what = pause.run_type.as_deref().map_or_else(|| "Everything".to_owned(), type_words);
    let everywhere = hold.in_tenant && pause.tenant.is_none();
    let end = html! {
        @if everywhere { span.muted { "For all tenants" } }
        @else if hold.off.is_none() {
            form.act method="post" action=(format!("{}/pauses/{}/end", hold.path, pause.id)) {
                (csrf(hold.csrf))
                (button(&Button { about: format!(" {what}"), ..Button::new("Resume", Press::Submit).small().with_icon("player-play") }))
            }
        }
    };
    row(
        "",
        &[
            cell("c-main", "", &html! { b { (what) } }),
            cell("", "", &html! { (sentence(&pause.reason)) }),
            cell("", "by", &html! { (pause.paused_by_name) }),
            cell("nowrap", "since", &relative_time(now, pause.paused_at)),
            action_cell(&end),
        ],
    )
}

/// The form that pauses, or why this person may not.
pub(crate) fn pause_form(hold: &Hold<'_>, values: &Fields, error: &FormError) -> Markup {
    if let Some(off) = &hold.off {
        return html! { (button(&Button::new("Pause", Press::Submit).off_when(Some(off.clone())))) (why_off(off)) };
    }
    let all = (String::new(), "Everything".to_owned(), values.get("type").is_none());
    let types = app::catalogue::DEFINITIONS
        .iter()
        .map(|each| (each.run_type.to_owned(), each.label.to_owned(), values.has("type", each.run_type)));
    let options: Vec<_> = std::iter::once(all).chain(types).collect();
    let reason = Field {
        name: "reason".into(),
        label: "Reason".into(),
        value: values.text("reason").into(),
        help: "Everybody whose run waits reads it. What runs now goes on to its end.".into(),
        autocomplete: "off",
        required: true,
        ..Field::default()
    };
    html! {
        form.form method="post" action=(format!("{}/pauses", hold.path)) {
            (error.summary(&[("reason", REASON), ("type", TYPE)]))
            (csrf(hold.csrf))
            (select("type", "What", &options, "", None))
            (field(&error.at(REASON, reason)))
            div.row-acts { (button(&Button::new("Pause", Press::Submit).with_icon("player-pause"))) }
        }
    }
}

/// What the form asks for: a type or everything, and the reason.
pub(crate) fn asked_pause(form: &Fields) -> Result<(Option<&'static str>, String), model::AppError> {
    let run_type = form.get("type").map(app::operations::checked_type).transpose()?;
    Ok((run_type, form.text("reason").to_owned()))
}
