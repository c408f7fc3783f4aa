//! What a contract says about each place of a document, in the shape in which a comparison walks.

use std::collections::HashMap;

use super::change::Rule;
use crate::registry::content::path::Step;
use crate::registry::{Aligned, Assignable, Contract};

/// Properties of a document that list its settings.
const LISTED: [&str; 4] = ["settings", "settingInstance", "definitionValues", "omaSettings"];
/// What Graph calls the scope tags of different types.
const SCOPE_TAGS: [&str; 3] = ["roleScopeTagIds", "roleScopeTags", "scopeIds"];
/// Stands in front of the name of a list that may be anywhere.
const ANYWHERE: &str = "**.";

/// A contract, by place.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) root: Node,
    anywhere: HashMap<String, ListRule>,
}

/// What is known of one place; elements of a list are the place of the list.
#[derive(Debug, Default)]
pub(super) struct Node {
    inside: HashMap<String, Node>,
    /// Not looked at.
    pub(super) away: bool,
    pub(super) secret: bool,
    pub(super) encoded: bool,
    pub(super) rule: Option<Rule>,
    list: Option<ListRule>,
}

/// How the elements of a list are told apart.
#[derive(Debug, Default)]
pub(super) struct ListRule {
    pub(super) set: bool,
    pub(super) by: Vec<Vec<String>>,
    pub(super) called: Vec<Vec<String>>,
    /// Whether an element that differs is told as a whole.
    pub(super) whole: bool,
}

impl ListRule {
    /// Whether the order of the list means nothing.
    pub(super) fn sorted(&self) -> bool {
        self.set || !self.by.is_empty()
    }
}

impl Node {
    fn at(&mut self, path: &str) -> &mut Node {
        Step::all(path).fold(self, |node, step| node.inside.entry(step.name.to_owned()).or_default())
    }

    /// What is known of a property of it.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.inside.get(name)
    }
}

impl Rules {
    /// For two observations: computed properties are passed over unless they are worth seeing.
    pub(super) fn observed(contract: &Contract) -> Self {
        let shown = |path: &str| {
            let inside = |kept: &str| {
                kept == path || kept.starts_with(&format!("{path}.")) || kept.starts_with(&format!("{path}["))
            };
            contract.part(path).is_some()
                || contract.kept.iter().any(|kept| inside(kept))
                || contract.references.iter().any(|reference| inside(&reference.path))
        };
        Self::of(contract, &|path| !shown(path))
    }

    /// For what was written: nothing that is never sent back, except for parts, which are written by requests of their own.
    pub(super) fn written(contract: &Contract) -> Self {
        Self::of(contract, &|path| contract.part(path).is_none())
    }

    fn of(contract: &Contract, strip: &dyn Fn(&str) -> bool) -> Self {
        let mut rules = Self::default();
        let stripped = contract.strip.iter().filter(|path| strip(path));
        for path in contract.volatile.iter().chain(&contract.remade).chain(stripped) {
            rules.root.at(path).away = true;
        }
        for path in &contract.sets {
            rules.root.at(path).list.get_or_insert_default().set = true;
        }
        contract.aligned.iter().for_each(|aligned| rules.align(aligned));
        contract.masked.iter().for_each(|path| rules.root.at(path).secret = true);
        for path in &contract.encoded {
            let node = rules.root.at(path);
            (node.encoded, node.rule) = (true, Some(Rule::Text));
        }
        contract.references.iter().for_each(|reference| rules.root.at(&reference.path).rule = Some(Rule::Reference));
        LISTED.iter().for_each(|name| rules.root.at(name).rule = Some(Rule::Settings));
        SCOPE_TAGS.iter().for_each(|name| rules.root.at(name).rule = Some(Rule::ScopeTags));
        rules.assignments(contract);
        rules
    }

    fn align(&mut self, aligned: &Aligned) {
        let list = match aligned.list.strip_prefix(ANYWHERE) {
            Some(name) => self.anywhere.entry(name.to_owned()).or_default(),
            None => self.root.at(&aligned.list).list.get_or_insert_default(),
        };
        let steps = |path: &String| path.split('.').map(str::to_owned).collect();
        list.by = aligned.by.iter().map(steps).collect();
        list.called = aligned.called.iter().map(steps).collect();
    }

    /// Rows of assignments are the same ones when they have the same target. Their ids are made from it by the service.
    fn assignments(&mut self, contract: &Contract) {
        if let Assignable::Inside { property, .. } = &contract.assignable {
            self.root.at(property).rule = Some(Rule::Assignments);
        }
        let Some(part) = contract.assignable.part() else { return };
        let rows = self.root.at(part);
        rows.rule = Some(Rule::Assignments);
        for made in ["id", "sourceId"] {
            rows.at(made).away = true;
        }
        let target = |name: &str| vec!["target".to_owned(), name.to_owned()];
        let by = ["@odata.type", "groupId", "collectionId"].map(target).to_vec();
        rows.list = Some(ListRule { set: true, by, called: Vec::new(), whole: true });
    }

    /// How the elements of a list of that name are told apart.
    pub(super) fn list<'a>(&'a self, node: Option<&'a Node>, name: &str) -> Option<&'a ListRule> {
        node.and_then(|node| node.list.as_ref()).or_else(|| self.anywhere.get(name))
    }
}
