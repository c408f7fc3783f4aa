//! Policies exported from real tenants, in whatever encoding, through the whole way.
//!
//! They are not part of the project: the folder is `corpus` below the one that `TENANTATLAS_SHARED` names, or below
//! `../shared` beside the project. When it is missing the test says so loudly and proves nothing.

use std::path::{Path, PathBuf};

use graph_sim::Content;
use model::canonical;
use model::registry::Registry;
use model::registry::content::{content_for_hash, readable_settings};

use crate::harness::{World, incomplete};

pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("TENANTATLAS_SHARED").map_or_else(beside, PathBuf::from).join("corpus");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: no exported policies in {}; set TENANTATLAS_SHARED to the folder above it",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

#[tokio::test]
async fn every_placed_policy_is_read_completely_and_twice_the_same() {
    let Some(folder) = corpus() else { return };
    let world = World::start(Content::Folder(folder)).await;
    let mut read = 0;
    for contract in Registry::embedded().iter() {
        let (observation, objects) = world.observe(&contract.key).await;
        let (_, again) = world.observe(&contract.key).await;
        assert_eq!(observation.list_error, None, "{}", contract.key);
        assert!(incomplete(&objects).is_empty(), "{}: {:?}", contract.key, incomplete(&objects));
        for (one, two) in objects.iter().zip(&again) {
            let content =
                |document: &serde_json::Value| canonical::to_string(&content_for_hash(contract, document.clone()));
            assert_eq!(content(&one.document), content(&two.document), "{} {}", contract.key, one.name);
            assert!(!one.name.is_empty());
        }
        let has_settings = |key: &str| matches!(key, "settingsCatalog" | "deviceConfigurations" | "compliancePolicies");
        let bare = objects
            .iter()
            .find(|object| has_settings(&contract.key) && readable_settings(contract, &object.document).is_empty());
        assert_eq!(bare.map(|object| &object.name), None, "{} has no readable settings", contract.key);
        read += objects.len();
    }
    let known: Vec<&str> = Registry::embedded().iter().map(|contract| contract.path.as_str()).collect();
    let placed = world.simulator.load_report(&world.id).placed;
    let ours = placed.iter().filter(|placed| known.contains(&placed.collection.as_str())).count();
    assert!(ours > 100 && read >= ours, "{read} read, {ours} placed");
}
