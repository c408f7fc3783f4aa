//! How fast a sync of this tenant could be at best, whatever the client.

use std::collections::BTreeMap;

use model::registry::{Contract, Quota, Registry};
use serde::Serialize;

use super::Throttling;
use super::result::{Case, Result};

/// Published limits (learn.microsoft.com/graph/throttling-limits): Intune reads of an application in a tenant.
const INTUNE_READS: u64 = 1_000;
/// The span of that limit, in seconds.
const INTUNE_SPAN: u64 = 20;

/// What no client can go below.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Floor {
    /// Round trips of which each needs the answer of the one before.
    pub(crate) depth: u64,
    /// Their latency, in seconds.
    pub(crate) latency_seconds: f64,
    /// What the limits make our requests wait, in seconds; 0 with the limits off.
    pub(crate) quota_seconds: f64,
}

impl Floor {
    /// For what ours read in this case.
    pub(crate) fn of(case: Case, ours: &Result) -> Self {
        let contracts = || Registry::embedded().observed();
        let depth = 1 + contracts().map(|contract| depth(contract, ours)).max().unwrap_or(0);
        let quota_seconds = if case.throttling == Throttling::On { quota_seconds(&ours.collections, 1) } else { 0.0 };
        Self { depth, latency_seconds: depth as f64 * case.latency_ms as f64 / 1000.0, quota_seconds }
    }

    /// The larger of the two: waiting for answers and waiting for the limits happen at the same time.
    pub(crate) fn seconds(&self) -> f64 {
        self.latency_seconds.max(self.quota_seconds)
    }
}

/// What the published limits make the requests of one of so many tenants wait, when all were asked for as much.
pub(crate) fn quota_seconds(collections: &BTreeMap<String, u64>, tenants: u64) -> f64 {
    let asked = |path: &str| collections.get(&path.to_lowercase()).copied().unwrap_or(0) / tenants.max(1);
    waits(Registry::embedded().observed().map(|contract| (contract.quota, asked(&contract.path))))
}

/// One page after another, then everything that is read object by object at once.
fn depth(contract: &Contract, ours: &Result) -> u64 {
    let present = ours.kept.get(&contract.path.to_lowercase()).map_or(0, |verdict| verdict.present as u64);
    let pages = contract.list.top.map_or(1, |top| present.div_ceil(u64::from(top)).max(1));
    let each = contract.hydrate.is_some() || contract.parts.iter().any(|part| !part.in_list);
    pages + u64::from(each && present > 0)
}

fn waits(quota: impl Iterator<Item = (Quota, u64)>) -> f64 {
    let (mut intune, mut conditional_access) = (0, 0);
    for (quota, asked) in quota {
        match quota {
            Quota::Intune => intune += asked,
            Quota::ConditionalAccess => conditional_access += asked,
            Quota::Directory | Quota::AuditLogs => {}
        }
    }
    // A full window may be asked at once, the next one only when it has passed; Conditional Access once a second.
    let intune = intune.saturating_sub(1) / INTUNE_READS * INTUNE_SPAN;
    intune.max(conditional_access.saturating_sub(1)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_free_and_each_further_one_waits() {
        assert!((waits([(Quota::Intune, 1_000)].into_iter()) - 0.0).abs() < 1e-9);
        assert!((waits([(Quota::Intune, 1_001)].into_iter()) - 20.0).abs() < 1e-9);
        assert!((waits([(Quota::Intune, 5), (Quota::ConditionalAccess, 3)].into_iter()) - 2.0).abs() < 1e-9);
    }
}
