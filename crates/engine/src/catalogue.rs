//! The run types a worker can execute, and its duties.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::{Duty, RunType};

/// Run types by their name, and duties.
#[derive(Clone, Default)]
pub struct Catalogue {
    types: BTreeMap<&'static str, Arc<dyn RunType>>,
    duties: Vec<Arc<dyn Duty>>,
    at_stop: Vec<Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>>,
}

impl Catalogue {
    /// Adds one type under its name and its earlier ones. Two of one name are a programming error.
    #[must_use]
    pub fn with(mut self, run_type: impl RunType) -> Self {
        let definition = run_type.definition();
        let handler: Arc<dyn RunType> = Arc::new(run_type);
        for name in definition.aliases.iter().chain([&definition.run_type]) {
            let previous = self.types.insert(name, handler.clone());
            assert!(previous.is_none(), "run type {name} is registered twice");
        }
        self
    }

    /// Adds a duty.
    #[must_use]
    pub fn with_duty(mut self, duty: impl Duty) -> Self {
        self.duties.push(Arc::new(duty));
        self
    }

    /// Adds what a worker does when it has stopped working, for example to give back what it shares with others.
    #[must_use]
    pub fn at_stop(mut self, last: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        self.at_stop.push(Arc::new(last));
        self
    }

    pub(crate) async fn stopped(&self) {
        for last in &self.at_stop {
            last().await;
        }
    }

    /// The duties.
    pub(crate) fn duties(&self) -> &[Arc<dyn Duty>] {
        &self.duties
    }

    /// The handler of that type, also under a name that it had before.
    pub fn get(&self, run_type: &str) -> Option<Arc<dyn RunType>> {
        self.types.get(run_type).cloned()
    }

    /// All names, earlier ones among them, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        self.types.keys().copied().collect()
    }
}
