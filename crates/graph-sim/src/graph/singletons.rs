//! Objects of which a tenant has exactly one, at a path that names no collection.

use serde_json::Value;

use super::read::{Asked, with_context};
use super::{Reply, list};
use crate::collections::singletons::canonical;
use crate::errors::GraphError;
use crate::render::{self, Node, Shape};

/// A singleton that beta lists as a collection of one.
const LISTED_IN_BETA: &str = "policies/authorizationPolicy";

/// The object at a path, or one of its lists; `None` when there is no such path.
pub(super) fn get(asked: Asked<'_>, segments: &[String]) -> Result<Option<Reply>, GraphError> {
    let whole = segments.join("/");
    if let Some((path, object)) = find(asked, &whole) {
        return one(asked, path, object, path == LISTED_IN_BETA).map(Some);
    }
    let Some((owner, last)) = whole.rsplit_once('/') else {
        return Ok(None);
    };
    let Some((path, object)) = find(asked, owner) else {
        return Ok(None);
    };
    if path == LISTED_IN_BETA {
        return one(asked, path, object, false).map(Some);
    }
    let parts = object[last].as_array().map(|parts| parts.iter().map(Node::Stored).collect());
    Ok(parts.map(|parts| list::reply(asked.request, &whole, None, None, parts)))
}

fn find<'a>(asked: Asked<'a>, path: &str) -> Option<(&'static str, &'a Value)> {
    let path = canonical(path)?;
    Some((path, asked.store.get(path, "")?))
}

fn one(asked: Asked<'_>, path: &str, object: &Value, listed: bool) -> Result<Reply, GraphError> {
    let is_beta = asked.request.base.ends_with("/beta");
    let of_beta = (is_beta && path == LISTED_IN_BETA).then(|| as_in_beta(object));
    let object = of_beta.as_ref().unwrap_or(object);
    let shape = Shape { path, navigations: &[], kind: None, in_list: false };
    let node = render::object(asked.request.frame(asked.store), object, shape, asked.options)?;
    if listed && is_beta {
        return Ok(list::reply(asked.request, path, None, None, vec![node]));
    }
    Ok(with_context(asked.request, path, node))
}

/// In beta the consent policies of users stand outside their other permissions.
fn as_in_beta(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(permissions) = object["defaultUserRolePermissions"].as_object_mut() {
        let consent = permissions.remove("permissionGrantPoliciesAssigned").unwrap_or_default();
        object["permissionGrantPolicyIdsAssignedToDefaultUserRole"] = consent;
    }
    object
}
