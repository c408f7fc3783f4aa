//! What was sent, counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// Requests of a client since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// HTTP requests, those for tokens included.
    pub round_trips: u64,
    /// Requests that count against a quota: those inside a batch one by one, without those for tokens.
    pub logical_requests: u64,
    /// Requests that were refused for being too many.
    pub throttled: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    round_trips: AtomicU64,
    logical_requests: AtomicU64,
    throttled: AtomicU64,
}

impl Counters {
    pub(crate) fn round_trip(&self) {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn logical(&self, requests: usize) {
        self.logical_requests.fetch_add(requests as u64, Ordering::Relaxed);
    }

    pub(crate) fn throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Traffic {
        Traffic {
            round_trips: self.round_trips.load(Ordering::Relaxed),
            logical_requests: self.logical_requests.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
        }
    }
}
