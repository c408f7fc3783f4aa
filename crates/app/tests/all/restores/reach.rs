//! How many a plan reaches: counted by the preview, and called unknown where it could not be.

use app::restores::{Reach, ShownPlan, Source};
use graph_sim::Fault;
use model::run::Outcome;
use serde_json::json;
use testkit::restoring::{begun, previewed};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, forbidden};

on_both_databases!(
    members_are_counted_once_for_each_group,
    nobody_is_in_a_group_that_is_gone,
    without_a_count_the_plan_is_no_worse,
);

/// A tenant whose only assigned object was changed.
async fn assigned(database: &TestDatabase) -> (World, Source) {
    let world = World::seeded(database, 60).await;
    let row = |group: &str| {
        let target = json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group });
        json!({ "id": format!("a_{group}"), "target": target })
    };
    let member = |kind: &str, id: &str| json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id });
    let groups = world.simulator.objects(world.directory(), "groups");
    let ids: Vec<_> = groups.iter().take(2).map(|group| group["id"].as_str().unwrap()).collect();
    let members =
        [vec![member("device", "d1"), member("user", "u1")], vec![member("device", "d1"), member("device", "d2")]];
    for (id, members) in ids.iter().zip(members) {
        world.simulator.change(world.directory(), "groups", id, |group| group["members"] = members.into());
    }
    let policy = world.simulator.objects(world.directory(), CATALOG).remove(0);
    let id = policy["id"].as_str().unwrap();
    let rows: Vec<_> = ids.iter().map(|id| row(id)).collect();
    world.simulator.change(world.directory(), CATALOG, id, |policy| policy["assignments"] = rows.into());
    let (_, set) = world.back_up("before").await;
    world.simulator.change(world.directory(), CATALOG, id, |policy| policy["description"] = json!("broken"));
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    (world, source)
}

async fn plan(world: &World, source: Source) -> ShownPlan {
    let (row, plan) = previewed(world, begun(world, source).await).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    plan
}

async fn members_are_counted_once_for_each_group(database: &TestDatabase) {
    let (world, source) = assigned(database).await;
    let plan = plan(&world, source).await;
    assert_eq!(plan.impact.groups.len(), 2);
    assert_eq!(plan.impact.devices(), Reach::AtMost(3), "d1 is in both");
    assert_eq!(plan.impact.users(), Reach::Exactly(1));
}

async fn nobody_is_in_a_group_that_is_gone(database: &TestDatabase) {
    let (world, source) = assigned(database).await;
    let groups = world.simulator.objects(world.directory(), "groups");
    assert!(world.simulator.remove(world.directory(), "groups", groups[1]["id"].as_str().unwrap()));
    let (_, plan) = previewed(&world, begun(&world, source).await).await;
    assert_eq!((plan.impact.groups.len(), plan.impact.devices()), (2, Reach::Exactly(1)));
}

async fn without_a_count_the_plan_is_no_worse(database: &TestDatabase) {
    let (world, source) = assigned(database).await;
    world.simulator.add_fault(world.directory(), Fault::on("transitiveMembers", forbidden()));
    let plan = plan(&world, source).await;
    assert_eq!(
        (plan.impact.groups.len(), plan.impact.devices(), plan.impact.users()),
        (2, Reach::Unknown, Reach::Unknown)
    );
}
