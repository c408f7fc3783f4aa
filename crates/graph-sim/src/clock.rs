//! Time inside a tenant: it starts on a fixed day and moves one second with every change, so a seed gives the same content always.

use std::sync::atomic::{AtomicI64, Ordering};

/// 2026-06-01T00:00:00Z, in seconds of the epoch.
pub(crate) const EPOCH: i64 = 1_780_272_000;

/// A clock that only changes move.
#[derive(Debug)]
pub(crate) struct Clock(AtomicI64);

impl Default for Clock {
    fn default() -> Self {
        Self(AtomicI64::new(EPOCH))
    }
}

impl Clock {
    /// The next moment; no two calls give the same.
    pub(crate) fn tick(&self) -> String {
        format_seconds(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Sets it; changes move it on from there.
    pub(crate) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// The present moment, in seconds of the epoch.
    pub(crate) fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The real time, in seconds of the epoch: what a client claims about time is compared with it, as nothing else is.
#[expect(clippy::disallowed_methods, reason = "the simulator plays the other side, whose clock nobody here moves")]
pub(crate) fn real_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Graph's spelling of a moment given in seconds of the epoch.
pub(crate) fn format_seconds(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|moment| moment.to_string()).unwrap_or_default()
}
