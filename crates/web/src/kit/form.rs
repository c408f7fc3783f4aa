//! Form fields with their errors. The words of an error say what to do.

use maud::{Markup, html};

use super::button::WhyOff;
use super::icon::icon;

/// One text field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Id and name.
    pub name: String,
    /// Its label, sentence case, no full stop.
    pub label: String,
    /// `text`, `password`, `email`, `url`; empty is `text`.
    pub kind: &'static str,
    /// What it holds. Never a secret: a password is never sent back.
    pub value: String,
    /// A sentence below: what is expected.
    pub help: String,
    /// What is wrong with it, and what to do.
    pub error: Option<String>,
    /// For the browser's own help: `username`, `current-password`, `new-password`, `off`; empty says nothing.
    pub autocomplete: &'static str,
    /// Must be filled.
    pub required: bool,
    /// Set when it is off, with the reason.
    pub off: Option<WhyOff>,
}

/// Renders a field.
pub fn field(view: &Field) -> Markup {
    html! {
        div.fld {
            label for=(view.name) { (view.label) }
            input.input.wide id=(view.name) name=(view.name) type=(if view.kind.is_empty() { "text" } else { view.kind })
                value=[(!view.value.is_empty() && view.kind != "password").then_some(&view.value)]
                autocomplete=[(!view.autocomplete.is_empty()).then_some(view.autocomplete)]
                required[view.required] disabled[view.off.is_some()]
                aria-invalid=[view.error.as_ref().map(|_| "true")] aria-describedby=[described_by(view)];
            (below(&view.name, &view.help, view.error.as_deref()))
            @if let Some(why) = &view.off { (super::button::why_off(why)) }
        }
    }
}

/// Renders a field of several lines for a text that is a secret: what was typed is never sent back.
pub fn area(view: &Field) -> Markup {
    html! {
        div.fld {
            label for=(view.name) { (view.label) }
            textarea.input.wide.mono id=(view.name) name=(view.name) rows="4" spellcheck="false"
                autocomplete=[(!view.autocomplete.is_empty()).then_some(view.autocomplete)]
                required[view.required] disabled[view.off.is_some()]
                aria-invalid=[view.error.as_ref().map(|_| "true")] aria-describedby=[described_by(view)] {}
            (below(&view.name, &view.help, view.error.as_deref()))
        }
    }
}

/// A choice of one. `options` are value, words, chosen.
pub fn select(name: &str, label: &str, options: &[(String, String, bool)], help: &str, error: Option<&str>) -> Markup {
    let describes = [(!help.is_empty(), "help"), (error.is_some(), "error")];
    let ids: Vec<_> = describes.iter().filter(|(there, _)| *there).map(|(_, part)| format!("{name}-{part}")).collect();
    html! {
        div.fld {
            label for=(name) { (label) }
            select.input.wide id=(name) name=(name) aria-invalid=[error.map(|_| "true")]
                aria-describedby=[(!ids.is_empty()).then(|| ids.join(" "))] {
                @for (value, words, chosen) in options { option value=(value) selected[*chosen] { (words) } }
            }
            (below(name, help, error))
        }
    }
}

/// Short fields side by side, with what they have in common above them.
pub fn field_group(legend: &str, fields: &[Markup]) -> Markup {
    html! {
        fieldset.fld-g {
            legend { (legend) }
            div { @for each in fields { (each) } }
        }
    }
}

/// A tick box with its words.
pub fn tick(name: &str, words: &str, ticked: bool) -> Markup {
    html! { label.tick { input type="checkbox" name=(name) value="yes" checked[ticked]; span { (words) } } }
}

/// The session's form token; every form that posts carries one.
pub fn csrf(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// All errors of a form at its top, each a link to its field: `(field name, sentence)`.
pub fn error_summary(errors: &[(String, String)]) -> Markup {
    if errors.is_empty() {
        return html! {};
    }
    html! {
        div.sum-err role="group" aria-labelledby="form-errors" {
            p id="form-errors" {
                b { (super::number::counted(errors.len() as u64, "field needs a change", "fields need a change")) }
            }
            ul { @for (name, sentence) in errors { li { a href=(format!("#{name}")) { (sentence) } } } }
        }
    }
}

fn described_by(view: &Field) -> Option<String> {
    let mut ids = Vec::new();
    if !view.help.is_empty() {
        ids.push(format!("{}-help", view.name));
    }
    if view.error.is_some() {
        ids.push(format!("{}-error", view.name));
    }
    if let Some(why) = &view.off {
        ids.push(why.id.clone());
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn below(name: &str, help: &str, error: Option<&str>) -> Markup {
    html! {
        @if !help.is_empty() { p.help id=(format!("{name}-help")) { (help) } }
        @if let Some(sentence) = error {
            p.err id=(format!("{name}-error")) { (icon("circle-x")) span { (sentence) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_tied_to_its_field_and_a_password_is_never_sent_back() {
        let view = Field {
            name: "secret".to_owned(),
            kind: "password",
            value: "hunter2".to_owned(),
            error: Some("Use 12 characters or more.".to_owned()),
            ..Default::default()
        };
        let text = field(&view).into_string();
        assert!(text.contains("aria-invalid=\"true\" aria-describedby=\"secret-error\""), "{text}");
        assert!(text.contains("id=\"secret-error\"") && !text.contains("hunter2"), "{text}");
    }
}
