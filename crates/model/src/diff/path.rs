//! Where in a document something differs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A property, by its name.
    Name(String),
    /// An element of a list that is told by its identity.
    Element(Element),
    /// An element of a list that has none, by its position from 0: in the old list, or in the new one when it was added.
    At(usize),
}

/// An element with an identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Element {
    /// What makes it the same one.
    pub is: String,
    /// Which one of those that have the same identity, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub nth: usize,
    /// What a person calls it; empty: by its identity.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub called: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_first(nth: &usize) -> bool {
    *nth == 0
}

/// The way from the document to a place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The last property of it; empty for the document itself.
    pub fn property(&self) -> &str {
        self.0.iter().rev().find_map(Step::name).unwrap_or_default()
    }

    /// The property that the document has itself.
    pub fn top(&self) -> &str {
        self.0.first().and_then(Step::name).unwrap_or_default()
    }
}

impl Step {
    /// The name of a property.
    pub fn name(&self) -> Option<&str> {
        match self {
            Step::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// `settings[the id].value`, for programs and their logs.
impl fmt::Display for Path {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if index == 0 => write!(to, "{name}")?,
                Step::Name(name) => write!(to, ".{name}")?,
                Step::Element(Element { is, nth: 0, .. }) => write!(to, "[{is}]")?,
                Step::Element(Element { is, nth, .. }) => write!(to, "[{is}#{}]", nth + 1)?,
                Step::At(at) => write!(to, "[{at}]")?,
            }
        }
        Ok(())
    }
}
