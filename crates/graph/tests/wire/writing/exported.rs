//! Policies exported from real tenants are made again, and read back the same. They are not part of the project: see
//! `real_policies.rs`.

use std::collections::BTreeMap;

use graph_sim::Content;
use model::registry::{Contract, Mode, Registry, Rows};
use model::restore::{Mapped, promise, steps};

use super::bench::Bench;
use super::carried_out::Weather;
use super::life::{ALL, kept};
use crate::harness::observe;
use crate::real_policies::corpus;

#[tokio::test(flavor = "multi_thread")]
async fn every_exported_policy_is_taken_and_read_back_the_same() {
    let Some(folder) = corpus() else { return };
    let bench = Bench::with(Content::Folder(folder)).await;
    let (mut made, mut refused) = (0, BTreeMap::<String, usize>::new());
    // What an action of a template makes needs the template, and values of an administrative template their definitions: no
    // export has either. What has the same id everywhere is in the empty tenant already.
    let alone = |contract: &&'static Contract| {
        contract.create.path.is_none()
            && !contract.create.with_id
            && contract.parts.iter().all(|part| part.written != Some(Rows::DefinitionValues))
    };
    let contracts = Registry::embedded().observed().filter(alone);
    for contract in
        contracts.filter(|contract| !matches!(contract.restore, Mode::Unsupported { .. }) && !contract.single)
    {
        for object in observe(&bench.full.graph, &contract.key).await.1 {
            let wanted = Mapped::unchanged(contract, &object.document);
            let steps = match steps(contract, &wanted, None, ALL) {
                Ok(steps) => steps,
                Err(why) => {
                    *refused.entry(why.code).or_default() += 1;
                    continue;
                }
            };
            let promised = promise(contract, &wanted, None, ALL);
            let id = bench.carry_out(&bench.empty, contract, None, &steps, Weather::Fair).await;
            kept(&bench.empty, contract, &id, &wanted, &promised).await;
            made += 1;
        }
    }
    // Only defaults of the directory itself stand in the way.
    assert_eq!(refused.keys().collect::<Vec<_>>(), ["restore.built_in_missing"], "{refused:?}");
    assert!(made > 100, "{made}");
}
