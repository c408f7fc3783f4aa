//! Many times, in a few numbers.

use std::time::Duration;

use serde::Serialize;

/// The distribution of a set of times, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Times {
    /// How many.
    pub(crate) count: usize,
    /// Half were shorter.
    pub(crate) p50_ms: f64,
    /// One in ten was longer.
    pub(crate) p90_ms: f64,
    /// One in a hundred was longer.
    pub(crate) p99_ms: f64,
    /// The longest.
    pub(crate) max_ms: f64,
}

impl Times {
    /// Of at least one time.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |share: f64| {
            let rank = (share * times.len() as f64).ceil() as usize;
            times[rank.clamp(1, times.len()) - 1].as_secs_f64() * 1000.0
        };
        Self { count: times.len(), p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), max_ms: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_time_of_its_rank() {
        let times = Times::of((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!((times.p50_ms, times.p90_ms, times.p99_ms, times.max_ms), (100.0, 180.0, 198.0, 200.0));
        assert_eq!(Times::of(vec![Duration::from_millis(3)]).p99_ms, 3.0);
    }
}
