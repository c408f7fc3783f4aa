//! The disk is full in the middle of a sync: nothing is half-written, and the run goes on when there is space.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use app::inventory::{Selection, start_sync};
use model::run::{Outcome, Status};
use testkit::{SmallDisk, TestDatabase, World};

use crate::program::{say, within};

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let Some(disk) = SmallDisk::of_megabytes(16) else { return };
    testkit::run_in(disk.path(), async |database: &TestDatabase| {
        let world = World::seeded(database, 120).await;
        world.sync().await;
        let versions = world.versions().await;
        // Otherwise the log still has room from the first sync, and a small start needs no new space.
        database.execute("pragma wal_checkpoint(truncate)").await;
        let ballast = disk.path().join("ballast");
        let run = world.start_sync().await;
        world.simulator.hold("deviceManagement");
        let _worker = world.worker();
        world.simulator.wait_for_held(1).await;
        fill(&ballast);
        world.simulator.release();

        let scope = world.scope().await;
        let error = start_sync(&world.db, &scope, &Selection::of(&["scopeTags"]).unwrap(), Default::default())
            .await
            .unwrap_err();
        assert_eq!(error.code, "database.disk_full", "{error:?}");
        assert!(error.hint.unwrap().contains("Free some space"));
        let said = say(within(&world, database, &["sync", "Contoso", "--type", "scopeTags", "--detach"])).await;
        insta::assert_snapshot!("a_full_disk", said.text());
        assert_ne!(world.run(run).await.status, Status::Completed, "it waits for space");

        std::fs::remove_file(&ballast).unwrap();
        let said = say(within(&world, database, &["sync", "Contoso", "--type", "scopeTags", "--detach"])).await;
        assert_eq!(said.code, 0, "there is space again\n{}", said.text());
        assert_eq!(world.ended(run).await.outcome, Outcome::Succeeded, "the run went on by itself");
        assert_eq!(world.versions().await, versions, "nothing was half-written");
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
