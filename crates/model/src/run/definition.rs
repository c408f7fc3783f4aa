//! What a run type declares about itself: data, so that lists, documents and checks derive from it.

use crate::access::Capability;

/// Which inputs make two starts the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityInputs {
    /// These fields of the inputs, absent ones left out.
    Fields(&'static [&'static str]),
    /// Every start is a run of its own.
    Fresh,
}

/// What a repetition of a completed run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Only the items that failed.
    FailedItems,
    /// Everything again, because its items are not independent or there is only one.
    Whole,
    /// Not at all: what it did was confirmed for that once.
    Never,
}

/// The catalogue row of a run type.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// `resource.action`, stable.
    pub run_type: &'static str,
    /// Names that earlier versions gave it: their queued runs are executed under this one.
    pub aliases: &'static [&'static str],
    /// Verb and object, as a person reads it: "Sync inventory".
    pub label: &'static str,
    /// Who may start it; checked at the start and again by the worker.
    pub capability: Capability,
    /// See [`IdentityInputs`].
    pub identity: IdentityInputs,
    /// From the first claim to the end, in milliseconds; then the run fails with `deadline_exceeded`.
    pub deadline_ms: i64,
    /// How many attempts may start before a failing run ends.
    pub attempts_max: i32,
    /// Whether it writes to the tenant: then it is the only such run in its directory.
    pub writes: bool,
    /// See [`Repeat`].
    pub repeat: Repeat,
    /// The spec that describes it, file name without folder.
    pub spec: &'static str,
}
