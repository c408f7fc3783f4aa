//! What tests of several crates share: databases of their own, a world of simulated tenants, and the invariants that
//! are checked after every test by a reader that knows nothing of the product's code.
//!
//! ```no_run
//! use testkit::{TestDatabase, World};
//!
//! testkit::on_both_databases!(an_unchanged_tenant_makes_no_version);
//!
//! async fn an_unchanged_tenant_makes_no_version(database: &TestDatabase) {
//!     let world = World::seeded(database, 20).await;
//!     world.sync().await;
//!     let versions = world.versions().await;
//!     world.sync().await;
//!     assert_eq!(world.versions().await, versions);
//! }
//! ```

pub mod by_hand;
mod canary;
pub mod chain;
mod database;
pub mod dying;
pub mod invariants;
mod observable;
pub mod program;
mod proxy;
pub mod restoring;
mod runner;
mod seed;
mod server;
pub mod shared;
mod small_disk;
mod tenants;
mod worker;
mod world;

pub use canary::find_in_file;
pub use database::{Holding, TestDatabase};
pub use observable::{Observable, observable};
pub use proxy::Proxy;
pub use runner::{run, run_beside, run_in, run_on_own_postgres, run_on_own_postgres_in};
pub use seed::Seed;
pub use server::OwnPostgres;
pub use small_disk::SmallDisk;
pub use tenants::WorldTenant;
pub use worker::{RunningWorker, fast};
pub use world::World;

/// Makes a test on SQLite and one on PostgreSQL of each named async function that takes a [`TestDatabase`].
/// A function that is not named here is unused, which the compiler reports: no test is left out by mistake.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test] $(#[$attribute])* fn $name() { $crate::run(store::Engine::Sqlite, super::$name); })+
        }
        mod on_postgres {
            $(#[test] $(#[$attribute])* fn $name() { $crate::run(store::Engine::Postgres, super::$name); })+
        }
    };
}
