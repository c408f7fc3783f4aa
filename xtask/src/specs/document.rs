//! Reads a spec: front matter, then sections by their `##` headings.

use crate::tree::File;

/// A spec taken apart. Nothing is judged here.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// Path from the project root.
    pub(crate) path: &'a str,
    /// `key: value` lines between the two `---`, in order.
    front: Vec<(&'a str, &'a str)>,
    /// Heading without `## `, and the text up to the next one.
    pub(crate) sections: Vec<(&'a str, String)>,
    /// Everything.
    pub(crate) text: &'a str,
}

impl<'a> Document<'a> {
    /// Takes the file apart; what is missing is simply absent.
    pub(crate) fn of(file: &'a File) -> Self {
        let (front, body) = split(&file.text);
        let front = front.lines().filter_map(|line| line.split_once(':')).map(|(k, v)| (k.trim(), v.trim())).collect();
        let mut sections: Vec<(&str, String)> = Vec::new();
        for line in body.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                sections.push((heading.trim(), String::new()));
            } else if let Some((_, text)) = sections.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        }
        Self { path: &file.path, front, sections, text: &file.text }
    }

    /// A value of the front matter.
    pub(crate) fn front(&self, key: &str) -> Option<&'a str> {
        self.front.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The text of a section; `None` when its heading is not there.
    pub(crate) fn section(&self, heading: &str) -> Option<&str> {
        self.sections.iter().find(|(name, _)| *name == heading).map(|(_, text)| text.trim())
    }

    /// The three digits in front of the file name.
    pub(crate) fn number(&self) -> &'a str {
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        name.split('-').next().unwrap_or(name)
    }
}

fn split(text: &str) -> (&str, &str) {
    text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).unwrap_or(("", text))
}
