//! What really happened: counters of requests and a journal of effects.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// A write that took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// Position among all effects of the simulator, from 1.
    pub sequence: u64,
    /// Directory id of the tenant.
    pub tenant: String,
    /// HTTP method.
    pub method: String,
    /// Path below the version, without a query.
    pub path: String,
    /// Id of the object that changed.
    pub id: String,
}

/// Counts since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// HTTP requests for Graph and for tokens.
    pub round_trips: u64,
    /// Graph requests, where a batch counts as the requests inside it.
    pub logical_requests: u64,
    /// Graph requests refused for exceeding a limit.
    pub throttled: u64,
    /// Tokens handed out.
    pub tokens_issued: u64,
    /// The same for each tenant, by directory id.
    pub tenants: BTreeMap<String, TenantStats>,
    /// Logical requests of all tenants by the collection they went to, in lower case, for example
    /// `devicemanagement/configurationpolicies`.
    pub collections: BTreeMap<String, u64>,
}

/// Counts of one tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantStats {
    /// HTTP requests for Graph and for tokens.
    pub round_trips: u64,
    /// Graph requests, where a batch counts as the requests inside it.
    pub logical_requests: u64,
    /// Graph requests refused for exceeding a limit.
    pub throttled: u64,
    /// Tokens handed out.
    pub tokens_issued: u64,
}

/// Running counters of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) round_trips: AtomicU64,
    pub(crate) logical_requests: AtomicU64,
    pub(crate) throttled: AtomicU64,
    pub(crate) tokens_issued: AtomicU64,
    collections: Mutex<BTreeMap<String, u64>>,
}

impl Counters {
    /// Counts a Graph request for the collection that its path begins with.
    pub(crate) fn asked(&self, segments: &[String]) {
        count(&self.logical_requests);
        let is =
            |index: usize, name: &str| segments.get(index).is_some_and(|segment| segment.eq_ignore_ascii_case(name));
        let length = match () {
            () if is(0, "identity") => 3,
            () if is(0, "deviceManagement") || is(0, "deviceAppManagement") => 2,
            () => 1,
        };
        let collection = segments[..length.min(segments.len())].join("/").to_lowercase();
        *self.lock().entry(collection).or_default() += 1;
    }

    /// Adds what was asked for here to the sum over all tenants.
    pub(crate) fn add_collections(&self, sum: &mut BTreeMap<String, u64>) {
        for (collection, asked) in self.lock().iter() {
            *sum.entry(collection.clone()).or_default() += asked;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, u64>> {
        self.collections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn read(&self) -> TenantStats {
        TenantStats {
            round_trips: self.round_trips.load(Ordering::Relaxed),
            logical_requests: self.logical_requests.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            tokens_issued: self.tokens_issued.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn reset(&self) {
        for counter in [&self.round_trips, &self.logical_requests, &self.throttled, &self.tokens_issued] {
            counter.store(0, Ordering::Relaxed);
        }
        self.lock().clear();
    }
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Stats {
    pub(crate) fn sum(tenants: BTreeMap<String, TenantStats>, collections: BTreeMap<String, u64>) -> Self {
        let total = |field: fn(&TenantStats) -> u64| tenants.values().map(field).sum();
        Self {
            round_trips: total(|tenant| tenant.round_trips),
            logical_requests: total(|tenant| tenant.logical_requests),
            throttled: total(|tenant| tenant.throttled),
            tokens_issued: total(|tenant| tenant.tokens_issued),
            tenants,
            collections,
        }
    }
}

/// What became of the files of a content folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// Objects that are in the tenant now.
    pub placed: Vec<Placed>,
    /// What is not, and why.
    pub unplaced: Vec<Unplaced>,
}

/// An object from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// The file, relative to the folder.
    pub file: String,
    /// The collection it went to, for example `deviceManagement/configurationPolicies`.
    pub collection: String,
    /// Its id in the tenant.
    pub id: String,
    /// What was changed to make it fit, for example a new id because another file had the same.
    pub note: Option<String>,
}

/// A file, or one object of it, that has no place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unplaced {
    /// The file, relative to the folder.
    pub file: String,
    /// Why.
    pub reason: String,
}
