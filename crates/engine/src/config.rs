//! How fast an engine looks, beats and sweeps.

use std::time::Duration;

/// The numbers of `spec/runs.md`, each with its default.
#[derive(Debug, Clone, Copy)]
pub struct EngineConfig {
    /// Runs that one worker holds at a time.
    pub slots: usize,
    /// Longest time between two looks for queued runs; a hint from the database shortens it.
    pub poll: Duration,
    /// Time between two beats; the lease lasts three of them.
    pub beat: Duration,
    /// Time between two sweeps.
    pub sweep: Duration,
    /// How long a stopping worker lets its runs finish before it releases them.
    pub grace: Duration,
    /// How long completed runs are kept.
    pub retention: Duration,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            slots: 8,
            poll: Duration::from_millis(500),
            beat: Duration::from_secs(2),
            sweep: Duration::from_secs(2),
            grace: Duration::from_secs(5),
            retention: Duration::from_secs(90 * 24 * 60 * 60),
        }
    }
}
