//! One thing that differs.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::path::Path;

/// One difference between two documents. Secrets are never in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Where.
    pub path: Path,
    /// What happened.
    pub kind: ChangeKind,
    /// What it is about.
    pub rule: Rule,
    /// What was there; absent when nothing was, which is not `null`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub old: Option<Value>,
    /// What is there now.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub new: Option<Value>,
    /// For a secret that was compared under a key: the marks of both values, which say nothing without the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks>,
}

/// Keyed hashes of a secret before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Of the old value, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Of the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// What happened to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ChangeKind {
    /// Nothing was there.
    Added,
    /// Nothing is there any more.
    Removed,
    /// Something else is there.
    Changed,
}

/// What a change is about, in the order in which a person wants to read it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rule {
    /// A setting of a catalog, a template or a list of settings.
    Settings,
    /// Any other property.
    Plain,
    /// A text with lines of its own: a script, XML, JSON, a property list.
    Text,
    /// Another object that is named.
    Reference,
    /// A secret: it says that the value differs, never what it is.
    Secret,
    /// Whom the object applies to.
    Assignments,
    /// Who may manage it.
    ScopeTags,
}

/// A value that is there, `null` too.
fn there<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}
