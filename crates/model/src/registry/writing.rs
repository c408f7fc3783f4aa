//! How objects of a type are written: assigned, made, changed.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Whether and how an object is assigned.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum Assignable {
    /// A part with targets, written by an action that replaces the whole list.
    Action(Assign),
    /// A part with targets, each of which is added and removed by a request of its own.
    Each {
        /// The part that holds the assignments.
        part: String,
        /// Type of one element, without `microsoft.graph.`.
        element: String,
    },
    /// The object itself says whom it applies to.
    Inside {
        /// The property that does. A path.
        property: String,
        /// Its value when it applies to nobody.
        nobody: serde_json::Value,
    },
    /// Not at all.
    Never {
        /// Why not, for people.
        reason: String,
    },
}

/// An assign action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// The part that holds the assignments.
    pub part: String,
    /// Name of the action on the object.
    pub action: String,
    /// Parameter that takes the list.
    pub parameter: String,
    /// Type of one element, without `microsoft.graph.`.
    pub element: String,
    /// Whether the service stores a group that is excluded as one that is included: then none is ever sent.
    #[serde(default)]
    pub only_includes: bool,
}

/// Whether an object can be made through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CreateMode {
    /// As it was read, after stripping.
    Yes,
    /// With something missing.
    Partial,
    /// It exists already and is only changed.
    PatchOnly,
    /// Not through the API.
    Never,
}

/// How it is created: `POST` on the collection.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Whether it can be.
    pub mode: CreateMode,
    /// What is missing or why not; empty for `yes`.
    #[serde(default)]
    pub reason: String,
    /// Parts that are sent inside the create request.
    #[serde(default)]
    pub with_parts: Vec<String>,
    /// Properties that the create refuses or ignores. Paths.
    #[serde(default)]
    pub without: Vec<String>,
    /// What has to follow, in order: names of [`Update::actions`], a part whose rows are posted one by one, or `PATCH`.
    #[serde(default)]
    pub then: Vec<String>,
    /// When the new object can be used; absent means at once.
    #[serde(default)]
    pub ready: Option<Ready>,
    /// Path below the version that makes it, when that is not the collection. A property in braces stands for its value.
    #[serde(default)]
    pub path: Option<String>,
    /// The only properties that it takes; empty for all. Beside them it takes what [`Create::takes`] names.
    #[serde(default)]
    pub only: Vec<String>,
    /// Properties that it calls by another name: from that name to the property.
    #[serde(default)]
    pub takes: BTreeMap<String, String>,
    /// Whether the id is chosen by whoever makes it.
    #[serde(default)]
    pub with_id: bool,
    /// The only derived types that can be made, without `microsoft.graph.`; empty for all.
    #[serde(default)]
    pub types: Vec<String>,
}

/// What a new object has to say before it can be assigned or referred to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// The property.
    pub property: String,
    /// Its value.
    pub value: String,
}

/// How an object of every directory is told: by a property with a value, or with the start of one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltIn {
    /// The property.
    pub property: String,
    /// Its value, written as text: `true`, `0`, `builtIn`. An ending `*` stands for anything.
    pub value: String,
    /// Whether such an object is assigned like any other; else it applies to everybody.
    #[serde(default)]
    pub assigned: bool,
}

/// How it is changed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// `PATCH` or `PUT` on the object; `none` when the service changes it and nobody else.
    pub method: String,
    /// Path below the version where it is written, when that is not where it is read.
    #[serde(default)]
    pub path: Option<String>,
    /// Property of the body that takes it, when it is not the body itself.
    #[serde(default)]
    pub inside: Option<String>,
    /// Why there is no method; empty when there is one.
    #[serde(default)]
    pub reason: String,
    /// Properties that the update refuses. Paths.
    #[serde(default)]
    pub without: Vec<String>,
    /// Properties that the update refuses as null. Names.
    #[serde(default)]
    pub not_null: Vec<String>,
    /// Actions on the object that change a part of it, with their parameters.
    #[serde(default)]
    pub actions: BTreeMap<String, Vec<String>>,
    /// Parameters that are called otherwise than the property they write: from that name to the property.
    #[serde(default)]
    pub takes: BTreeMap<String, String>,
}

/// How the rows of a part are written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rows {
    /// Each is added, changed and removed by a request of its own.
    Each {
        /// The property by which two rows are the same.
        key: String,
    },
    /// Those that are there are changed, each by a request of its own; none is added or removed.
    InPlace {
        /// The property by which two rows are the same, which is their id as well.
        key: String,
    },
    /// Each is another object, linked and unlinked by its address.
    Links,
    /// Values of an administrative template, by the action `updateDefinitionValues`.
    DefinitionValues,
    /// Settings of an intent, by the action `updateSettings`, which takes those that change.
    Settings,
    /// Items of a policy set, by the action `update`.
    Items,
    /// Not at all.
    Never,
}

/// A property that a restore never gives a value which takes effect on everybody at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The property.
    pub property: String,
    /// The value that is never sent.
    pub value: String,
    /// What is sent in its place.
    pub instead: String,
}

impl Assignable {
    /// The part that holds the assignments, where there is one.
    pub fn part(&self) -> Option<&str> {
        match self {
            Assignable::Action(assign) => Some(&assign.part),
            Assignable::Each { part, .. } => Some(part),
            Assignable::Inside { .. } | Assignable::Never { .. } => None,
        }
    }
}
