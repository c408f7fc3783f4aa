//! The disk under PostgreSQL is full. The one under SQLite: `tests/all/disk_full.rs`.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use testkit::program::terminate;
use testkit::{SmallDisk, World};

use crate::support::{assert_whole, held_sync, until, worker};

#[test]
fn f20_a_full_disk_under_postgresql_loses_nothing() {
    let Some(disk) = SmallDisk::of_megabytes(160) else { return };
    testkit::run_on_own_postgres_in(disk.path(), async |database, server| {
        let world = World::seeded(database, 400).await;
        let child = worker(&world, database).await;
        let run = held_sync(&world).await;
        let ballast = disk.path().join("ballast");
        fill(&ballast);
        world.simulator.release();
        until(async || server.log().contains("No space left on device")).await;
        std::fs::remove_file(&ballast).unwrap();
        // A server that cannot write its log gives up; whoever runs it starts it again when there is space.
        server.revive().await;
        assert_whole(&world, &world.ended(run).await).await;
        assert!(terminate(child).await.success(), "it ended no process of ours");
    });
}

/// Takes every byte that is left.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        let piece = vec![0_u8; size];
        while file.write_all(&piece).is_ok() {}
    }
}
