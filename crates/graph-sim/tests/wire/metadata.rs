//! Whether what is sent is what Microsoft publishes: names of properties, members of enumerations, derived types.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// The published types of one version.
pub(crate) struct Metadata(Value);

impl Metadata {
    /// `None`, said aloud, where the folder with the metadata is missing.
    #[expect(clippy::print_stdout, reason = "what is skipped is said aloud")]
    pub(crate) fn load(version: &str) -> Option<Self> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let shared = std::env::var_os("TENANTATLAS_SHARED").map_or_else(|| root.join("shared"), PathBuf::from);
        let Ok(text) = std::fs::read_to_string(shared.join(format!("graph-metadata/{version}.json"))) else {
            println!("SKIPPED: there is no metadata at ../shared/graph-metadata; set TENANTATLAS_SHARED");
            return None;
        };
        Some(Self(serde_json::from_str(&text).unwrap()))
    }

    fn known(&self, name: &str) -> Option<&Value> {
        self.0["types"].get(name)
    }

    /// A property or navigation of a type or of those it derives from.
    fn member(&self, name: &str, member: &str) -> Option<&Value> {
        let own = self.known(name)?;
        let found = ["props", "nav"].into_iter().find_map(|part| own[part].get(member));
        found.or_else(|| self.member(own["base"].as_str()?, member))
    }

    /// Whether anything is published of a type.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.known(name).is_some()
    }

    /// Whether only types that derive from it have objects.
    pub(crate) fn is_abstract(&self, name: &str) -> bool {
        self.known(name).is_some_and(|known| known["abstract"] == true)
    }

    /// A property of an object that takes a member of an enumeration.
    pub(crate) fn enumerated(&self, declared: &str, object: &Map<String, Value>) -> Option<String> {
        let stated = object.get("@odata.type").and_then(Value::as_str);
        let name = stated.map_or(declared, |name| name.trim_start_matches("#microsoft.graph."));
        let is_enumerated = |member: &&String| {
            let of = self.member(name, member).and_then(|member| member["t"].as_str()).and_then(|of| self.known(of));
            of.is_some_and(|of| of["kind"] == "enum")
        };
        object.keys().find(is_enumerated).cloned()
    }

    /// Adds everything in an object of a declared type that is not published.
    pub(crate) fn check(&self, place: &str, declared: &str, object: &Map<String, Value>, wrong: &mut BTreeSet<String>) {
        let stated = object.get("@odata.type").and_then(Value::as_str);
        let name = stated.map_or(declared, |name| name.trim_start_matches("#microsoft.graph."));
        let Some(own) = self.known(name) else {
            // Types outside the reduced metadata cannot be judged, unless the object names one itself.
            if stated.is_some() && self.known(declared).is_some() {
                wrong.insert(format!("{place}: the type {name} is not published"));
            }
            return;
        };
        let derived = self
            .known(declared)
            .is_none_or(|declared| declared["derived"].as_array().into_iter().flatten().any(|derived| derived == name));
        if name != declared && !derived {
            wrong.insert(format!("{place}: {name} does not derive from {declared}"));
        }
        if stated.is_none() && own["abstract"] == true {
            wrong.insert(format!("{place}: {name} is abstract, and the object says no other type"));
        }
        for (member, value) in object.iter().filter(|(member, _)| *member != "id" && !member.contains('@')) {
            match self.member(name, member) {
                None => {
                    wrong.insert(format!("{place}: {name} has no {member}"));
                }
                Some(member_type) => self.check_value(&format!("{place}.{member}"), member_type, value, wrong),
            }
        }
    }

    fn check_value(&self, place: &str, member: &Value, value: &Value, wrong: &mut BTreeSet<String>) {
        let written = member["t"].as_str().unwrap_or_default();
        let element = written
            .strip_prefix("Collection(")
            .or_else(|| written.strip_prefix("CollectionOrFlags("))
            .map_or(written, |inner| inner.trim_end_matches(')'));
        if written.starts_with("Collection(") && !value.is_array() && !value.is_null() {
            wrong.insert(format!("{place}: not a list"));
        }
        if value.is_null() && member["n"] == false {
            wrong.insert(format!("{place}: null, but never null"));
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.check_one(place, element, item, wrong)),
            other => self.check_one(place, element, other, wrong),
        }
    }

    fn check_one(&self, place: &str, element: &str, value: &Value, wrong: &mut BTreeSet<String>) {
        let fits = match element {
            _ if value.is_null() => true,
            "Edm.Boolean" => value.is_boolean(),
            "Edm.Int32" | "Edm.Int64" | "Edm.Byte" | "~int" => value.is_i64(),
            "Edm.String" | "Edm.DateTimeOffset" | "Edm.Guid" | "Edm.Duration" | "Edm.TimeOfDay" | "Edm.Binary" => {
                value.is_string()
            }
            _ => true,
        };
        if !fits {
            wrong.insert(format!("{place}: {value} is no {element}"));
        }
        match value {
            Value::Object(fields) => self.check(place, element, fields, wrong),
            Value::String(text) => {
                let Some(published) = self.known(element).filter(|known| known["kind"] == "enum") else {
                    return;
                };
                let members = published["members"].as_array().unwrap();
                let unknown = text.split(',').find(|one| !members.iter().any(|member| member == one));
                if let Some(one) = unknown {
                    wrong.insert(format!("{place}: {element} has no member {one}"));
                }
            }
            _ => {}
        }
    }
}
