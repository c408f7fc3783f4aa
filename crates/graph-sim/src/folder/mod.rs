//! Fills a tenant from a folder of exported policies, and says what became of every file.

mod clean;
mod encoding;
mod place;
mod read;
mod repair;

use std::path::Path;

use serde_json::Value;

use crate::collections;
use crate::config::StartError;
use crate::graph::{add_templates, complete};
use crate::journal::{LoadReport, Placed, Unplaced};
use crate::random::Random;
use crate::store::Store;

/// Loads every `*.json` below the folder, in the order of the paths.
pub(crate) fn load(store: &mut Store, folder: &Path) -> Result<LoadReport, StartError> {
    let files = read::files(folder).map_err(|source| StartError::Folder { folder: folder.to_owned(), source })?;
    let mut report = LoadReport::default();
    for (file, content) in files {
        let objects = content.and_then(|bytes| encoding::decode(&bytes)).and_then(|text| read::objects(&text));
        match objects {
            Ok(objects) if objects.is_empty() => report.miss(&file, "the list in the file is empty"),
            Ok(objects) => {
                for (index, object) in objects.into_iter().enumerate() {
                    add(store, &mut report, &file, index, object);
                }
            }
            Err(reason) => report.miss(&file, &reason),
        }
    }
    add_templates(store);
    Ok(report)
}

impl LoadReport {
    fn miss(&mut self, file: &str, reason: &str) {
        self.unplaced.push(Unplaced { file: file.to_owned(), reason: reason.to_owned() });
    }
}

fn add(store: &mut Store, report: &mut LoadReport, file: &str, index: usize, object: Value) {
    let kind = match place::collection(&object).map(collections::kind) {
        Ok(Some(kind)) => kind,
        Ok(None) => return report.miss(file, "its collection is not one the simulator knows"),
        Err(reason) => return report.miss(file, &reason),
    };
    let mut notes = Vec::new();
    let mut object = object;
    repair::repair(kind, &mut object, &mut notes);
    clean::clean(&mut object);
    let is_taken = |id: &str| {
        // What every tenant has gives way to what was exported of it.
        store.get(kind.path, id).is_some()
            && report.placed.iter().any(|placed| placed.collection == kind.path && placed.id == id)
    };
    let id = identify(is_taken, kind.path, file, index, &mut object, &mut notes);
    complete(kind, &mut object);
    store.insert(kind.path, &id, object);
    report.placed.push(Placed {
        file: file.to_owned(),
        collection: kind.path.to_owned(),
        id,
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    });
}

/// The object's own id, or one that derives from its place when it has none or somebody else has it.
fn identify(
    is_taken: impl Fn(&str) -> bool,
    path: &str,
    file: &str,
    index: usize,
    object: &mut Value,
    notes: &mut Vec<String>,
) -> String {
    let own = object["id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    match own {
        Some(id) if !is_taken(&id) => return id,
        Some(id) => notes.push(format!("got a new id, because another object has {id}")),
        None => notes.push("got an id, because it has none".to_owned()),
    }
    let id = Random::from_text(&format!("{path}\n{file}\n{index}")).guid();
    object["id"] = Value::String(id.clone());
    id
}

#[cfg(test)]
mod tests;
