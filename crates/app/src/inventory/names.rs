//! What the settings of the observed objects are called (spec 033).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use engine::RunCtx;
use graph::{GraphError, ObservedObject};
use model::registry::Contract;
use model::registry::content::{Definitions, definition_ids};
use store::{RecordedObject, StoreError};

use super::recorded;

/// The settings that the objects of one type set, as they come.
pub(crate) struct Names<'a> {
    pub(super) ctx: &'a RunCtx,
    pub(super) contract: &'static Contract,
    /// Which objects set it, by setting. An object sets dozens: its id is kept once.
    pub(super) users: BTreeMap<String, BTreeSet<Arc<str>>>,
    /// What they are called, as far as it is known; shared with who puts objects in shape meanwhile.
    pub(super) known: Arc<Definitions>,
    /// When the service was last asked about a setting, of those that the database knows.
    pub(super) read_at: HashMap<String, i64>,
    /// What the service said of it in this pass.
    pub(super) service: Service,
}

/// How far the service tells names.
#[derive(Default)]
pub(super) struct Service {
    /// It has answered: then nobody is refused.
    pub(super) answered: bool,
    /// Why it does not tell all.
    pub(super) error: Option<GraphError>,
    /// It does not tell any more, so that it is not asked.
    pub(super) silent: bool,
    /// The names of categories by their ids, or why they were refused, once they were asked for.
    pub(super) categories: Option<Result<HashMap<String, String>, GraphError>>,
    /// Something has another name than the database knew, if it knew one.
    pub(super) renamed: bool,
}

impl<'a> Names<'a> {
    /// Nothing seen yet.
    pub(crate) fn new(ctx: &'a RunCtx, contract: &'static Contract) -> Self {
        let (users, read_at) = (BTreeMap::new(), HashMap::new());
        Self { ctx, contract, users, known: Arc::default(), read_at, service: Service::default() }
    }

    /// Takes notice of what the objects set; gives back the settings that were not seen before. One look at the database.
    pub(crate) async fn meet(&mut self, objects: &[ObservedObject]) -> Result<BTreeSet<String>, StoreError> {
        let mut new = BTreeSet::new();
        for object in objects {
            let id: Arc<str> = object.external_id.as_str().into();
            for setting in definition_ids(self.contract, &object.document) {
                let users = match self.users.get_mut(&setting) {
                    Some(users) => users,
                    None => {
                        new.insert(setting.clone());
                        self.users.entry(setting).or_default()
                    }
                };
                users.insert(Arc::clone(&id));
            }
        }
        if new.is_empty() {
            return Ok(new);
        }
        let definitions = self.ctx.db.tenant(&self.ctx.scope).definitions();
        for (setting, known) in definitions.known(new.iter().map(String::as_str)).await? {
            self.read_at.insert(setting.clone(), known.read_at);
            let named = known.definition.map(|definition| (setting, definition));
            Arc::make_mut(&mut self.known).extend(named);
        }
        Ok(new)
    }

    /// One that was met, in the shape of the inventory, found by the names that are known.
    pub(crate) fn recorded(&self, object: ObservedObject) -> RecordedObject {
        recorded(self.contract, object, &self.known)
    }
}
