//! The seed that drives a test's choices, said when the test fails.

#![expect(clippy::print_stderr, reason = "a failure has to say how to repeat it")]

use std::sync::Arc;

use model::Ambient;
use model::ambient::{SeededEntropy, SystemClock};

/// Choices that `TENANTATLAS_SEED` repeats; without it they are the same every time.
pub struct Seed {
    number: u64,
    ambient: Ambient,
}

impl Seed {
    /// The seed of this run of the tests.
    pub fn of_this_run() -> Self {
        let text = std::env::var("TENANTATLAS_SEED").unwrap_or_else(|_| "47".to_owned());
        let number = text.parse().expect("TENANTATLAS_SEED is a number");
        Self { number, ambient: Ambient::new(Arc::new(SystemClock), Arc::new(SeededEntropy::new(number))) }
    }

    /// Which one it is.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// A number in the range.
    pub fn pick(&self, range: std::ops::Range<u64>) -> u64 {
        let width = range.end - range.start;
        range.start + u64::from_le_bytes(self.ambient.bytes::<8>()) % width
    }

    /// One of so many.
    pub fn index(&self, count: usize) -> usize {
        usize::try_from(self.pick(0..count as u64)).expect("it is less than the count")
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("repeat this with TENANTATLAS_SEED={}", self.number);
        }
    }
}
