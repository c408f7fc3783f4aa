//! What a person chooses in the steps of a restore, as it is kept.

use std::collections::BTreeSet;

use model::AppError;
use model::ids::{SecretId, VersionId};
use serde::{Deserialize, Serialize};
use store::Restore;

use crate::inventory::item_key;

/// One object of the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The contract's key.
    #[serde(rename = "type")]
    pub type_key: String,
    /// Graph's id, where it comes from.
    pub id: String,
}

impl ObjectKey {
    /// Of these two.
    pub fn new(type_key: impl Into<String>, id: impl Into<String>) -> Self {
        Self { type_key: type_key.into(), id: id.into() }
    }

    /// As a form, an address and a run's item write it.
    pub fn text(&self) -> String {
        item_key(&self.type_key, &self.id)
    }

    /// Reads what [`ObjectKey::text`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (type_key, id) = text.split_once('/')?;
        (!type_key.is_empty() && !id.is_empty()).then(|| Self::new(type_key, id))
    }
}

/// Everything that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The versions that are restored, of a source that is neither a backup set nor a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionId>,
    /// Which objects of the source; absent is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<BTreeSet<ObjectKey>>,
    /// Whether their own settings are written.
    pub settings: bool,
    /// Whether their assignments are written.
    pub assignments: bool,
    /// Where objects go, as far as a person said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetChoice>,
    /// What becomes of references, as far as a person said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<ReferenceChoice>,
    /// Which values a person entered that are in no version; the values themselves are kept elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretChoice>,
}

/// A value that a person entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretChoice {
    /// The object of the source.
    pub object: ObjectKey,
    /// Where in it, as a JSON pointer.
    pub pointer: String,
    /// The value's id. Another value has another one, so that no plan outlives it.
    pub secret: SecretId,
}

/// Where one object goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetChoice {
    /// The object of the source.
    pub object: ObjectKey,
    /// Where it goes.
    pub target: Target,
}

/// Where an object goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This one of the tenant is changed.
    Existing(String),
    /// A new one is made.
    New,
    /// Nowhere.
    LeaveOut,
}

/// What becomes of one reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceChoice {
    /// Key of the contract that it names, or `external:` and a word.
    pub kind: String,
    /// The id in the source.
    pub id: String,
    /// What becomes of it.
    pub choice: Choice,
}

/// What becomes of a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// This object of the tenant stands for it.
    Use(String),
    /// It stays as it is.
    Keep,
    /// It is left out, with the row that holds it.
    LeaveOut,
}

impl Draft {
    /// Everything that the source holds.
    pub fn whole(versions: Vec<VersionId>) -> Self {
        Self {
            versions,
            objects: None,
            settings: true,
            assignments: false,
            targets: Vec::new(),
            references: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Reads what is kept with a restore.
    pub fn of(restore: &Restore) -> Result<Self, AppError> {
        serde_json::from_value(restore.draft.clone()).map_err(AppError::internal)
    }

    /// Whether the object is chosen.
    pub fn has(&self, key: &ObjectKey) -> bool {
        self.objects.as_ref().is_none_or(|objects| objects.contains(key))
    }

    /// Says where an object goes, in place of what was said before; nothing takes that back.
    pub fn set_target(&mut self, object: ObjectKey, target: Option<Target>) {
        self.targets.retain(|known| known.object != object);
        self.targets.extend(target.map(|target| TargetChoice { object, target }));
        self.targets.sort_by(|one, other| one.object.cmp(&other.object));
    }

    /// Names another value of a place, or none; gives the id of the one before.
    pub fn set_secret(&mut self, object: &ObjectKey, pointer: &str, secret: Option<SecretId>) -> Option<SecretId> {
        let is_there = |known: &SecretChoice| known.object == *object && known.pointer == pointer;
        let before = self.secrets.iter().find(|known| is_there(known)).map(|known| known.secret);
        self.secrets.retain(|known| !is_there(known));
        let (object, pointer) = (object.clone(), pointer.to_owned());
        self.secrets.extend(secret.map(|secret| SecretChoice { object, pointer, secret }));
        before
    }

    /// The values of an object, each with its place.
    pub fn secrets_of(&self, object: &ObjectKey) -> impl Iterator<Item = (&str, SecretId)> {
        let of = self.secrets.iter().filter(move |known| known.object == *object);
        of.map(|known| (known.pointer.as_str(), known.secret))
    }

    /// Says what becomes of a reference, in place of what was said before; nothing takes that back.
    pub fn set_reference(&mut self, kind: &str, id: &str, choice: Option<Choice>) {
        self.references.retain(|known| (known.kind.as_str(), known.id.as_str()) != (kind, id));
        let new = choice.map(|choice| ReferenceChoice { kind: kind.to_owned(), id: id.to_owned(), choice });
        self.references.extend(new);
        self.references.sort_by(|one, other| (&one.kind, &one.id).cmp(&(&other.kind, &other.id)));
    }
}
