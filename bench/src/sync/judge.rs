//! Whether a program kept what the simulator holds: the same question for every program.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

/// Collections inside an object: without all of their rows the object is not complete.
const PARTS: [&str; 5] =
    ["settings", "definitionValues", "assignments", "scheduledActionsForRule", "localizedNotificationMessages"];
/// Content that lists leave out.
const CONTENTS: [&str; 3] = ["scriptContent", "detectionScriptContent", "remediationScriptContent"];

/// What became of objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    /// The simulator holds so many.
    pub(crate) present: usize,
    /// The program kept so many of them, complete or not.
    pub(crate) captured: usize,
    /// So many of the kept ones lack something.
    pub(crate) incomplete: usize,
}

impl Verdict {
    /// Both together.
    pub(crate) fn plus(self, other: &Self) -> Self {
        Self {
            present: self.present + other.present,
            captured: self.captured + other.captured,
            incomplete: self.incomplete + other.incomplete,
        }
    }
}

/// Looks for each object among the copies, by id. A program may keep several files for one object: one complete
/// copy is enough.
pub(crate) fn judge(objects: &[Value], copies: &HashMap<String, Vec<Value>>) -> Verdict {
    let mut verdict = Verdict { present: objects.len(), ..Verdict::default() };
    for object in objects {
        let id = object["id"].as_str().unwrap_or_default();
        let Some(found) = copies.get(id) else { continue };
        verdict.captured += 1;
        verdict.incomplete += usize::from(!found.iter().any(|copy| is_complete(object, copy)));
    }
    verdict
}

fn is_complete(object: &Value, copy: &Value) -> bool {
    let rows = |value: &Value, part: &str| value[part].as_array().map_or(0, Vec::len);
    let parts = PARTS.iter().all(|part| rows(copy, part) >= rows(object, part));
    parts && CONTENTS.iter().all(|name| object[*name].is_null() || copy[*name] == object[*name])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_without_its_last_setting_is_not_complete() {
        let object = json!({ "id": "a", "settings": [1, 2], "scriptContent": null });
        let whole = HashMap::from([("a".to_owned(), vec![object.clone()])]);
        let cut = HashMap::from([("a".to_owned(), vec![json!({ "settings": [1] })])]);
        let objects = [object];
        assert_eq!(judge(&objects, &whole), Verdict { present: 1, captured: 1, incomplete: 0 });
        assert_eq!(judge(&objects, &cut), Verdict { present: 1, captured: 1, incomplete: 1 });
        assert_eq!(judge(&objects, &HashMap::new()), Verdict { present: 1, captured: 0, incomplete: 0 });
    }

    #[test]
    fn a_script_without_its_content_is_not_complete() {
        let object = json!({ "id": "a", "scriptContent": "cHdk" });
        let copies = HashMap::from([("a".to_owned(), vec![json!({ "scriptContent": "" })])]);
        assert_eq!(judge(&[object], &copies).incomplete, 1);
    }
}
