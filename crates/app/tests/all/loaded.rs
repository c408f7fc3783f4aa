//! Compares a backup with the files that its tenant was loaded from, without the simulator's help: everything that a
//! file says about an object has to be in the captured document, number texts included. The document may say more,
//! because the service adds times and counts.

use std::path::Path;

use graph_sim::LoadReport;
use model::ids::BackupSetId;
use serde_json::Value;
use testkit::{World, shared};

/// Fails with the first difference, named by file and path.
pub(crate) async fn assert_as_loaded(world: &World, set: BackupSetId, report: &LoadReport) {
    let folder = shared::folder("corpus").expect("the caller found it");
    let scope = world.scope().await;
    let tenant = world.db.tenant(&scope);
    let mut compared = 0;
    for item in tenant.backups().items(set, None, 0, 100_000).await.unwrap() {
        let contract = model::registry::Registry::embedded().get(&item.type_key).unwrap();
        let same = |placed: &&graph_sim::Placed| placed.collection == contract.path && placed.id == item.external_id;
        let Some(placed) = report.placed.iter().find(same) else { continue };
        let document = tenant.versions().document(item.version.expect("the set is complete")).await.unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        let differences: Vec<String> =
            objects(&folder.join(&placed.file)).iter().map(|loaded| lost(loaded, &document, "")).collect();
        assert!(differences.iter().any(String::is_empty), "{}: {differences:?}", placed.file);
        compared += 1;
    }
    assert!(compared > 100, "only {compared} objects were compared");
}

/// Where the document does not hold what was loaded; empty when it holds everything.
fn lost(loaded: &Value, kept: &Value, path: &str) -> String {
    match (loaded, kept) {
        (Value::Object(loaded), Value::Object(kept)) => {
            let said = loaded.iter().filter(|(name, _)| !is_about_the_export(name, path));
            let mut found = said.map(|(name, value)| match kept.get(name) {
                Some(other) => lost(value, other, &format!("{path}/{name}")),
                None => format!("{path}/{name} is gone"),
            });
            found.find(|difference| !difference.is_empty()).unwrap_or_default()
        }
        (Value::Array(loaded), Value::Array(kept)) if loaded.len() == kept.len() => {
            let mut pairs =
                loaded.iter().zip(kept).enumerate().map(|(at, (one, other))| lost(one, other, &format!("{path}/{at}")));
            pairs.find(|difference| !difference.is_empty()).unwrap_or_default()
        }
        // PowerShell's exports write a list of one as its element.
        (Value::Object(_), Value::Array(kept)) if kept.len() == 1 => lost(loaded, &kept[0], path),
        // The service has no empty template id; exports of it do.
        (Value::String(loaded), _) if loaded.is_empty() && path.ends_with("/notificationTemplateId") => String::new(),
        (loaded, kept) if loaded == kept => String::new(),
        (loaded, kept) => format!("{path}: {loaded} became {kept}"),
    }
}

/// Addresses, actions and what the service computes. The id may be new when two files have the same.
fn is_about_the_export(name: &str, path: &str) -> bool {
    name.starts_with('#')
        || (name.contains("@odata.") && name != "@odata.type")
        || name == "settingDefinitions"
        || (name == "id" && path.is_empty())
}

/// The objects in a file, in whatever encoding it is.
fn objects(file: &Path) -> Vec<Value> {
    let bytes = std::fs::read(file).unwrap();
    let wide = |unit: fn([u8; 2]) -> u16, from: usize| {
        let units: Vec<u16> = bytes[from..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).unwrap()
    };
    let text = match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes, 2),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes, 2),
        [_, 0, ..] => wide(u16::from_le_bytes, 0),
        _ => String::from_utf8(bytes).unwrap(),
    };
    match serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap() {
        Value::Array(all) => all,
        Value::Object(mut page) if page.get("value").is_some_and(Value::is_array) => match page.remove("value") {
            Some(Value::Array(all)) => all,
            _ => unreachable!("it was just seen to be a list"),
        },
        one => vec![one],
    }
}
