//! Requests for approval of one tenant: what was asked, word by word, and what became of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::store::Store;

/// Where the requests stand.
pub(crate) const REQUESTS: &str = "deviceManagement/operationApprovalRequests";

/// Whether approval is asked for, and what each request would do.
#[derive(Debug, Default)]
pub(crate) struct Approvals {
    required: AtomicBool,
    asked: Mutex<HashMap<String, Asked>>,
}

/// A write as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

impl Approvals {
    /// Whether our application is among those that need approval. An administrator can except up to 50.
    pub(crate) fn required(&self) -> bool {
        self.required.load(Ordering::Relaxed)
    }

    pub(crate) fn require(&self, required: bool) {
        self.required.store(required, Ordering::Relaxed);
    }

    pub(crate) fn note(&self, id: &str, asked: Asked) {
        self.lock().insert(id.to_owned(), asked);
    }

    /// Whether a write is byte by byte the one that was asked for.
    pub(crate) fn is_same(&self, id: &str, asked: &Asked) -> bool {
        self.lock().get(id) == Some(asked)
    }

    /// The requests that are about the same object: of a new one, those with the same body.
    pub(crate) fn like(&self, asked: &Asked) -> Vec<String> {
        let same = |other: &Asked| other.path == asked.path && (asked.method != "POST" || other == asked);
        self.lock().iter().filter(|(_, other)| same(other)).map(|(id, _)| id.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The status of a request; null when there is none.
pub(crate) fn status(store: &Store, id: &str) -> Value {
    store.get(REQUESTS, id).map_or(Value::Null, |request| request["status"].clone())
}

/// Moves a request on. False when there is none.
pub(crate) fn set_status(store: &mut Store, clock: &Clock, id: &str, status: &str) -> bool {
    let Some(request) = store.get_mut(REQUESTS, id) else {
        return false;
    };
    request["status"] = json!(status);
    request["lastModifiedDateTime"] = json!(clock.tick());
    true
}

/// Closes what waited too long by the tenant's clock.
pub(crate) fn expire(store: &mut Store, clock: &Clock) {
    let now = crate::clock::format_seconds(clock.seconds());
    let waiting = |one: &Value| one["status"] == "needsApproval" || one["status"] == "approved";
    let late = |one: &Value| one["expirationDateTime"].as_str().is_some_and(|end| end < now.as_str());
    let all = store.all(REQUESTS);
    for one in all.iter().filter(|one| waiting(one) && late(one)) {
        set_status(store, clock, one["id"].as_str().unwrap_or_default(), "expired");
    }
}
