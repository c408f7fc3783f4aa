//! Definitions of settings and the categories they are filed under: made from what the tenant's policies set.

use std::borrow::Cow;

use serde_json::Value;

use super::read::{Asked, with_context};
use super::write::template_definition;
use super::{Reply, list};
use crate::collections::Navigation;
use crate::content::definitions;
use crate::errors::GraphError;
use crate::render::Node;

const SETTINGS: [&str; 3] = ["configurationSettings", "complianceSettings", "reusableSettings"];
const CATEGORIES: [&str; 2] = ["configurationCategories", "complianceCategories"];

/// Those of administrative templates, of which each is asked for by its id.
const OF_TEMPLATES: &str = "groupPolicyDefinitions";

static LIST: Navigation = Navigation::list("definitions");

/// A list of them, or one; `None` leaves the request to the others.
pub(super) fn get(asked: Asked<'_>, segments: &[String]) -> Result<Option<Reply>, GraphError> {
    let [root, collection, rest @ ..] = segments else {
        return Ok(None);
    };
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(collection));
    if !root.eq_ignore_ascii_case("deviceManagement") || rest.len() > 1 {
        return Ok(None);
    }
    if let (true, [id]) = (collection.eq_ignore_ascii_case(OF_TEMPLATES), rest) {
        let found = template_definition(asked.store, id).ok_or_else(|| GraphError::not_found(id))?;
        return Ok(Some(with_context(
            asked.request,
            &format!("deviceManagement/{collection}/$entity"),
            Node::Made(found),
        )));
    }
    let all = if is(&SETTINGS) {
        definitions::all(asked.store)
    } else if is(&CATEGORIES) {
        definitions::categories(asked.store)
    } else {
        return Ok(None);
    };
    let path = format!("deviceManagement/{collection}");
    let Some(id) = rest.first() else {
        return list::parts(asked, all.into_iter().map(Cow::Owned).collect(), &LIST, &path).map(Some);
    };
    if id == "$count" {
        return Ok(Some(Reply::json(200, all.len().to_string())));
    }
    let found = all.into_iter().find(|one| one["id"] == Value::String(id.clone()));
    let found = found.ok_or_else(|| GraphError::not_found(id))?;
    Ok(Some(with_context(asked.request, &format!("{path}/$entity"), Node::Made(found))))
}
