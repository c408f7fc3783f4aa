//! Values that are in no version, because Graph masks them: which ones a person may enter.

use model::AppError;
use model::registry::content::Definitions;
use model::registry::{Mode, Registry};
use model::restore::{SecretPlace, secret_places};
use serde_json::Value;
use store::Db;

use super::{MappedTarget, TargetAnswer};
use crate::restores::draft::{Draft, ObjectKey};
use crate::restores::source::SourceScope;

/// A value that no version has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSecret {
    /// The object of the source that holds it.
    pub object: ObjectKey,
    /// The object's name.
    pub of: String,
    /// Where in it, as a JSON pointer.
    pub pointer: String,
    /// What it is called.
    pub name: String,
    /// Whether it may have several lines.
    pub lines: bool,
    /// Whether somebody has entered it.
    pub entered: bool,
    /// Whether a new object needs it; one that is changed keeps what it has.
    pub for_new: bool,
}

/// Those of the objects whose settings are written.
pub(super) async fn missing(
    db: &Db,
    source: &SourceScope<'_>,
    draft: &Draft,
    targets: &[MappedTarget],
    documents: &[Option<Value>],
) -> Result<Vec<MissingSecret>, AppError> {
    if !draft.settings {
        return Ok(Vec::new());
    }
    let mut found: Vec<(&MappedTarget, SecretPlace)> = Vec::new();
    for (target, document) in targets.iter().zip(documents) {
        let (Some(contract), Some(document)) = (Registry::embedded().get(&target.object.type_key), document) else {
            continue;
        };
        if matches!(contract.restore, Mode::Enabled) && target.answer != TargetAnswer::LeftOut {
            found.extend(secret_places(contract, document).into_iter().map(|place| (target, place)));
        }
    }
    let ids = found.iter().filter_map(|(_, place)| place.definition.as_deref());
    let known = db.tenant(source.get()).definitions().names(ids).await?;
    Ok(found.into_iter().map(|(target, place)| secret(draft, &known, target, place)).collect())
}

fn secret(draft: &Draft, known: &Definitions, target: &MappedTarget, place: SecretPlace) -> MissingSecret {
    let defined = place.definition.as_ref().and_then(|id| known.get(id)).map(|definition| definition.name.clone());
    MissingSecret {
        object: target.object.clone(),
        of: target.name.clone(),
        entered: draft.secrets_of(&target.object).any(|(pointer, _)| pointer == place.pointer),
        name: defined.unwrap_or(place.name),
        pointer: place.pointer,
        lines: place.lines,
        for_new: !matches!(target.answer, TargetAnswer::InPlace(..)),
    }
}
