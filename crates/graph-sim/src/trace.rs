//! Which requests came, kept only while somebody wants to know.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A Graph request as a fault would meet it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// Path below the version, with its query.
    pub path: String,
    /// Whether it stood inside a `$batch`.
    pub in_batch: bool,
}

/// The different requests of one tenant since recording began.
#[derive(Debug, Default)]
pub(crate) struct Trace(Mutex<Option<BTreeSet<Asked>>>);

impl Trace {
    pub(crate) fn start(&self) {
        *self.lock() = Some(BTreeSet::new());
    }

    pub(crate) fn add(&self, path: &str, in_batch: bool) {
        if let Some(all) = self.lock().as_mut() {
            all.insert(Asked { path: path.to_owned(), in_batch });
        }
    }

    pub(crate) fn stop(&self) -> BTreeSet<Asked> {
        self.lock().take().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Option<BTreeSet<Asked>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
