//! What a node and the keeper of the shared state tell each other.

use futures::future::BoxFuture;

use super::shared::Shared;

/// Classes of requests that have a limit of their own.
pub(super) const CLASSES: usize = 5;

/// A class of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// All requests to Intune.
    Intune,
    /// Those that change something; they count among all requests as well.
    IntuneWrites,
    /// Policies and named locations.
    ConditionalAccess,
    /// Groups and other directory objects, in resource units.
    Directory,
    /// The directory's audit and sign-in logs.
    AuditLogs,
}

/// A node tells how it stands. Made and read by this crate alone.
#[derive(Debug, Clone)]
pub struct Report {
    /// One client of one process.
    pub(super) node: String,
    /// Grows with each report of a node about a tenant.
    pub(super) number: u64,
    /// It does not ask this tenant any more.
    pub(super) leaves: bool,
    /// Some of its requests have no answer yet.
    pub(super) is_under_way: bool,
    pub(super) classes: [ClassReport; CLASSES],
}

#[derive(Debug, Clone, Default)]
pub(super) struct ClassReport {
    /// The window, as this node knows it.
    pub(super) limit: u32,
    pub(super) span_ms: i64,
    /// The share that it applies at this moment.
    pub(super) applies: u32,
    /// What its window contains.
    pub(super) used: u32,
    /// What it would like to have.
    pub(super) wants: u32,
    /// Successes since the last report.
    pub(super) succeeded: u32,
    /// A refusal, or a limit that was nearly full, since the last report.
    pub(super) cut: Option<Cut>,
    /// A pause that began since the last report: what is left of it.
    pub(super) pause_ms: i64,
}

/// Less is used from now on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) by: f64,
    /// How long ago the request was sent that taught it.
    pub(super) age_ms: i64,
}

/// The answer. Made and read by this crate alone.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// Nothing when the report was older than another one.
    pub(super) classes: Option<[ClassGrant; CLASSES]>,
    /// Other nodes ask the tenant as well, or have just done so.
    pub(super) others: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct ClassGrant {
    pub(super) share: u32,
    pub(super) pause_ms: u64,
}

/// The shared state cannot be reached now. What is wrong stays with who keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The budget that the nodes share cannot be reached")]
pub struct BoardUnreachable;

/// Where the nodes that ask one tenant meet: keeps the state of each tenant's budget, and the clock that decides.
pub trait BudgetBoard: Send + Sync {
    /// Reads the tenant's [`Shared`], settles the report with it and keeps the result, as one step that no other node's can
    /// be mixed with.
    fn settle<'a>(&'a self, tenant: &'a str, report: &'a Report) -> BoxFuture<'a, Result<Grant, BoardUnreachable>>;
}

/// A board for the clients of one process.
pub struct OneProcess {
    began: tokio::time::Instant,
    tenants: std::sync::Mutex<std::collections::HashMap<String, Shared>>,
}

impl Default for OneProcess {
    fn default() -> Self {
        Self { began: tokio::time::Instant::now(), tenants: std::sync::Mutex::default() }
    }
}

impl BudgetBoard for OneProcess {
    fn settle<'a>(&'a self, tenant: &'a str, report: &'a Report) -> BoxFuture<'a, Result<Grant, BoardUnreachable>> {
        // Never 0, which is when a node had its turn that never had one.
        let now = i64::try_from(self.began.elapsed().as_millis()).map_or(i64::MAX, |since| since + 1);
        let mut tenants = self.tenants.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let grant = tenants.entry(tenant.to_owned()).or_default().settle(now, report);
        Box::pin(std::future::ready(Ok(grant)))
    }
}
