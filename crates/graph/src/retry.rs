//! Whether a request is tried again, and when. Only requests that change nothing come here.

use std::time::Duration;

use model::Ambient;
use tokio::time::{Instant, timeout};

use crate::config::Limits;
use crate::error::GraphError;

/// An answer that cannot be read is asked for once more: half an answer is mostly a hiccup, twice is a defect.
const SHAPE_ATTEMPTS: u32 = 2;

/// How long one request may still take. Only what is done for it counts: while a tenant is throttled hard, the last of many
/// requests waits for its turn longer than any of them may take.
#[derive(Debug)]
pub(crate) struct Deadline(Duration);

impl Deadline {
    pub(crate) fn of(limits: &Limits) -> Self {
        Self(limits.deadline)
    }

    /// Does it, or fails when the time has run out.
    pub(crate) async fn within<T>(
        &mut self,
        work: impl Future<Output = Result<T, GraphError>>,
    ) -> Result<T, GraphError> {
        let began = Instant::now();
        let done = timeout(self.0, work).await.unwrap_or_else(|_| Err(GraphError::of("graph.timeout")));
        self.0 = self.0.saturating_sub(began.elapsed());
        done
    }
}

/// The attempts of one request.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failures: u32,
    throttles: u32,
    refreshed: bool,
}

impl Attempts {
    /// How long to wait before the next attempt; nothing when this was the last. Throttling waits in the budget,
    /// where all requests of the tenant wait together.
    fn next(&mut self, error: &GraphError, limits: &Limits, ambient: &Ambient) -> Option<Duration> {
        match error.code {
            "graph.throttled" => {
                self.throttles += 1;
                (self.throttles < limits.throttled_attempts_max).then_some(Duration::ZERO)
            }
            "graph.token_expired" => (!std::mem::replace(&mut self.refreshed, true)).then_some(Duration::ZERO),
            "graph.unavailable" | "graph.timeout" | "auth.unavailable" | "auth.throttled" => {
                self.failed(limits.attempts_max, error, limits, ambient)
            }
            "graph.unexpected_shape" => self.failed(SHAPE_ATTEMPTS.min(limits.attempts_max), error, limits, ambient),
            _ => None,
        }
    }

    /// Waits for the next attempt; false, at once, when there is none.
    pub(crate) async fn wait(&mut self, error: &GraphError, limits: &Limits, ambient: &Ambient) -> bool {
        let Some(pause) = self.next(error, limits, ambient) else { return false };
        tokio::time::sleep(pause).await;
        true
    }

    fn failed(
        &mut self,
        attempts_max: u32,
        error: &GraphError,
        limits: &Limits,
        ambient: &Ambient,
    ) -> Option<Duration> {
        self.failures += 1;
        let own = backoff(self.failures, limits, ambient);
        let asked = Duration::from_millis(error.retry_after_ms.unwrap_or(0));
        (self.failures < attempts_max).then(|| own.max(asked))
    }
}

/// Doubles with each failure up to the longest; the upper half is random, so that many do not come back at once.
pub(crate) fn backoff(failures: u32, limits: &Limits, ambient: &Ambient) -> Duration {
    let doubled = limits.backoff_first.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let longest = doubled.min(limits.backoff_max);
    let share = f64::from(u16::from_le_bytes(ambient.bytes())) / f64::from(u16::MAX);
    longest.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::Ambient;

    use super::{Attempts, Deadline, backoff};
    use crate::config::Limits;
    use crate::error::GraphError;

    #[test]
    fn the_longer_of_both_pauses_is_taken() {
        let (limits, ambient) = (Limits::default(), Ambient::system());
        let error = GraphError::of("graph.unavailable").with(None, Some(90_000));
        assert_eq!(Attempts::default().next(&error, &limits, &ambient), Some(Duration::from_secs(90)));
        let error = error.with(None, Some(1));
        assert!(Attempts::default().next(&error, &limits, &ambient).expect("retried") >= Duration::from_millis(250));
    }

    #[test]
    fn attempts_are_bounded_and_a_refusal_is_final() {
        let (limits, ambient) = (Limits::default(), Ambient::system());
        let count = |code| {
            let mut attempts = Attempts::default();
            std::iter::repeat_with(|| attempts.next(&GraphError::of(code), &limits, &ambient))
                .take_while(Option::is_some)
                .count()
        };
        assert_eq!(count("graph.unavailable"), 4);
        assert_eq!(count("graph.throttled"), 39);
        assert_eq!(count("graph.unexpected_shape"), 1);
        assert_eq!(count("graph.token_expired"), 1);
        assert_eq!(count("graph.permission_denied"), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_done_counts_and_then_the_time_is_over() {
        let limits = Limits::default();
        let mut deadline = Deadline::of(&limits);
        let lasts = |seconds| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Ok(())
        };
        deadline.within(lasts(400)).await.unwrap();
        tokio::time::advance(limits.deadline).await;
        deadline.within(lasts(199)).await.unwrap();
        assert_eq!(deadline.within(lasts(2)).await.unwrap_err().code, "graph.timeout");
        assert_eq!(deadline.within(lasts(1)).await.unwrap_err().code, "graph.timeout");
    }

    #[test]
    fn a_pause_doubles_up_to_the_longest() {
        let (limits, ambient) = (Limits::default(), Ambient::system());
        for (failures, longest) in [(1, 500), (3, 2_000), (30, 30_000)] {
            let pause = backoff(failures, &limits, &ambient).as_millis();
            assert!(pause * 2 >= longest && pause <= longest, "{failures}: {pause}");
        }
    }
}
