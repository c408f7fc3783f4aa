//! The plan: immutable once it is made; its hash is what a person confirms.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::secrets::SecretSlot;

/// Everything that a restore does, in the order in which it does it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of the plan's shape.
    pub format: u32,
    /// The directory that it writes to (a GUID).
    pub directory_id: String,
    /// When the live state was read that it compares with, milliseconds since the Unix epoch.
    pub observed_at_ms: i64,
    /// What keeps the whole plan from being executed; nothing may stand here when it is confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Why>,
    /// What happens to each object; what others refer to comes first.
    pub items: Vec<PlanItem>,
    /// How many are in the groups that it reaches, as far as the preview could count them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Reached>,
}

/// How many are in a group, directly or through other groups, when the preview counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The group's id.
    pub group: String,
    /// Devices.
    pub devices: u64,
    /// Users.
    pub users: u64,
}

/// What happens to one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanItem {
    /// Position, from 1: a [`Slot`] names the item by it.
    pub sequence: u32,
    /// The contract's key.
    pub type_key: String,
    /// Graph's id of the object that is restored, where it comes from.
    pub source_id: String,
    /// Its name there.
    pub name: String,
    /// Graph's id of the object that is changed; absent when one is made.
    pub live_id: Option<String>,
    /// Where the preview found nothing, so that one is made: nothing may be there when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_id: Option<String>,
    /// What is done.
    pub action: Action,
    /// Why nothing is done, or less than was asked for.
    pub why: Vec<Why>,
    /// The requests, in order; empty when nothing is written.
    pub steps: Vec<Step>,
    /// Application permissions that they need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// Whether a second administrator has to approve them in Intune.
    #[serde(default)]
    pub approval: Approval,
    /// Whether the requests are only shown, for a person to make them: its kind is not written by a run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// The object as the preview read it, references and all; absent when there was none.
    pub live: Option<Value>,
    /// What the object is like afterwards; ids of objects that this plan makes are missing in it, see `promised_slots`.
    pub promised: Option<Value>,
    /// Where such ids belong in `promised`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promised_slots: Vec<Slot>,
    /// Paths of what cannot be compared afterwards, because Graph never returns it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unverifiable: Vec<String>,
    /// What values are called that are in no version and that nobody has entered: what is made is without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets_missing: Vec<String>,
}

impl Plan {
    /// The items that a run writes.
    pub fn written(&self) -> impl Iterator<Item = &PlanItem> {
        self.items.iter().filter(|item| item.is_written())
    }
}

impl PlanItem {
    /// Whether a run sends something for it: it has requests, and no person makes them.
    pub fn is_written(&self) -> bool {
        !self.steps.is_empty() && !self.by_hand
    }

    /// The values that are sent and that a person entered.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretSlot> {
        self.steps.iter().flat_map(|step| &step.secrets)
    }

    /// Whether it becomes an object that lacks a secret; one that is changed keeps what it has.
    pub fn lacks_secret(&self) -> bool {
        !self.secrets_missing.is_empty() && self.action == Action::Create && self.is_written()
    }
}

/// Whether Intune lets requests wait for a second administrator, by what was last observed of its approval policies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Approval {
    /// A policy protects what is written.
    Expected,
    /// There is a policy of which we do not know what it protects.
    Possible,
    /// No policy protects it.
    NotExpected,
    /// The policies were not read.
    #[default]
    Unknown,
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// A new object is made.
    Create,
    /// The object that is there is changed, and keeps its id.
    Update,
    /// Only its assignments are written.
    AssignmentsOnly,
    /// It comes back from the directory's deleted items, with its id.
    BringBack,
    /// What an earlier restore made is removed again; only a plan that takes one back does that.
    Remove,
    /// It is as it should be already, or a person chose to leave it out.
    Skip,
    /// It cannot be done; `why` says the reason.
    Impossible,
}

/// A reason, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Stable code, for example `restore.group_unmapped`.
    pub code: String,
    /// A sentence of ours.
    pub message: String,
}

/// One request to Graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What it is for.
    pub purpose: Purpose,
    /// Its method.
    pub method: Method,
    /// `beta` or `v1.0`.
    pub version: String,
    /// Path below the version. `{new}` stands for the id of the object that this item's first request made, `{directory}` for
    /// that of the directory; ids hold no braces.
    pub path: String,
    /// What is sent. `{graph}` at the beginning of an address in it stands for the origin of the tenant's Graph.
    pub body: Option<Value>,
    /// Where ids of objects that earlier items make belong in the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
    /// Where values belong in it that a person entered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretSlot>,
    /// What the object has to say first: a property and its value (an app is assigned when it is published).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(String, String)>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// Makes the object; its answer has the id.
    Create,
    /// Brings it back from deleted items.
    BringBack,
    /// Removes it.
    Remove,
    /// Changes its own properties.
    Update,
    /// Writes a part of it, by an action or a request of its own.
    Part,
    /// Writes its whole list of assignments.
    Assign,
    /// Adds one assignment.
    AddAssignment,
    /// Removes one assignment.
    RemoveAssignment,
    /// Moves it among others of its kind.
    Priority,
}

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumString)]
#[serde(rename_all = "UPPERCASE")]
#[strum(serialize_all = "UPPERCASE")]
pub enum Method {
    /// `POST`.
    Post,
    /// `PATCH`.
    Patch,
    /// `PUT`.
    Put,
    /// `DELETE`.
    Delete,
}

/// A place in a body that takes the id of an object which is not there yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The item that makes the object.
    pub item: u32,
    /// Text in front of the id, for a link.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// Text behind the id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Slot {
    /// Writes the id into a document, where the place is.
    pub fn fill(&self, document: &mut Value, id: &str) {
        if let Some(place) = document.pointer_mut(&self.pointer) {
            *place = Value::String(format!("{}{id}{}", self.before, self.after));
        }
    }
}
