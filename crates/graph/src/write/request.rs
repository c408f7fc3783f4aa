//! A write, as it is sent.

use std::fmt;

use model::ids::SecretId;
use model::registry::{DIRECTORY, path_segment};
use model::restore::{GRAPH, Method, NEW, Purpose, Step};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// One write of a plan, with every id in its place. Its debug output leaves the body out, which may hold secrets.
#[derive(Clone, PartialEq)]
pub struct Write {
    /// Its method.
    pub method: Method,
    /// `beta` or `v1.0`.
    pub version: String,
    /// Path below the version.
    pub path: String,
    /// What is sent.
    pub body: Option<Value>,
    /// Whether its answer has the id of a new object.
    pub creates: bool,
    /// Why it is done, for whoever has to approve it.
    pub justification: Option<String>,
    /// The code of the approval that was given.
    pub approval_code: Option<String>,
}

impl Write {
    /// Of a step. `made` is the id of the object that the item's first request made, `item` gives those of other items.
    /// Nothing when one of the ids is missing.
    pub fn of(step: &Step, made: Option<&str>, item: impl Fn(u32) -> Option<String>) -> Option<Self> {
        let path = match made {
            Some(id) => step.path.replace(NEW, &path_segment(id)),
            None if step.path.contains(NEW) => return None,
            None => step.path.clone(),
        };
        let mut body = step.body.clone();
        for slot in &step.slots {
            slot.fill(body.as_mut()?, &item(slot.item)?);
        }
        let creates = step.purpose == Purpose::Create && step.method == Method::Post;
        let (method, version) = (step.method, step.version.clone());
        Some(Self { method, version, path, body, creates, justification: None, approval_code: None })
    }

    /// Puts the values into the body that a person entered; says whether all of them are there.
    pub fn with_secrets<'a>(&mut self, step: &Step, value: impl Fn(SecretId) -> Option<&'a SecretString>) -> bool {
        let Some(body) = &mut self.body else { return step.secrets.is_empty() };
        step.secrets.iter().all(|slot| match value(slot.secret) {
            Some(value) => {
                slot.fill(body, value.expose_secret());
                true
            }
            None => false,
        })
    }

    /// A removal.
    pub fn delete(version: &str, path: &str) -> Self {
        let (version, path) = (version.to_owned(), path.to_owned());
        Self {
            method: Method::Delete,
            version,
            path,
            body: None,
            creates: false,
            justification: None,
            approval_code: None,
        }
    }

    pub(super) fn path_in(&self, directory: &str) -> String {
        self.path.replace(DIRECTORY, &path_segment(directory))
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Write({} {}/{})", self.method, self.version, self.path)
    }
}

/// The body with addresses of the tenant's Graph, wherever it names an object by address.
pub(super) fn with_origin(body: &Value, origin: &str) -> Value {
    let mut body = body.clone();
    fill(&mut body, origin, false);
    body
}

fn fill(value: &mut Value, origin: &str, is_address: bool) {
    match value {
        Value::String(text) if is_address => {
            if let Some(rest) = text.strip_prefix(GRAPH) {
                *text = format!("{origin}{rest}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, origin, is_address)),
        Value::Object(map) => {
            for (name, item) in map.iter_mut() {
                fill(item, origin, name.ends_with("@odata.bind") || name == "@odata.id");
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use model::ids::SecretId;
    use model::restore::{Method, Purpose, SecretSlot, Slot, Step};
    use secrecy::SecretString;
    use serde_json::json;

    use super::{Write, with_origin};

    #[test]
    fn ids_of_this_and_other_items_are_put_in_or_there_is_no_write() {
        let slot = Slot { pointer: "/tags/0".into(), item: 3, before: String::new(), after: String::new() };
        let step = Step {
            purpose: Purpose::Assign,
            method: Method::Post,
            version: "beta".into(),
            path: "x/{new}/assign".into(),
            body: Some(json!({ "tags": [null] })),
            slots: vec![slot],
            secrets: Vec::new(),
            after: None,
        };
        let write = Write::of(&step, Some("a/b"), |item| (item == 3).then(|| "7".to_owned())).expect("all is known");
        assert_eq!((write.path.as_str(), write.body), ("x/a%2Fb/assign", Some(json!({ "tags": ["7"] }))));
        assert_eq!(Write::of(&step, Some("a"), |_| None), None);
        assert_eq!(Write::of(&step, None, |_| Some("7".to_owned())), None);
    }

    #[test]
    fn entered_values_are_sent_and_never_printed() {
        let secret = "sec_00000000000000000000000001".parse::<SecretId>().expect("an id");
        let step = Step {
            purpose: Purpose::Create,
            method: Method::Post,
            version: "beta".into(),
            path: "x".into(),
            body: Some(json!({ "key": null })),
            slots: Vec::new(),
            secrets: vec![SecretSlot { pointer: "/key".into(), secret }],
            after: None,
        };
        let mut write = Write::of(&step, None, |_| None).expect("no id is missing");
        assert!(!write.with_secrets(&step, |_| None), "a value is missing");
        let value = SecretString::from("entered");
        assert!(write.with_secrets(&step, |asked| (asked == secret).then_some(&value)));
        assert_eq!(write.body, Some(json!({ "key": "entered" })));
        assert!(!format!("{write:?}").contains("entered"));
    }

    #[test]
    fn only_an_address_gets_the_origin() {
        let body = json!({ "a@odata.bind": "{graph}/beta/x", "text": "{graph}/beta/x", "b@odata.bind": ["{graph}/y"] });
        let sent = with_origin(&body, "https://one");
        assert_eq!(
            sent,
            json!({ "a@odata.bind": "https://one/beta/x", "text": "{graph}/beta/x", "b@odata.bind": ["https://one/y"] })
        );
    }
}
