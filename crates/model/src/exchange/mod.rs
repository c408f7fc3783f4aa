//! Configuration as files: our own layout and those that other tools write and read (`spec/product.md` 6).
//!
//! Everything here works on bytes in memory. Reading never drops anything silently: what is no object is named, with a
//! code and a sentence.

mod archive;
mod folders;
mod group_policy;
mod intune_cd;
mod intune_management;
mod names;
mod ours;
mod parts;
mod read;
mod recognise;
mod shape;
mod text;
mod write;
mod yaml;

use std::collections::BTreeMap;

use serde_json::Value;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

pub use archive::{Archive, FILE_BYTES_MAX, FILES_MAX, Packer, UNPACKED_BYTES_MAX, checked_path};
pub use ours::{FileManifest, FileMissing, FileObject, MANIFEST, checked, is_manifest};
pub use read::{Aside, Found, Reader, may_hold_objects};
pub use recognise::type_of;
pub use text::decoded;
pub use write::Writer;

/// How files are laid out.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    EnumString,
    Display,
    EnumIter,
    IntoStaticStr,
    serde::Serialize,
    serde::Deserialize,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Ours: a folder for each type, a file for each object, a manifest with hashes.
    Ours,
    /// JSON as the portal exports and imports it.
    Portal,
    /// As IntuneManagement writes it.
    IntuneManagement,
    /// As IntuneCD writes it.
    Intunecd,
}

impl Layout {
    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ours => "TenantAtlas",
            Self::Portal => "Portal JSON",
            Self::IntuneManagement => "IntuneManagement",
            Self::Intunecd => "IntuneCD",
        }
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Below the folder or archive, with `/` between names.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// One object of a tenant, in the shape in which it is observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The contract's key.
    pub type_key: String,
    /// Graph's id; one that begins with `file-` was made from the path, since the file has none.
    pub external_id: String,
    /// As a person named it.
    pub name: String,
    /// Its JSON.
    pub document: Value,
}

/// Why a file or an object is not taken, or not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable.
    pub code: &'static str,
    /// Our own words.
    pub message: String,
}

impl Problem {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Where the objects that are written come from.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Id of the directory (a GUID).
    pub directory_id: String,
    /// What its people call it.
    pub organisation: String,
    /// Origin of its Microsoft Graph, without a trailing slash.
    pub graph_url: String,
    /// Names of groups by their ids, as far as they are known.
    pub groups: BTreeMap<String, String>,
    /// Names of scope tags by their ids, as far as they are known.
    pub scope_tags: BTreeMap<String, String>,
    /// Names of assignment filters by their ids, as far as they are known.
    pub filters: BTreeMap<String, String>,
    /// Names of notification templates by their ids, as far as they are known.
    pub templates: BTreeMap<String, String>,
    /// Names of compliance scripts by their ids, as far as they are known.
    pub scripts: BTreeMap<String, String>,
    /// Names of apps by their ids, as far as they are known.
    pub apps: BTreeMap<String, String>,
    /// Types of apps (`#microsoft.graph.…`) by their ids: only IntuneCD's layout wants them.
    pub app_types: BTreeMap<String, String>,
}

/// JSON for people and for line by line comparison: sorted keys, two spaces, a line break at the end.
fn sorted_text(value: &Value) -> String {
    plain_text(&sorted(value))
}

/// The same with keys in the order in which they are.
fn plain_text(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("JSON always serialises");
    text.push('\n');
    text
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries: BTreeMap<&String, &Value> = map.iter().collect();
            entries
                .into_iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
