//! Runs one test on one database and checks the invariants afterwards.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use futures::FutureExt;
use store::Engine;

use crate::{OwnPostgres, TestDatabase};

/// No test takes this long; one that does waits for an event that never comes. Set `TENANTATLAS_TEST_SECONDS` for
/// tests that are told to repeat themselves.
const LONGEST: Duration = Duration::from_secs(300);

/// Gives the test a database of its own, checks the invariants after it, and removes the database in every case.
pub fn run<T: AsyncFnOnce(&TestDatabase)>(engine: Engine, test: T) {
    on_runtime(async {
        let database = TestDatabase::create(engine).await;
        guarded(database, test).await;
    });
}

/// A further database for a test that is under way.
pub async fn run_beside<T: AsyncFnOnce(&TestDatabase)>(engine: Engine, test: T) {
    guarded(TestDatabase::create(engine).await, test).await;
}

/// The same with an SQLite database in a folder of the test's, for tests of the file system below it.
pub fn run_in<T: AsyncFnOnce(&TestDatabase)>(folder: &Path, test: T) {
    on_runtime(async {
        let database = TestDatabase::in_folder(folder);
        guarded(database, test).await;
    });
}

/// The same with a database on a PostgreSQL of the test's own, which the test may harm.
pub fn run_on_own_postgres<T: AsyncFnOnce(&TestDatabase, &OwnPostgres)>(test: T) {
    run_on_own_postgres_in(&std::env::temp_dir(), test);
}

/// The same in a folder of the test's.
pub fn run_on_own_postgres_in<T: AsyncFnOnce(&TestDatabase, &OwnPostgres)>(folder: &Path, test: T) {
    on_runtime(async {
        let server = OwnPostgres::start_in(folder).await;
        let database = TestDatabase::on_server(server.address()).await;
        guarded(database, async |database: &TestDatabase| test(database, &server).await).await;
    });
}

fn on_runtime(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(work);
}

async fn guarded<T: AsyncFnOnce(&TestDatabase)>(database: TestDatabase, test: T) {
    let longest = longest();
    let work = async {
        let in_time = tokio::time::timeout(longest, test(&database)).await;
        assert!(in_time.is_ok(), "the test still waited for something after {longest:?}");
        database.check().await;
    };
    let result = AssertUnwindSafe(work).catch_unwind().await;
    database.remove().await;
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}

fn longest() -> Duration {
    let told = std::env::var("TENANTATLAS_TEST_SECONDS").ok().and_then(|text| text.parse().ok());
    told.map_or(LONGEST, Duration::from_secs)
}
