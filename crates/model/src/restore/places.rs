//! Where requests go, and the addresses of what a body names.

use serde_json::Value;

use super::markers;
use super::plan::{Method, Purpose, Step};
use super::secrets;
use crate::registry::{Contract, Version, path_segment};

/// Stands in a path for the id of the object that the item's first request makes.
pub const NEW: &str = "{new}";
/// Stands in an address inside a body for the origin of the tenant's Graph.
pub const GRAPH: &str = "{graph}";
/// Stands in a path for the id of the directory.
pub use crate::registry::DIRECTORY;

/// One object that requests are made for.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) contract: &'a Contract,
    /// Graph's id; absent for one that the first request makes.
    pub(super) id: Option<&'a str>,
}

impl Place<'_> {
    /// Its path below the version.
    pub(super) fn item(self) -> String {
        let path = &self.contract.path;
        match self.id {
            _ if self.contract.single => path.clone(),
            Some(id) => format!("{path}/{}", path_segment(id)),
            None => format!("{path}/{NEW}"),
        }
    }

    /// A path below it.
    pub(super) fn below(self, rest: &str) -> String {
        format!("{}/{rest}", self.item())
    }

    /// A request.
    pub(super) fn step(self, purpose: Purpose, method: Method, path: String, body: Option<Value>) -> Step {
        let mut body = body;
        let slots = body.as_mut().map(markers::take).unwrap_or_default();
        let secrets = body.as_mut().map(secrets::take).unwrap_or_default();
        let version = self.contract.version.as_str().to_owned();
        Step { purpose, method, version, path, body, slots, secrets, after: None }
    }
}

/// The address of an object, as a body names it.
pub(super) fn address(version: Version, collection: &str, id: &str) -> String {
    // A marker is no id yet; the slot puts one in its place that Graph chose.
    let id = if id.starts_with('\u{1}') { id.to_owned() } else { path_segment(id) };
    format!("{GRAPH}/{}/{collection}/{id}", version.as_str())
}
