//! The machine's monotonic clock, which all its processes share: a time taken in one of them can be compared with one
//! that was taken in another, in whatever language it is written.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use crate::Failure;

/// A moment, in nanoseconds since some fixed point in the past.
pub(crate) type Nanos = u64;

/// Now.
pub(crate) fn now() -> Result<Nanos, Failure> {
    let at = Duration::from(clock_gettime(ClockId::CLOCK_MONOTONIC)?);
    Ok(u64::try_from(at.as_nanos())?)
}

/// From one to the other; none when the second was earlier.
pub(crate) fn between(from: Nanos, to: Nanos) -> Duration {
    Duration::from_nanos(to.saturating_sub(from))
}
