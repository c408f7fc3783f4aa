//! The filter row of a table: plain GET form; with scripts it filters while one types.

use maud::{Markup, html};

use super::icon::icon;

/// A filter row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filters {
    /// Prefix of the ids, unique on the page: "ops".
    pub id: String,
    /// "Filter operations".
    pub label: String,
    /// The page's own address; the form adds its fields as a query.
    pub action: String,
    /// Id of the element that holds facets, table and pager, replaced by the same element of the answer.
    pub target: String,
    /// The search field: name, label, placeholder and value.
    pub search: Option<SearchField>,
    /// The choices behind it.
    pub choices: Vec<Choice>,
    /// Fields that are kept and not shown, such as the sort order.
    pub hidden: Vec<(String, String)>,
}

/// The search field of a filter row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchField {
    /// Query parameter.
    pub name: String,
    /// "Find by label, target or run id".
    pub label: String,
    /// "Label, target or run id".
    pub placeholder: String,
    /// What is being searched for now.
    pub value: String,
}

/// A filter with several values, shown as a menu of check boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Query parameter, repeated for each value.
    pub name: String,
    /// "Type".
    pub label: String,
    /// "any", "Restore", "3 of 8".
    pub summary: String,
    /// Only one value can be chosen.
    pub single: bool,
    /// Value, words, chosen.
    pub options: Vec<(String, String, bool)>,
}

/// Renders the filter row.
pub fn filters(view: &Filters) -> Markup {
    filters_with(view, &Beside::default())
}

/// What few filter rows have.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Selectors of what shows the filter outside of the target and is replaced with it.
    pub also: &'static str,
    /// Behind the choices, such as the same filter elsewhere.
    pub links: Markup,
    /// The name of a choice, and one more line of its menu.
    pub line: Option<(&'static str, Markup)>,
}

/// The same with what is beside it.
pub fn filters_with(view: &Filters, beside: &Beside) -> Markup {
    let target = format!("#{}", view.target);
    let fold = format!("{}-filters", view.id);
    // What each choice says now, beside what the page itself names.
    let summaries = (0..view.choices.len()).map(|position| format!("#{}-f{position}-s", view.id));
    let also: Vec<String> = summaries.chain((!beside.also.is_empty()).then(|| beside.also.to_owned())).collect();
    html! {
        form.filters role="search" aria-label=(view.label) method="get" action=(view.action)
             hx-get=(view.action) hx-target=(target) hx-select=(target) hx-swap="outerHTML" hx-push-url="true"
             hx-select-oob=[(!also.is_empty()).then(|| also.join(","))] hx-trigger="input delay:300ms, submit" {
            @for (name, value) in &view.hidden { input type="hidden" name=(name) value=(value); }
            @if let Some(search) = &view.search { (search_field(&view.id, search)) }
            @if !view.choices.is_empty() {
                button.btn.fold-b type="button" popovertarget=(fold) {
                    (icon("adjustments-horizontal")) span { "Filters" }
                }
                div.fold id=(fold) popover {
                    @for (position, choice) in view.choices.iter().enumerate() {
                        (choice_menu(&format!("{}-f{position}", view.id), choice, beside.line.as_ref()))
                    }
                    (beside.links)
                }
            }
            noscript { button.btn type="submit" { "Apply" } }
        }
    }
}

fn search_field(id: &str, search: &SearchField) -> Markup {
    let field = format!("{id}-q");
    html! {
        div.field-i {
            (icon("search"))
            label.vh for=(field) { (search.label) }
            input.input id=(field) type="search" name=(search.name) value=(search.value)
                  placeholder=(search.placeholder) autocomplete="off";
        }
    }
}

fn choice_menu(id: &str, choice: &Choice, line: Option<&(&str, Markup)>) -> Markup {
    let kind = if choice.single { "radio" } else { "checkbox" };
    html! {
        button.btn type="button" popovertarget=(id) {
            span { (choice.label) span.btn-v id=(format!("{id}-s")) { ": " (choice.summary) } }
            (super::icon::icon_as("chevron-down", "icon chev"))
        }
        fieldset.menu.opts id=(id) popover {
            legend { (choice.label) }
            @for (value, words, chosen) in &choice.options {
                label { input type=(kind) name=(choice.name) value=(value) checked[*chosen]; (words) }
            }
            @if let Some((_, line)) = line.filter(|(name, _)| *name == choice.name) { (line) }
        }
    }
}
