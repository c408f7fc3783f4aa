//! How many devices and users are in the groups that a plan reaches.

use futures::future::join_all;
use graph::{Members, TenantGraph};
use model::registry::Registry;
use model::restore::{PlanItem, Reached};

use crate::restores::impact::impact_of;

/// What cannot be counted is left out: a plan is no worse without a number, and the page says that there is none.
pub(super) async fn reached(graph: &TenantGraph, items: &[PlanItem]) -> Vec<Reached> {
    let Some(contract) = Registry::embedded().get("groups") else { return Vec::new() };
    let count = |group: String| async move {
        let told = |error: &graph::GraphError| tracing::info!(code = error.code, "members of a group were not counted");
        let members = match graph.members(contract, &group).await {
            // Nobody is in a group that is gone, which the live object may still name.
            Err(error) if error.code == "graph.not_found" => Members { devices: 0, users: 0 },
            counted => counted.inspect_err(told).ok()?,
        };
        Some(Reached { group, devices: members.devices, users: members.users })
    };
    join_all(impact_of(items).groups.into_iter().map(count)).await.into_iter().flatten().collect()
}
