//! The shape of one contract. Unknown keys do not parse, so that a typing mistake cannot become a silent default.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::approval::ApprovalKind;
use super::reading::{Aligned, Delta, Hydrate, List, Part, Unchanged};
use super::writing::{Assignable, BuiltIn, Create, Held, Update};

/// Stands for the id of the directory in [`Contract::path`].
pub const DIRECTORY: &str = "{directory}";

/// Everything the product knows about one configuration type, as data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Stable key, stored with every object.
    pub key: String,
    /// Position in lists; equal ones sort by key.
    pub order: u16,
    /// When it is restored: what others refer to has a lower number (facts/policy-types.md 9).
    pub wave: u8,
    /// What a person calls one object.
    pub label: String,
    /// What a person calls several.
    pub label_plural: String,
    /// The area it is shown under.
    pub category: String,
    /// Whether `inventory.sync` observes it; the group cache has a run type of its own.
    pub inventory: bool,
    /// Whether it is in every backup set, also in one of other types: a restore needs it.
    #[serde(default)]
    pub foundation: bool,
    /// How the platform of an object is found.
    pub platform: PlatformRule,
    /// Graph version that knows all of it.
    pub version: Version,
    /// Path below the version, without slashes around it: of the collection, or of the one object of its kind.
    /// [`DIRECTORY`] stands for the id of the directory.
    pub path: String,
    /// Whether a directory has exactly one object of this type, which the path itself names.
    #[serde(default)]
    pub single: bool,
    /// Path below the version of the action that gives many objects by their ids (`ids`, `types`), where there is one.
    #[serde(default)]
    pub lookup: Option<String>,
    /// Collection of everything in an object of it, directly or through others, of which devices and users can be counted.
    #[serde(default)]
    pub members: Option<String>,
    /// How the service tells what changed in the collection, where it does.
    #[serde(default)]
    pub delta: Option<Delta>,
    /// Entity type of its objects, without `microsoft.graph.`.
    pub entity: String,
    /// Derived types that this contract names somewhere, without `microsoft.graph.`.
    #[serde(default)]
    pub family: Vec<String>,
    /// What the directory's audit log calls an object of it when one is added (for example "conditional access policy" of
    /// "Add conditional access policy"), where that is known. Intune's log names types by their entity.
    #[serde(default)]
    pub audited_as: Option<String>,
    /// Which published limit its requests count against.
    pub quota: Quota,
    /// Which policies of Multi Admin Approval protect its objects, where that is known.
    #[serde(default)]
    pub approval: Option<ApprovalKind>,
    /// Property with the name that a person gave; what has none is called by its label.
    #[serde(default)]
    pub name: Option<String>,
    /// What a person reads in place of a name that says nothing to anybody.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Property with the time of the last change, when there is one.
    #[serde(default)]
    pub modified: Option<String>,
    /// How the collection is listed.
    pub list: List,
    /// How a single object is read when rows of the list are incomplete.
    #[serde(default)]
    pub hydrate: Option<Hydrate>,
    /// Collections that belong to the object.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// What has to be as it was before for an object to be left unread; absent reads each one every time.
    #[serde(default)]
    pub unchanged: Option<Unchanged>,
    /// Whether and how it is assigned.
    pub assignable: Assignable,
    /// How it is created.
    pub create: Create,
    /// How it is changed.
    pub update: Update,
    /// Whether `DELETE {id}` removes it.
    pub delete: bool,
    /// Path below the version of the collection where a removed object is kept for a while; its action `restore` brings it
    /// back with its id.
    #[serde(default)]
    pub deleted: Option<String>,
    /// Path below the version of the requests for approval that its objects call for, and that tell what became of them.
    #[serde(default)]
    pub requests: Option<String>,
    /// What a restore never turns on.
    #[serde(default)]
    pub held: Option<Held>,
    /// How the objects are told that every directory has: they are changed, never created or deleted.
    #[serde(default)]
    pub built_in: Option<BuiltIn>,
    /// Properties never sent back: read-only or computed by the service. Paths, see [`super::content`].
    #[serde(default)]
    pub strip: Vec<String>,
    /// Properties that say nothing about the configuration and are left out of the content of a version. Paths.
    /// `createdDateTime` is kept everywhere: it never changes, so it cannot fake a change, and another value under the
    /// same id is worth seeing.
    #[serde(default)]
    pub volatile: Vec<String>,
    /// Arrays whose order means nothing. Paths.
    #[serde(default)]
    pub sets: Vec<String>,
    /// Lists whose elements have an identity: comparisons tell them apart by it, and their order means nothing to them.
    #[serde(default)]
    pub aligned: Vec<Aligned>,
    /// Ids and the like that the service makes anew with each write: part of a version, passed over by comparisons. Paths.
    #[serde(default)]
    pub remade: Vec<String>,
    /// Of [`Contract::strip`] what comparisons of two observations look at all the same, because it is worth seeing. Parts
    /// and references are, without being named here. Paths.
    #[serde(default)]
    pub kept: Vec<String>,
    /// Values that Graph masks or never returns. Paths.
    #[serde(default)]
    pub masked: Vec<String>,
    /// What belongs to the object and is not read, in a person's words: the object counts as complete without it.
    #[serde(default)]
    pub unread: Vec<String>,
    /// Objects inside it that are sent as their id alone. Paths.
    #[serde(default)]
    pub by_id: Vec<String>,
    /// Base64 texts, shown decoded. Paths.
    #[serde(default)]
    pub encoded: Vec<String>,
    /// Where the definitions of its settings are read, when it has settings of a catalog.
    #[serde(default)]
    pub definitions: Option<DefinitionPaths>,
    /// Where the object names other objects.
    #[serde(default)]
    pub references: Vec<ReferenceRule>,
    /// Backup.
    pub backup: Mode,
    /// Restore.
    pub restore: Mode,
    /// How much a wrong write can hurt.
    pub risk: Risk,
    /// Application permissions.
    pub permissions: Permissions,
    /// Quirks, each with its source.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Graph version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, strum::IntoStaticStr)]
pub enum Version {
    /// `/beta`.
    #[serde(rename = "beta")]
    #[strum(serialize = "beta")]
    Beta,
    /// `/v1.0`.
    #[serde(rename = "v1.0")]
    #[strum(serialize = "v1.0")]
    V1,
}

/// How the platform of an object is found.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlatformRule {
    /// A property says so; a flags value may name several.
    Property {
        /// Its name.
        property: String,
        /// From Graph's members to what a person reads; a member that is not listed is shown as sent.
        names: BTreeMap<String, String>,
    },
    /// The `@odata.type` starts with one of these; the longest match wins.
    ObjectType {
        /// From the start of the type name to what a person reads.
        prefixes: BTreeMap<String, String>,
    },
    /// All objects of the type have the same one.
    Fixed {
        /// What a person reads.
        value: String,
    },
    /// It has none.
    None,
}

/// Which published limit a request counts against (learn.microsoft.com/graph/throttling-limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quota {
    /// Intune.
    Intune,
    /// Conditional Access and named locations: one request a second for a tenant over all applications.
    ConditionalAccess,
    /// Groups and other directory objects.
    Directory,
    /// The directory's audit and sign-in logs.
    AuditLogs,
}

/// Whether a feature works for the type.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mode {
    /// It does.
    Enabled,
    /// It can be prepared and looked at, not executed.
    PreviewOnly {
        /// Why, for people.
        reason: String,
    },
    /// It does not.
    Unsupported {
        /// Why, for people.
        reason: String,
    },
}

/// How much a wrong write can hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Risk {
    /// Nobody notices.
    Low,
    /// Some people are hindered.
    Medium,
    /// Many people are hindered or a protection is lost.
    High,
    /// Everybody can be locked out.
    Critical,
}

/// Application permissions; each list is needed as a whole unless a note says otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// To observe it.
    pub read: Vec<String>,
    /// To change it.
    pub write: Vec<String>,
    /// Whether everything else works without them.
    #[serde(default)]
    pub optional: bool,
}

/// Where the object names other objects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceRule {
    /// Path to an id or a list of ids ([`path`](super::content::path)). Where rows name by their type, there is a rule for
    /// each type.
    pub path: String,
    /// Key of the contract it names, or `external:` and a word for what has no contract.
    pub to: String,
    /// Keys of the contracts of one of which it is, where the object does not say which; `to` is `external:` and a word then.
    #[serde(default)]
    pub among: Vec<String>,
    /// Values that are words and not ids, for example `All`.
    #[serde(default)]
    pub except: Vec<String>,
    /// Path below the version of the collection of what is named, where an address is sent in place of the id. The path of
    /// the rule ends in `.id` then, and what holds the id is a part.
    #[serde(default)]
    pub bind: Option<String>,
    /// Where a tenant has what is named and another one may not.
    #[serde(default)]
    pub found: Option<Found>,
}

/// Where something without a contract is found, so that nobody is promised what the tenant cannot take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Path below the version of the collection that has it by its id.
    pub at: String,
    /// What is said where it is missing, with what a person does then.
    pub missing: String,
}

/// Where the definitions of settings are read. They say what a setting is called and are never a part of the object.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinitionPaths {
    /// The part that brings the definitions of all its settings in one request, when its `settingDefinitions` are
    /// expanded on its own path; absent for an object without such a part.
    #[serde(default)]
    pub with: Option<String>,
    /// Path below the version of the collection that has each by its id.
    pub path: String,
    /// Path below the version of the categories that they are filed under.
    pub categories: String,
}

impl Contract {
    /// Whether its objects take requests of their own beside the list.
    pub fn reads_objects(&self) -> bool {
        self.hydrate.is_some() || self.parts.iter().any(|part| !part.in_list)
    }

    /// The collection of what a part names by address, where it does.
    pub fn bound(&self, part: &str) -> Option<&str> {
        let names = |path: &str| path.strip_suffix(".id").map(|holder| holder.trim_end_matches("[]")) == Some(part);
        let rule = self.references.iter().find(|rule| rule.bind.is_some() && names(&rule.path));
        rule.and_then(|rule| rule.bind.as_deref())
    }

    /// The part of that name.
    pub fn part(&self, property: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.property == property)
    }
}

impl Version {
    /// As it is written in an address.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
