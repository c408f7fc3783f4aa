//! Where the objects of a plan are, as far as the plan has come: what others name is placed before them.

use std::collections::{BTreeSet, HashMap};

use model::registry::Registry;
use model::registry::content::Reference;
use model::restore::Resolution;

use crate::restores::draft::ObjectKey;
use crate::restores::mapping::{Mapping, ReferenceAnswer};

/// Where an object is going to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placed {
    /// It has this id.
    At(String),
    /// The item of that number makes it.
    Made(u32),
}

/// What references of a document become.
pub(super) struct Places<'a> {
    mapping: &'a Mapping,
    gone_groups: &'a BTreeSet<String>,
    placed: HashMap<ObjectKey, Placed>,
}

impl<'a> Places<'a> {
    pub(super) fn new(mapping: &'a Mapping, gone_groups: &'a BTreeSet<String>) -> Self {
        Self { mapping, gone_groups, placed: HashMap::new() }
    }

    /// From here on others may name it.
    pub(super) fn put(&mut self, key: ObjectKey, placed: Placed) {
        self.placed.insert(key, placed);
    }

    /// What the reference becomes.
    pub(super) fn resolve(&self, reference: &Reference) -> Resolution {
        match self.mapping.reference(reference) {
            Some(ReferenceAnswer::Keep(_)) if self.is_gone(reference, &reference.external_id) => Resolution::Unresolved,
            Some(ReferenceAnswer::Keep(_)) => self.moved(reference),
            Some(ReferenceAnswer::Use(candidate, _)) if self.is_gone(reference, &candidate.id) => {
                Resolution::Unresolved
            }
            Some(ReferenceAnswer::Use(candidate, _)) => Resolution::To(candidate.id.clone()),
            Some(ReferenceAnswer::WithThis(key)) => self.with(key),
            Some(ReferenceAnswer::LeftOut) => Resolution::LeaveOut,
            Some(ReferenceAnswer::Open(_)) => Resolution::Unresolved,
            // It stands where nothing is restored.
            None => Resolution::Keep,
        }
    }

    /// An object that stays may turn out to be gone, and then to be made anew by this plan.
    fn moved(&self, reference: &Reference) -> Resolution {
        let meant = Registry::embedded().meant(&reference.kind).into_iter();
        let mut keys = meant.map(|kind| ObjectKey::new(kind, &reference.external_id));
        match keys.find_map(|key| self.placed.get(&key)) {
            Some(Placed::Made(item)) => Resolution::Item(*item),
            Some(Placed::At(id)) if *id != reference.external_id => Resolution::To(id.clone()),
            _ => Resolution::Keep,
        }
    }

    fn with(&self, key: &ObjectKey) -> Resolution {
        match self.placed.get(key) {
            Some(Placed::At(id)) => Resolution::To(id.clone()),
            Some(Placed::Made(item)) => Resolution::Item(*item),
            None => Resolution::Unresolved,
        }
    }

    fn is_gone(&self, reference: &Reference, id: &str) -> bool {
        reference.kind == "groups" && self.gone_groups.contains(id)
    }
}
