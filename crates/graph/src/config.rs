//! What a client is made with. The defaults are those of production.

use std::time::Duration;

/// Settings of a [`crate::Graph`].
#[derive(Debug, Clone)]
pub struct GraphConfig {
    /// Longest time for one request, from sending to the last byte of the answer.
    pub timeout: Duration,
    /// Largest answer that is read, in bytes after decompression.
    pub body_bytes_max: u64,
    /// A certificate to trust in addition to the system's, as PEM; for tests and inspecting proxies.
    pub extra_root_pem: Option<String>,
    /// Requests under way at the same time for one tenant; a batch is one. Pages that follow another one have a few places more.
    pub parallel_requests: usize,
    /// How fast and how often it may ask.
    pub limits: Limits,
}

impl Default for GraphConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            body_bytes_max: 64 * 1024 * 1024,
            extra_root_pem: None,
            parallel_requests: 40,
            limits: Limits::default(),
        }
    }
}

impl Limits {
    /// For a server that enforces none: windows that nobody fills. How often and how long it is tried stays.
    pub(crate) fn without_windows(self) -> Self {
        let open = Window { requests: u32::MAX / 4, span: Duration::from_secs(1) };
        Self { intune: open, intune_writes: open, conditional_access: open, directory: open, ..self }
    }
}

/// So many requests in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Requests.
    pub requests: u32,
    /// Any span of this length.
    pub span: Duration,
}

/// How fast and how often a tenant may be asked. The windows stay below the published limits
/// (learn.microsoft.com/graph/throttling-limits), so that other applications find room as well.
#[derive(Debug, Clone)]
pub struct Limits {
    /// All requests to Intune; published: 1,000 in 20 s for an application in a tenant.
    pub intune: Window,
    /// Those of them that change something; published: 100 in 20 s.
    pub intune_writes: Window,
    /// Conditional Access; published: one a second for a tenant over all applications.
    pub conditional_access: Window,
    /// Groups and other directory objects, in resource units; published: 3,500 units in 10 s for the smallest tenants.
    pub directory: Window,
    /// The directory's audit and sign-in logs; published: 5 in 10 s for an application in a tenant.
    pub audit_logs: Window,
    /// Attempts of one request that fails for another reason than throttling.
    pub attempts_max: u32,
    /// Attempts of one request that is throttled.
    pub throttled_attempts_max: u32,
    /// Own pause after the first failure; it doubles with each.
    pub backoff_first: Duration,
    /// Longest own pause. A longer `Retry-After` is obeyed.
    pub backoff_max: Duration,
    /// Longest time for one request with all its attempts and pauses, without what it waits for its turn.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let window = |requests, millis| Window { requests, span: Duration::from_millis(millis) };
        Self {
            intune: window(950, 20_000),
            intune_writes: window(95, 20_000),
            // A little longer than a second: clocks differ.
            conditional_access: window(1, 1_050),
            directory: window(3_000, 10_000),
            audit_logs: window(4, 10_000),
            attempts_max: 5,
            throttled_attempts_max: 40,
            backoff_first: Duration::from_millis(500),
            backoff_max: Duration::from_secs(30),
            deadline: Duration::from_secs(10 * 60),
        }
    }
}
