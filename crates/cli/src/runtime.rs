//! Where everything runs: the threads of one process.

use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// Threads for work that holds its thread: parsing, compressing, hashing of passwords, looking up host names. More would
/// wait for the same processors and hold more memory.
const BLOCKING: usize = 16;

/// How long such a thread waits for more. In practice for ever: `tokio` panics where it has none of them and the system
/// gives none, and a program that may have no more memory would fail its runs one after the other instead of ending, so
/// that another node goes on.
const KEPT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Starts it, with one thread of that kind.
pub(crate) fn start() -> io::Result<Runtime> {
    let runtime =
        Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING).thread_keep_alive(KEPT).build()?;
    runtime.spawn_blocking(|| ());
    Ok(runtime)
}
