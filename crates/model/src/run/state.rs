//! The words of a run's life. The database refuses every other combination.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// Where a run stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, EnumString, Display, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// No worker holds it: new, waiting, paused or between attempts. The reason says which.
    Queued,
    /// A worker holds a lease on it.
    Running,
    /// It ended, for ever.
    Completed,
}

/// How a run ended; `Pending` exactly while it has not.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, EnumString, Display, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// Not ended.
    Pending,
    /// All items are good, or there were none and the reason says why.
    Succeeded,
    /// Good and bad items.
    PartiallySucceeded,
    /// Nothing good, or it could not proceed.
    Failed,
    /// A prerequisite is missing.
    Blocked,
    /// A person stopped it.
    Cancelled,
}

/// How one item of a run ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, EnumString, Display, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ItemOutcome {
    /// Not ended.
    Pending,
    /// Good.
    Succeeded,
    /// Something of it could not be read; counts as failed.
    Incomplete,
    /// Bad.
    Failed,
    /// Left alone on purpose; counts as neither.
    Skipped,
    /// Changed by somebody else meanwhile; counts as failed.
    Conflict,
    /// An effect whose result is not known; counts as failed.
    Unknown,
}

impl ItemOutcome {
    /// Whether the counts call it failed.
    pub fn counts_as_failed(self) -> bool {
        matches!(self, Self::Incomplete | Self::Failed | Self::Conflict | Self::Unknown)
    }
}

/// A stable dotted code, for example `graph.throttled`. Codes are ours: never text from upstream.
pub type Code = String;

/// Why a run waits, or why it ended so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// For programs.
    pub code: Code,
    /// For people: one sentence of ours.
    pub sentence: String,
}

impl Reason {
    /// From code and sentence.
    pub fn new(code: impl Into<Code>, sentence: impl Into<String>) -> Self {
        Self { code: code.into(), sentence: sentence.into() }
    }
}

/// One kind of failure of a run, with how often it was met. Per-item failures live with the items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// For programs.
    pub code: Code,
    /// Our own sentence.
    pub message: String,
    /// How often.
    pub count: u64,
}

impl Failure {
    /// Met once.
    pub fn new(code: impl Into<Code>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), count: 1 }
    }
}
