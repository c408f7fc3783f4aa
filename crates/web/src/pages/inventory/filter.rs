//! The filters of the inventory, as they stand in its address.

use app::inventory::CHANGED;
use model::registry::Registry;
use store::{Facets, InventoryCursor};

use crate::fields::Fields;
use crate::kit::filter::{Choice, Filters, SearchField};
use crate::pages::operations::choice_summary;

/// The row after which a page begins: its three keys.
pub(crate) fn cursor(asked: &Fields) -> Option<InventoryCursor> {
    let (name_key, type_key, external_id) = (asked.get("after")?, asked.get("after_type")?, asked.get("after_id")?);
    Some(InventoryCursor {
        name_key: name_key.to_owned(),
        type_key: type_key.to_owned(),
        external_id: external_id.to_owned(),
    })
}

/// The filter row; the choices are those that have rows.
pub(super) fn filter_row(asked: &Fields, action: &str, facets: &Facets) -> Filters {
    let types = facets
        .types
        .iter()
        .map(|(key, count)| option(asked, "type", key, &format!("{} ({count})", type_label(key))))
        .collect();
    let platforms = facets
        .platforms
        .iter()
        .map(|(key, count)| option(asked, "platform", key, &format!("{} ({count})", platform_label(key))))
        .collect();
    let changed: Vec<_> = CHANGED
        .iter()
        .map(|(value, words, _)| ((*value).to_owned(), (*words).to_owned(), asked.text("changed") == *value))
        .collect();
    let changed_words =
        changed.iter().find(|(.., chosen)| *chosen).map_or("any time", |(_, words, _)| words).to_owned();
    Filters {
        id: "inv".into(),
        label: "Filter the inventory".into(),
        action: action.to_owned(),
        target: "inventory".into(),
        search: Some(SearchField {
            name: "q".into(),
            label: "Find by name or setting".into(),
            placeholder: "Name, setting, value or id".into(),
            value: asked.text("q").into(),
        }),
        choices: vec![
            several("type", "Type", types),
            several("platform", "Platform", platforms),
            Choice {
                name: "changed".into(),
                label: "Changed".into(),
                summary: changed_words,
                single: true,
                options: changed,
            },
        ],
        hidden: ["state", "group", "uses"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), asked.get(name)?.to_owned())))
            .collect(),
    }
}

fn option(asked: &Fields, name: &str, value: &str, words: &str) -> (String, String, bool) {
    (value.to_owned(), words.to_owned(), asked.has(name, value))
}

fn several(name: &str, label: &str, options: Vec<(String, String, bool)>) -> Choice {
    Choice { name: name.into(), label: label.into(), summary: choice_summary(&options), single: false, options }
}

/// What a person calls objects of a type; a type of an older version keeps its key.
pub(crate) fn type_label(key: &str) -> String {
    Registry::embedded().get(key).map_or_else(|| key.to_owned(), |contract| contract.label.clone())
}

/// A platform as a person reads it; some types have none.
pub(crate) fn platform_label(platform: &str) -> &str {
    if platform.is_empty() { "All platforms" } else { platform }
}
