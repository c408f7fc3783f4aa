//! The form of a schedule, empty or with what it is now.

use app::backups::schedules::RuleInput;
use app::inventory::{Excluded, Selection};
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use store::{Keep, ScheduleRule};

use crate::fields::Fields;
use crate::frame::Place;
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::form::{Field, csrf, field, field_group, tick};
use crate::pages::form_error::FormError;

const NAME: &[&str] = &["schedule.name"];
const CRON: &[&str] = &["schedule.cron", "schedule.never"];
const ZONE: &[&str] = &["schedule.zone"];
const KEEP: &[&str] = &["schedule.keep", "schedule.keep_number"];

/// What was entered.
pub(super) fn entered(form: &Fields) -> Result<RuleInput, AppError> {
    Ok(RuleInput {
        name: form.text("name").to_owned(),
        types: form.all("type").map(str::to_owned).collect(),
        cron: form.text("cron").to_owned(),
        zone: form.text("zone").to_owned(),
        enabled: form.has("enabled", "yes"),
        catch_up: form.has("catch_up", "yes"),
        keep: Keep {
            last: number(form, "keep_last")?,
            days: number(form, "keep_days")?,
            weeks: number(form, "keep_weeks")?,
            months: number(form, "keep_months")?,
        },
    })
}

fn number(form: &Fields, name: &str) -> Result<Option<u32>, AppError> {
    let text = form.text(name).trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        AppError::invalid("schedule.keep_number", format!("\"{text}\" is not a number of sets"))
            .hint("Use whole numbers, and leave a rule empty that is not wanted")
    })
}

/// A rule as the form's fields.
pub(super) fn fields_of(rule: &ScheduleRule) -> Fields {
    let all = Selection::all().keys().len();
    let mut fields = Fields::default()
        .with("name", rule.name.as_str())
        .with("cron", rule.cron.as_str())
        .with("zone", rule.zone.as_str());
    // All types are none ticked, as a new type of a later version is then not left out by accident.
    if rule.types.len() < all {
        for key in &rule.types {
            fields = fields.and("type", key.as_str());
        }
    }
    for (name, on) in [("enabled", rule.enabled), ("catch_up", rule.catch_up)] {
        if on {
            fields = fields.with(name, "yes");
        }
    }
    let keep = rule.keep;
    for (name, most) in
        [("keep_last", keep.last), ("keep_days", keep.days), ("keep_weeks", keep.weeks), ("keep_months", keep.months)]
    {
        if let Some(most) = most {
            fields = fields.with(name, most.to_string());
        }
    }
    fields
}

/// What a new schedule begins with: every night in the reader's zone.
pub(super) fn suggested(place: &Place<'_>) -> Fields {
    Fields::default()
        .with("name", "Nightly")
        .with("cron", "0 2 * * *")
        .with("zone", place.ctx.zone.as_str())
        .with("enabled", "yes")
}

/// The form, or why this person may not.
pub(super) fn schedule_form(
    place: &Place<'_>,
    action: &str,
    words: &str,
    excluded: &Excluded,
    (values, error): (&Fields, &FormError),
) -> Markup {
    if let Some(off) = place.off_without(Capability::BackupsManage, "why-schedule") {
        return html! { (button(&Button::new(words, Press::Submit).off_when(Some(off.clone())))) (why_off(&off)) };
    }
    html! {
        form.form method="post" action=(action) {
            (error.summary(&[("name", NAME), ("cron", CRON), ("zone", ZONE), ("keep_last", KEEP)]))
            (csrf(&place.ctx.csrf))
            (field(&error.at(NAME, text("name", "Name", values, ""))))
            (field(&error.at(CRON, text("cron", "When", values, "Minute, hour, day of the month, month, day of the week. 0 2 * * * is every day at 02:00, 30 22 * * 1-5 is Monday to Friday at 22:30."))))
            (field(&error.at(ZONE, text("zone", "Time zone", values, "An IANA name such as Europe/Berlin. A time that the clock skips runs at the first moment after; one that it repeats runs once."))))
            (tick("enabled", "Switched on", values.has("enabled", "yes")))
            (tick("catch_up", "When no worker was running, run the latest missed time late", values.has("catch_up", "yes")))
            details.more open[values.any(&["type"])] {
                summary { (crate::kit::icon::icon("chevron-right")) "Only some types" }
                fieldset.opts {
                    legend { "Types; none ticked means all that are not excluded" }
                    @for contract in Selection::all().contracts().iter().filter(|each| !excluded.has(&each.key) || values.has("type", &each.key)) {
                        label {
                            input type="checkbox" name="type" value=(contract.key) checked[values.has("type", &contract.key)];
                            span { (contract.label_plural) @if excluded.has(&contract.key) { " " span.muted { "excluded" } } }
                        }
                    }
                }
            }
            (field_group("How many sets stay; with all of these empty, every one does", &[
                field(&error.at(KEEP, text("keep_last", "Newest sets", values, ""))),
                field(&text("keep_days", "One of each of the last days", values, "")),
                field(&text("keep_weeks", "One of each of the last weeks", values, "")),
                field(&text("keep_months", "One of each of the last months", values, "")),
            ]))
            p.help { "Sets are removed only after a complete backup, and the newest complete one never is." }
            div.row-acts { (button(&Button::primary(words, Press::Submit).with_icon("calendar-time"))) }
        }
    }
}

fn text(name: &str, label: &str, values: &Fields, help: &str) -> Field {
    Field {
        name: name.into(),
        label: label.into(),
        value: values.text(name).into(),
        help: help.into(),
        autocomplete: "off",
        ..Field::default()
    }
}
