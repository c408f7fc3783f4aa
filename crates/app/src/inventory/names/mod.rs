//! What the settings of the observed objects are called (spec 033).

mod learn;
mod line;
mod round;

pub(super) use learn::{Learned, conclude, learn, rename};
pub(super) use line::Line;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use engine::RunCtx;
use graph::{GraphError, ObservedObject};
use model::registry::Contract;
use model::registry::content::{Definition, Definitions, definition_ids};
use store::{RecordedObject, StoreError};

use super::recorded;

/// The settings that the objects of one type set, as they come.
pub(crate) struct Names<'a> {
    ctx: &'a RunCtx,
    contract: &'static Contract,
    /// Which objects set it, by setting. An object sets dozens: its id is kept once.
    users: BTreeMap<String, BTreeSet<Arc<str>>>,
    /// What they are called, as far as it is known; shared with who puts objects in shape meanwhile.
    known: Arc<Definitions>,
    /// When the service was last asked about a setting, of those that the database knows.
    read_at: HashMap<String, i64>,
    /// Settings that the service is to be asked about.
    wanted: BTreeMap<String, Way>,
    /// What the service said of it in this pass.
    service: Service,
}

/// How a setting is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Together with what else an object sets that sets it.
    WithObject,
    /// By its id: the object did not bring it along.
    Alone,
}

/// How far the service tells names.
#[derive(Default)]
struct Service {
    /// It has answered: then nobody is refused.
    answered: bool,
    /// Why it does not tell all.
    error: Option<GraphError>,
    /// It does not tell any more, so that it is not asked.
    silent: bool,
    /// The names of categories by their ids, or why they were refused, once they were asked for.
    categories: Option<Result<HashMap<String, String>, GraphError>>,
    /// Something has another name than the database knew, if it knew one.
    renamed: bool,
}

impl Service {
    /// Takes notice of how far it answered.
    fn hear(&mut self, error: Option<GraphError>, found: &BTreeMap<String, Option<Definition>>, renamed: bool) {
        self.renamed |= renamed;
        self.answered |= error.is_none();
        self.silent = error.is_some();
        // Only what is filed somewhere misses the names of categories.
        let is_filed = found.values().flatten().any(|found| !found.category_id.is_empty());
        let unfiled = self.categories.as_ref().and_then(|categories| categories.as_ref().err()).filter(|_| is_filed);
        self.error = self.error.take().or(error).or(unfiled.cloned());
    }
}

impl<'a> Names<'a> {
    /// Nothing seen yet.
    pub(crate) fn new(ctx: &'a RunCtx, contract: &'static Contract) -> Self {
        let (users, read_at, wanted) = (BTreeMap::new(), HashMap::new(), BTreeMap::new());
        Self { ctx, contract, users, known: Arc::default(), read_at, wanted, service: Service::default() }
    }

    /// Takes notice of what the objects set; gives back the settings that were not seen before. One look at the database.
    pub(crate) async fn meet(&mut self, objects: &[ObservedObject]) -> Result<BTreeSet<String>, StoreError> {
        let mut new = BTreeSet::new();
        for object in objects {
            let id: Arc<str> = object.external_id.as_str().into();
            for setting in definition_ids(self.contract, &object.document) {
                let users = match self.users.get_mut(setting) {
                    Some(users) => users,
                    None => {
                        new.insert(setting.to_owned());
                        self.users.entry(setting.to_owned()).or_default()
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
