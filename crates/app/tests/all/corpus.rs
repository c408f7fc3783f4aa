//! Real exported policies: everything that the simulator could place is captured completely, and the backup holds
//! what the files hold. Reads `../shared/corpus`; says so loudly when it is not there.

use graph_sim::Content;
use model::registry::Registry;
use model::run::Outcome;
use testkit::{TestDatabase, World, on_both_databases, shared};

use crate::backups::assert_same_objects;

on_both_databases!(the_corpus_is_captured_completely_and_backed_up_as_loaded);

async fn the_corpus_is_captured_completely_and_backed_up_as_loaded(database: &TestDatabase) {
    let Some(folder) = shared::folder("corpus") else { return };
    let world = World::of(database, vec![Content::Folder(folder)]).await;
    let report = world.simulator.load_report(world.directory());
    assert!(report.placed.len() > 100, "the corpus has 166 files, and {} found a place", report.placed.len());
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?} {:?}", row.reason, world.items(row.id).await);
    let seen = world.objects().await;
    let key_of = |path: &str| Registry::embedded().iter().find(|contract| contract.inventory && contract.path == path);
    for placed in &report.placed {
        let contract = key_of(&placed.collection).unwrap_or_else(|| panic!("{} has no contract", placed.collection));
        let row = seen.iter().find(|row| row.type_key == contract.key && row.external_id == placed.id);
        let row = row.unwrap_or_else(|| panic!("{} ({}) was not captured", placed.file, contract.key));
        assert!(row.complete, "{}: {:?}", placed.file, row.missing_parts);
    }
    println!("{} of {} placed objects are captured completely", report.placed.len(), report.placed.len());
    let (row, set) = world.back_up("corpus").await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    assert_same_objects(&world, set).await;
    crate::loaded::assert_as_loaded(&world, set, &report).await;
    let versions = world.versions().await;
    world.sync().await;
    assert_eq!(world.versions().await, versions, "an unchanged tenant makes no version");
}
