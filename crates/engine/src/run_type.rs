//! What a feature gives to the engine: one file per type, one implementation of [`RunType`].

use futures::future::BoxFuture;
use model::run::{Definition, Failure, Reason};

use crate::RunCtx;

/// How a handler ends. What it recorded stays recorded in every case.
#[derive(Debug)]
pub enum Ending {
    /// It went through; the items decide the outcome.
    Done {
        /// Explains the outcome where it is not plain success, or why there was nothing to do.
        reason: Option<Reason>,
        /// The kinds of failure among the items.
        failures: Vec<Failure>,
    },
    /// It may work next time: tried again after a backoff until the attempts are used up.
    Retry(Failure),
    /// It has to wait and holds no worker meanwhile; costs no attempt.
    Wait {
        /// How long, in milliseconds.
        pause_ms: i64,
        /// Shown while it waits.
        why: Reason,
    },
    /// It cannot work: failed.
    Fail(Failure),
    /// A prerequisite is missing: blocked.
    Blocked(Reason),
    /// It heeded the wish to cancel, see [`RunType::ends_between_items`].
    Cancelled,
}

/// One kind of operation run.
pub trait RunType: Send + Sync + 'static {
    /// Its catalogue row.
    fn definition(&self) -> &'static Definition;

    /// Whether it ends by itself when somebody cancels it, at a place where nothing is half done: it looks at
    /// [`RunCtx::cancelled`] and is not dropped for it.
    fn ends_between_items(&self) -> bool {
        false
    }

    /// Does the work, skipping what an earlier attempt recorded. Dropped at an await point when the lease is lost,
    /// the run is cancelled or its deadline passes; every write is a fenced transaction, so nothing is half-written.
    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending>;
}
