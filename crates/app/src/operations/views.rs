//! Saved views: names that a person types, and filters that this version must know.

use std::collections::BTreeMap;

use model::AppError;
use model::ids::ViewId;
use model::text::one_line;
use store::{Db, Opening, TenantScope, View, ViewContent};

use super::RunQuery;

/// Longest name, in characters.
const NAME_MAX: usize = 60;

/// Makes a view of a filter.
pub async fn create_view(
    db: &Db,
    scope: &TenantScope,
    name: &str,
    query: RunQuery,
    shared: bool,
) -> Result<ViewId, AppError> {
    let content = ViewContent { name: checked_name(name)?, filter: query.checked()?.as_map().clone() };
    db.tenant(scope).views().create(&content, shared).await
}

/// Renames a view, or replaces its filter; what is not given stays.
pub async fn change_view(
    db: &Db,
    scope: &TenantScope,
    view: ViewId,
    name: Option<&str>,
    query: Option<RunQuery>,
) -> Result<(), AppError> {
    let views = db.tenant(scope).views();
    let now = views.get(view).await?.content;
    let name = name.map(checked_name).transpose()?.unwrap_or(now.name);
    let filter = match query {
        Some(query) => query.checked()?.as_map().clone(),
        None => now.filter,
    };
    views.change(view, &ViewContent { name, filter }).await
}

/// What a list opens with, in the words of a form or of the API.
pub fn checked_opening(word: &str) -> Result<Opening, AppError> {
    match word {
        "" => Ok(Opening::AsTheTenant),
        "none" => Ok(Opening::Everything),
        view => view.parse().map(Opening::View).map_err(|_| AppError::not_found()),
    }
}

/// The view that a person's list opens with, among those that they see.
pub fn opens_with(views: &[View], opening: Opening) -> Option<&View> {
    match opening {
        Opening::Everything => None,
        Opening::AsTheTenant => views.iter().find(|view| view.everybodys_default),
        Opening::View(id) => views.iter().find(|view| view.id == id),
    }
}

/// The filter of a view.
pub fn query_of(view: &View) -> RunQuery {
    RunQuery::from_map(&view.content.filter)
}

/// A filter as a program sends it: each name with a list of values. A name that is none is refused.
pub fn query_from(words: &BTreeMap<String, Vec<String>>) -> Result<RunQuery, AppError> {
    if let Some(name) = words.keys().find(|name| !super::NAMES.contains(&name.as_str())) {
        let why = format!("Nothing can be filtered by \"{name}\"");
        return Err(AppError::invalid("filter.unknown", why).hint(format!("Use {}", super::NAMES.join(", "))));
    }
    RunQuery::from_map(words).checked()
}

fn checked_name(name: &str) -> Result<String, AppError> {
    one_line(name, NAME_MAX).map(str::to_owned).ok_or_else(|| {
        let why = format!("A view needs a name of 1 to {NAME_MAX} characters on one line");
        AppError::invalid("view.name", why).hint("Say what it is for: Failed this week")
    })
}
