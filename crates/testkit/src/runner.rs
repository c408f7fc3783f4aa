//! Runs one test on one database and checks the invariants afterwards.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use store::Engine;

use crate::TestDatabase;

/// No test takes this long; one that does waits for an event that never comes.
const LONGEST: Duration = Duration::from_secs(120);

/// Gives the test a database of its own, checks the invariants after it, and removes the database in every case.
pub fn run<T: AsyncFnOnce(&TestDatabase)>(engine: Engine, test: T) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let database = TestDatabase::create(engine).await;
        let work = async {
            let in_time = tokio::time::timeout(LONGEST, test(&database)).await;
            assert!(in_time.is_ok(), "the test still waited for something after {LONGEST:?}");
            database.check().await;
        };
        let result = AssertUnwindSafe(work).catch_unwind().await;
        database.remove().await;
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
}
