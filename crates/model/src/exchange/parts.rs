//! Parts of an object that a tool keeps as files of their own, without a file for the object.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::registry::{Contract, Registry};

/// The folder, the type of the object, and the property that they are of it: an enrolment profile belongs to a token.
const PARTS: [(&str, &str, &str); 1] = [("Enrollment Profiles/Apple", "appleAde", "enrollmentProfiles")];

/// The files of one import that hold parts.
#[derive(Debug)]
pub(super) struct Parts {
    /// By the first file of each object.
    wholes: HashMap<String, Whole>,
    /// The others.
    further: HashSet<String>,
}

/// An object whose parts are in several files.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) contract: &'static Contract,
    property: &'static str,
    /// The object's id, where the names of the files tell it.
    id: Option<String>,
    /// The files but for the first.
    pub(super) further: Vec<String>,
}

impl Parts {
    /// Told by the paths alone. Files whose names do not say the object are an object each.
    pub(super) fn of(paths: &[String]) -> Self {
        let mut parts = Self { wholes: HashMap::new(), further: HashSet::new() };
        let mut firsts: HashMap<(&str, &str), &String> = HashMap::new();
        let mut sorted: Vec<&String> = paths.iter().collect();
        sorted.sort();
        for path in sorted {
            let Some((folder, file)) = path.rsplit_once('/') else { continue };
            let kept = |one: &&(&str, &str, &str)| folder == one.0 || folder.ends_with(&format!("/{}", one.0));
            let Some((_, key, property)) = PARTS.iter().find(kept) else { continue };
            let Some(contract) = Registry::embedded().get(key) else { continue };
            let id = ids_in(file).map(|(whole, _)| whole);
            match id.and_then(|id| firsts.get(&(folder, id)).copied()) {
                Some(first) => {
                    parts.further.insert(path.clone());
                    parts.wholes.entry(first.clone()).and_modify(|whole| whole.further.push(path.clone()));
                }
                None => {
                    let whole = Whole { contract, property, id: id.map(str::to_owned), further: Vec::new() };
                    parts.wholes.insert(path.clone(), whole);
                    firsts.extend(id.map(|id| ((folder, id), path)));
                }
            }
        }
        parts
    }

    /// The object of which this file is the first.
    pub(super) fn whole_of(&self, path: &str) -> Option<&Whole> {
        self.wholes.get(path)
    }

    /// Whether it belongs to an object of which another file is the first.
    pub(super) fn is_further(&self, path: &str) -> bool {
        self.further.contains(path)
    }
}

impl Whole {
    /// Whether that is a part, and not the object itself, which we have written so once.
    pub(super) fn is_made_of(&self, document: &Value) -> bool {
        document.get(self.property).is_none()
    }

    /// One part, with its id, which the name of its file tells.
    pub(super) fn item(&self, path: &str, mut document: Value) -> Value {
        let id = path.rsplit('/').next().and_then(ids_in).map(|(_, id)| id);
        if let (Some(map), Some(id)) = (document.as_object_mut(), id)
            && !map.contains_key("id")
        {
            map.shift_insert(0, "id".to_owned(), json!(id));
        }
        document
    }

    /// The object. What is not in the files is not known of it.
    pub(super) fn document(&self, parts: Vec<Value>) -> Value {
        let mut document = json!({ self.property: parts });
        if let (Some(map), Some(id)) = (document.as_object_mut(), &self.id) {
            map.shift_insert(0, "id".to_owned(), json!(id));
        }
        document
    }
}

/// The object's id and the part's, of `NAME__OBJECT_PART.json`: such a part's id begins with that of its object.
fn ids_in(file: &str) -> Option<(&str, &str)> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (_, id) = stem.rsplit_once("__")?;
    let (whole, part) = id.split_once('_')?;
    let is_guid = |text: &str| text.len() == 36 && uuid::Uuid::try_parse(text).is_ok();
    (is_guid(whole) && is_guid(part)).then_some((whole, id))
}

#[cfg(test)]
mod tests {
    use super::Parts;

    const TOKEN: &str = "c8d6cb4d-a4c6-4b04-a744-d0b64d8971ea";

    #[test]
    fn files_of_one_token_are_one_object_and_others_one_each() {
        let of = |name: &str, part: u32| {
            format!("x/Enrollment Profiles/Apple/{name}__{TOKEN}_879abd5a-6e01-4c9c-a536-{part:012}.json")
        };
        let plain = "Enrollment Profiles/Apple/plain.json".to_owned();
        let paths = [of("b", 2), of("a", 1), plain.clone(), "Enrollment Profiles/Windows/w.json".to_owned()];
        let parts = Parts::of(&paths);
        let whole = parts.whole_of(&paths[1]).expect("the first");
        assert_eq!((whole.id.as_deref(), &whole.further[..]), (Some(TOKEN), &paths[..1]));
        assert!(parts.is_further(&paths[0]) && parts.whole_of(&paths[0]).is_none());
        let alone = parts.whole_of(&plain).expect("an object of its own");
        assert_eq!((alone.id.as_deref(), alone.further.len()), (None, 0));
        assert!(parts.whole_of(&paths[3]).is_none() && !parts.is_further(&paths[3]));
    }
}
