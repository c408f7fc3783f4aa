//! The run types a worker can execute.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::run::Definition;

use crate::RunType;

/// Run types by their name.
#[derive(Clone, Default)]
pub struct Catalogue(BTreeMap<&'static str, Arc<dyn RunType>>);

impl Catalogue {
    /// Adds one type. Two of one name are a programming error.
    #[must_use]
    pub fn with(mut self, run_type: impl RunType) -> Self {
        let name = run_type.definition().run_type;
        let previous = self.0.insert(name, Arc::new(run_type));
        assert!(previous.is_none(), "run type {name} is registered twice");
        self
    }

    /// The handler of that type.
    pub fn get(&self, run_type: &str) -> Option<Arc<dyn RunType>> {
        self.0.get(run_type).cloned()
    }

    /// The names, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    /// The catalogue rows, by name.
    pub fn definitions(&self) -> impl Iterator<Item = &'static Definition> {
        self.0.values().map(|run_type| run_type.definition())
    }
}
