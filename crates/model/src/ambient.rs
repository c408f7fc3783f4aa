//! Time and randomness, injected: the only doors to the wall clock and to the operating system's random source.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use uuid::Uuid;

use crate::ids::Id;

/// Tells the time. Rules never read the wall clock themselves, so that tests can move it.
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch, UTC.
    fn now_ms(&self) -> i64;
}

/// Gives random bytes fit for keys, tokens and ids.
pub trait Entropy: Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
        let now = jiff::Timestamp::now();
        now.as_millisecond()
    }
}

/// The operating system's random source.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has a random source");
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `now_ms`, milliseconds since the Unix epoch.
    pub fn at(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Moves the clock forward by `by_ms` milliseconds.
    pub fn advance_ms(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Reproducible bytes from a seed, for tests only: its output can be guessed.
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The same seed gives the same bytes in the same order.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014): one addition per word, good enough to be told apart.
        let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// Bits of an id that count within its millisecond.
const COUNTER_BITS: u32 = 12;
const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;

/// What surrounds every rule: the time and a source of randomness.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Time and counter of the latest id, as they stand in it.
    latest: Arc<AtomicU64>,
}

impl Ambient {
    /// From any clock and source of randomness.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, latest: Arc::default() }
    }

    /// The machine's own.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// Milliseconds since the Unix epoch, UTC.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A new UUIDv7 (RFC 9562 5.7): sorts by creation, also within a millisecond and over a clock that steps back. The 12
    /// bits behind the time count (6.2, method 1); when they are used up, the next millisecond lends its own.
    pub fn uuid(&self) -> Uuid {
        let now = u64::try_from(self.now_ms()).unwrap_or(0) << COUNTER_BITS;
        let after = |latest: u64| now.max(latest + 1);
        let latest = self.latest.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |latest| Some(after(latest)));
        let next = after(latest.unwrap_or_else(|latest| latest));
        let mut bytes = self.bytes::<10>();
        let counter = u16::try_from(next & COUNTER_MASK).unwrap_or_default();
        bytes[..2].copy_from_slice(&counter.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(next >> COUNTER_BITS, &bytes).into_uuid()
    }

    /// A new id of the wanted kind.
    pub fn id<I: Id>(&self) -> I {
        I::from_uuid(self.uuid())
    }
}

impl std::fmt::Debug for Ambient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ambient").field("now_ms", &self.now_ms()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_creation_within_a_millisecond_and_over_a_clock_that_steps_back() {
        let clock = Arc::new(ManualClock::at(1_790_000_000_000));
        let ambient = Ambient::new(clock.clone(), Arc::new(SystemEntropy));
        // More than one millisecond counts.
        let mut ids: Vec<Uuid> = (0..5_000).map(|_| ambient.clone().uuid()).collect();
        clock.advance_ms(-60_000);
        ids.push(ambient.uuid());
        clock.advance_ms(120_000);
        ids.push(ambient.uuid());
        assert!(ids.is_sorted_by(|one, next| one < next));
        let of = |id: &Uuid| id.get_timestamp().map(|at| at.to_unix().0);
        assert_eq!((of(&ids[0]), of(&ids[5_001])), (Some(1_790_000_000), Some(1_790_000_060)));
        assert_eq!((ids[0].get_version_num(), ids[5_000].get_version_num()), (7, 7));
    }
}
