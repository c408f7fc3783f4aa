//! Scripts as files of their own: IntuneCD compares and changes these, and not what the object says, where it restores.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::{Object, SourceFile, names};

/// A type, the property with its script, the one that the script's file is named after, what is added to that, its ending.
const SCRIPTS: [(&str, &str, &str, &str, &str); 6] = [
    ("powershellScripts", "scriptContent", "fileName", "", ".ps1"),
    ("shellScripts", "scriptContent", "fileName", "", ".sh"),
    ("customAttributes", "scriptContent", "fileName", "", ".sh"),
    ("complianceScripts", "detectionScriptContent", "displayName", "", ".ps1"),
    ("remediations", "detectionScriptContent", "displayName", "_detectionScript", ".ps1"),
    ("remediations", "remediationScriptContent", "displayName", "_remediationScript", ".ps1"),
];

/// The files of an object's scripts, in a folder below its own. What is no base64 is in the object alone.
pub(super) fn files(folder: &str, object: &Object) -> Vec<SourceFile> {
    let text = |name: &str| object.document.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = names::file_id(&object.external_id);
    SCRIPTS
        .iter()
        .filter(|(type_key, ..)| *type_key == object.type_key)
        .filter_map(|(_, content, named, added, ending)| {
            let bytes = STANDARD.decode(text(content)).ok()?;
            // What is added tells IntuneCD which script it is: a long name must not cut it off.
            let name = names::safe(text(named).trim_end_matches(ending));
            Some(SourceFile { path: format!("{folder}/Script Data/{name}{added}__{id}{ending}"), bytes })
        })
        .collect()
}
