//! What really happened: counters of requests and a journal of effects.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

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
}

impl Counters {
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
    }
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Stats {
    pub(crate) fn sum(tenants: BTreeMap<String, TenantStats>) -> Self {
        let total = |field: fn(&TenantStats) -> u64| tenants.values().map(field).sum();
        Self {
            round_trips: total(|tenant| tenant.round_trips),
            logical_requests: total(|tenant| tenant.logical_requests),
            throttled: total(|tenant| tenant.throttled),
            tokens_issued: total(|tenant| tenant.tokens_issued),
            tenants,
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
