//! Finding objects by their names and settings, and saying why each was found (spec 030).

use std::collections::{BTreeSet, HashMap};

use model::AppError;
use model::ids::VersionId;
use model::registry::Registry;
use model::registry::content::{SearchLine, definition_ids, search_lines};
use model::search::{SearchText, called};
use serde_json::Value;
use store::{Db, InventoryFilter, ObjectRow, TenantScope};

use super::{ObjectQuery, item_key};

/// Characters of a value that are shown, and how many of them stand before what was found.
const SHOWN: usize = 160;
const BEFORE: usize = 60;

/// The setting because of which an object was found; not more of its value than a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Headings and name, in words.
    pub place: String,
    /// What Graph calls it.
    pub id: String,
    /// What it is set to, around what was found.
    pub value: String,
}

/// The filter of the objects that fit. The search is done here, once: list, number and facets share its answer.
pub async fn matching(
    db: &Db,
    scope: &TenantScope,
    query: &ObjectQuery,
    now_ms: i64,
) -> Result<InventoryFilter, AppError> {
    let mut filter = query.filter(now_ms);
    if let Some(text) = query.search()? {
        filter.found = Some(db.tenant(scope).inventory().find(&text).await?);
    }
    Ok(filter)
}

/// Why these objects were found, by item key; those that are found by what they are called are left out. Only their
/// documents are opened.
pub async fn matches(
    db: &Db,
    scope: &TenantScope,
    text: &SearchText,
    rows: &[ObjectRow],
) -> Result<HashMap<String, Match>, AppError> {
    let versions: HashMap<VersionId, &ObjectRow> = rows.iter().filter_map(|row| Some((row.version?, row))).collect();
    let wanted: Vec<_> = versions.keys().copied().collect();
    let mut opened = Vec::new();
    for (version, document) in db.tenant(scope).versions().documents(&wanted).await? {
        let row = versions[&version];
        let Some(contract) = Registry::embedded().get(&row.type_key) else { continue };
        let document: Value = serde_json::from_slice(&document).map_err(AppError::internal)?;
        opened.push((row, contract, document));
    }
    let settings = opened.iter().flat_map(|(_, contract, document)| definition_ids(contract, document));
    let settings: BTreeSet<&str> = settings.collect();
    let names = db.tenant(scope).definitions().names(settings).await?;
    let mut found = HashMap::new();
    for (row, contract, document) in opened {
        let name = called(&row.name, &row.external_id);
        let line =
            search_lines(contract, &document, &names).into_iter().find(|line| text.is_reason(&name, &line.folded()));
        if let Some(line) = line {
            found.insert(item_key(&row.type_key, &row.external_id), shown(line, text));
        }
    }
    Ok(found)
}

fn shown(line: SearchLine, text: &SearchText) -> Match {
    Match { value: around(&line.value, text), place: line.place, id: line.id }
}

/// A part of a long value, with what was found in it where that can be told.
fn around(value: &str, text: &SearchText) -> String {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if value.chars().count() <= SHOWN {
        return value;
    }
    let lower = value.to_lowercase();
    // Lower case may have another length; then the start is shown.
    let at = if lower.len() == value.len() { text.first_in(&lower).map_or(0, |(at, _)| at) } else { 0 };
    let found = value[..value.floor_char_boundary(at)].chars().count();
    let from = found.saturating_sub(BEFORE);
    let part: String = value.chars().skip(from).take(SHOWN).collect();
    let (start, end) = (if from > 0 { "…" } else { "" }, if from + SHOWN < value.chars().count() { "…" } else { "" });
    format!("{start}{part}{end}")
}

#[cfg(test)]
mod tests {
    use model::search::SearchText;

    use super::around;

    #[test]
    fn of_a_long_value_the_part_is_shown_that_was_found() {
        let text = SearchText::parse("needle").unwrap().unwrap();
        let long = format!("{} Needle {}", "hay ".repeat(100), "stack ".repeat(100));
        let shown = around(&long, &text);
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("Needle"), "{shown}");
        assert_eq!(shown.chars().count(), 162);
        assert_eq!(around("a\n needle", &text), "a needle");
        assert!(around(&"İ ".repeat(200), &text).starts_with("İ İ"));
    }
}
