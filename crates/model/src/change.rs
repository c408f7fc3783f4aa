//! What an audit log tells of a change (facts/graph.md 4.1). Times are milliseconds since the Unix epoch by Microsoft's
//! clock.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

/// Which log.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumString, Display, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ChangeLog {
    /// Intune's.
    Intune,
    /// The directory's: Conditional Access and what else is not Intune's.
    Directory,
}

impl ChangeLog {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Intune, Self::Directory];

    /// Key of the contract by which it is read.
    pub fn contract(self) -> &'static str {
        match self {
            Self::Intune => "auditEvents",
            Self::Directory => "directoryAudits",
        }
    }
}

/// What did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AuthorKind {
    /// A person.
    Person,
    /// Another application.
    Application,
    /// TenantAtlas itself, by the application that it signs in as.
    TenantAtlas,
    /// The event names nobody.
    Unknown,
}

/// Who changed something, when and how, as one event tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// What did it.
    pub kind: AuthorKind,
    /// User principal name, or the application's name.
    pub name: Option<String>,
    /// Object id of the person, or client id of the application.
    pub id: Option<String>,
    /// What was done, in the log's words.
    pub activity: String,
    /// When.
    pub at: i64,
    /// Where that stands.
    pub log: ChangeLog,
    /// Groups what was done together, for a search in the log.
    pub correlation: Option<String>,
}

/// One event, as it concerns one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldChange {
    /// The event's own id, unique in its log.
    pub event: String,
    /// The object, as the log names it, in lower case.
    pub object: String,
    /// Whether it says that the object was deleted.
    pub deletes: bool,
    /// Whether it says that nothing came of it.
    pub failed: bool,
    /// Who, when and how.
    pub author: Author,
}

/// One event and one object that it names, as something that is handled once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventMark {
    /// The event's own id.
    pub event: String,
    /// The object, as the log names it, in lower case; empty for an event that names none.
    pub object: String,
}

impl ToldChange {
    /// What is handled once.
    pub fn mark(&self) -> EventMark {
        EventMark { event: self.event.clone(), object: self.object.clone() }
    }
}

/// An object that an event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedObject {
    /// Graph's id, as the log writes it.
    pub id: String,
    /// What the log calls its type.
    pub kind: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// What it tells, of no object yet.
    pub told: ToldChange,
    /// Of which objects; none where the log gives no id.
    pub objects: Vec<NamedObject>,
}
