//! What the settings of the observed objects are called: known names while objects are recorded, and new ones read from
//! the service once a type was gone through (spec 033).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use engine::RunCtx;
use graph::ObservedObject;
use model::registry::Contract;
use model::registry::content::{Definitions, definition_ids};
use store::{KnownDefinition, RecordedObject, StoreError};

use super::recorded;

/// The settings that the objects of one type set, as they come.
pub(crate) struct Names<'a> {
    pub(super) ctx: &'a RunCtx,
    pub(super) contract: &'static Contract,
    /// Which objects set it, by setting.
    pub(super) users: BTreeMap<String, BTreeSet<String>>,
    /// What the database had on them.
    pub(super) known: HashMap<String, KnownDefinition>,
}

impl<'a> Names<'a> {
    /// Nothing seen yet.
    pub(crate) fn new(ctx: &'a RunCtx, contract: &'static Contract) -> Self {
        Self { ctx, contract, users: BTreeMap::new(), known: HashMap::new() }
    }

    /// Objects in the shape of the inventory, found by the names that are known so far: one look at the database for
    /// settings that were not seen before.
    pub(crate) async fn recorded(&mut self, objects: Vec<ObservedObject>) -> Result<Vec<RecordedObject>, StoreError> {
        let mut new = BTreeSet::new();
        for object in &objects {
            for setting in definition_ids(self.contract, &object.document) {
                let users = self.users.entry(setting.clone()).or_insert_with(|| {
                    new.insert(setting);
                    BTreeSet::new()
                });
                users.insert(object.external_id.clone());
            }
        }
        let definitions = self.ctx.db.tenant(&self.ctx.scope).definitions();
        self.known.extend(definitions.known(new.iter().map(String::as_str)).await?);
        let names = self.names(&objects);
        Ok(objects.into_iter().map(|object| recorded(self.contract, object, &names)).collect())
    }

    /// Of the settings of these objects.
    fn names(&self, objects: &[ObservedObject]) -> Definitions {
        let settings = objects.iter().flat_map(|object| definition_ids(self.contract, &object.document));
        let named = |setting: String| {
            let definition = self.known.get(&setting)?.definition.clone()?;
            Some((setting, definition))
        };
        settings.filter_map(named).collect()
    }
}
