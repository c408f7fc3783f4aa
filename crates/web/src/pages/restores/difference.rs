//! What an item changes: the object as it is now beside the object as it is to be.

use app::comparing;
use maud::{Markup, html};
use model::AppError;
use model::diff::{Difference, Line, Rule};
use model::registry::{Contract, Registry};
use model::restore::PlanItem;
use serde_json::Value;

use super::wizard::Wizard;
use crate::kit::difference::{Heads, difference};
use crate::kit::number::counted;

/// Lines on a page; the file has all of them.
const LINES: usize = 200;

/// The type and both documents of an item that is written; nothing where there is none, or the type is not known.
fn sides(item: &PlanItem) -> Option<(&'static Contract, &Value, &Value)> {
    let contract = Registry::embedded().get(&item.type_key)?;
    Some((contract, item.live.as_ref().unwrap_or(&Value::Null), item.promised.as_ref()?))
}

/// How many places an item changes, in words.
pub(super) fn summary(item: &PlanItem) -> String {
    let Some((contract, live, promised)) = sides(item) else { return String::new() };
    let found = Difference::between(contract, live, promised);
    let all = found.changes().len() as u64;
    let assignments = found.changes().iter().filter(|change| change.rule == Rule::Assignments).count() as u64;
    let words = [
        (all - assignments, "setting or property changes", "settings and properties change"),
        (assignments, "assignment changes", "assignments change"),
    ];
    let said = words.into_iter().filter(|(count, ..)| *count > 0).map(|(count, one, many)| counted(count, one, many));
    said.collect::<Vec<_>>().join(", ")
}

/// What an item changes, in the words of the tenant; nothing for one that is not written.
pub(super) async fn lines(wizard: &Wizard<'_>, item: &PlanItem) -> Result<Option<Vec<Line>>, AppError> {
    let Some((contract, live, promised)) = sides(item) else { return Ok(None) };
    comparing::between(wizard.place.shared.db(), wizard.scope, contract, live, promised).await.map(Some)
}

/// The difference as a table.
pub(super) fn table(item: &PlanItem, tenant: &str, lines: &[Line]) -> Markup {
    let heads = Heads {
        caption: format!("Difference of {}", item.name),
        old: format!("{tenant} now"),
        new: "After the restore".to_owned(),
    };
    let hidden = lines.len().saturating_sub(LINES) as u64;
    html! {
        (difference(&heads, lines.get(..LINES).unwrap_or(lines)))
        @if hidden > 0 { p.help { "and " (counted(hidden, "other place", "other places")) ", all of them in the downloaded plan." } }
    }
}
