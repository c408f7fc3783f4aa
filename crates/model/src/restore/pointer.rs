//! JSON pointers (RFC 6901): made while walking a document, and taken apart.

use serde_json::Value;

/// The place of a walk.
#[derive(Debug, Default)]
pub(super) struct Pointer(String);

impl Pointer {
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// The last name, as the pointer writes it.
    pub(super) fn last(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Does something one step further in.
    pub(super) fn inside<T>(&mut self, name: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        self.0.push('/');
        self.0.push_str(&name.replace('~', "~0").replace('/', "~1"));
        let done = act(self);
        self.0.truncate(length);
        done
    }
}

/// Calls `act` with each text of the value and its place.
pub(super) fn each_text(value: &mut Value, act: &mut dyn FnMut(&mut Value, &str)) {
    walk(value, &mut Pointer::default(), act);
}

fn walk(value: &mut Value, at: &mut Pointer, act: &mut dyn FnMut(&mut Value, &str)) {
    match value {
        Value::String(_) => act(value, at.text()),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                at.inside(&index.to_string(), |at| walk(item, at, act));
            }
        }
        Value::Object(map) => {
            for (name, item) in map.iter_mut() {
                at.inside(name, |at| walk(item, at, act));
            }
        }
        _ => {}
    }
}

/// Where the holder of a place is, and what the place is called in it.
pub(super) fn split(pointer: &str) -> Option<(&str, String)> {
    let (holder, name) = pointer.rsplit_once('/')?;
    Some((holder, name.replace("~1", "/").replace("~0", "~")))
}

/// As plans write places: `omaSettings[2].value`.
pub(super) fn dotted(pointer: &str) -> String {
    let mut text = String::new();
    for name in pointer.split('/').skip(1) {
        match name.parse::<usize>() {
            Ok(index) => text.push_str(&format!("[{index}]")),
            Err(_) if text.is_empty() => text.push_str(name),
            Err(_) => text.push_str(&format!(".{name}")),
        }
    }
    text
}
