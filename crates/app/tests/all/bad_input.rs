//! What Graph may send instead of an answer: the type that is hit is named with its code, nothing else suffers,
//! nothing is half-written, and the next sync puts it right.

use graph_sim::{Fault, FaultKind, Throttling};
use model::run::{ItemOutcome, Outcome};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, item, observable, reason};

on_both_databases!(
    an_unreadable_list_is_named_and_nothing_else_suffers,
    a_tenant_that_answers_nothing_readable_fails_as_a_whole,
    passing_trouble_is_not_even_seen,
    a_throttled_tenant_is_read_all_the_same,
);

/// Largest answer that the worker of these tests reads, in bytes.
const BYTES_MAX: u64 = 256 * 1024;

fn unreadable() -> Vec<(&'static str, FaultKind, &'static str)> {
    vec![
        ("half an answer", FaultKind::Garbage(br#"{"value":[{"id":"1","na"#.to_vec()), "graph.unexpected_shape"),
        ("not JSON", FaultKind::Garbage(b"<html>Bad gateway</html>".to_vec()), "graph.unexpected_shape"),
        ("not UTF-8", FaultKind::Garbage(b"{\"value\":[{\"id\":\"\xff\xfe\"}]}".to_vec()), "graph.unexpected_shape"),
        ("JSON without a list", FaultKind::Garbage(b"{\"value\":7}".to_vec()), "graph.unexpected_shape"),
        (
            "endless depth",
            FaultKind::Garbage(["{\"value\":", &"[".repeat(100_000)].concat().into_bytes()),
            "graph.unexpected_shape",
        ),
        ("a page that leads to itself", FaultKind::NextLinkLoop, "graph.page_loop"),
        ("a page at another host", FaultKind::NextLinkOtherHost, "graph.foreign_link"),
        ("an answer without end", FaultKind::Huge { bytes: 2 << 30 }, "graph.too_large"),
    ]
}

async fn an_unreadable_list_is_named_and_nothing_else_suffers(database: &TestDatabase) {
    let mut world = World::seeded(database, 30).await;
    world.graph.body_bytes_max = BYTES_MAX;
    world.sync().await;
    let (versions, objects) = (world.versions().await, world.objects().await.len());
    for (what, fault, code) in unreadable() {
        world.simulator.add_fault(world.directory(), Fault::on(CATALOG, fault));
        let row = world.sync().await;
        assert_eq!((row.outcome, reason(&row)), (Outcome::PartiallySucceeded, code), "{what}");
        let item = item(&world, row.id, "type/settingsCatalog").await;
        assert_eq!((item.outcome, item.code.as_deref()), (ItemOutcome::Failed, Some(code)), "{what}");
        assert!(world.objects().await.iter().all(|object| object.missing.is_none()), "{what}");
        assert_eq!((world.versions().await, world.objects().await.len()), (versions, objects), "{what}");
        world.simulator.clear_faults(world.directory());
    }
    let row = world.sync().await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Succeeded, observable(&world).len() as u64));
    assert_eq!(world.versions().await, versions);
}

async fn a_tenant_that_answers_nothing_readable_fails_as_a_whole(database: &TestDatabase) {
    let world = World::seeded(database, 20).await;
    world.simulator.add_fault(world.directory(), Fault::on("", FaultKind::Garbage(b"{".to_vec())));
    let row = world.sync().await;
    assert_eq!((row.outcome, reason(&row)), (Outcome::Failed, "graph.unexpected_shape"));
    assert!(world.objects().await.is_empty());
}

async fn passing_trouble_is_not_even_seen(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    let busy = FaultKind::Status { status: 503, code: "ServiceUnavailable".into(), retry_after: None };
    let throttled = FaultKind::Status { status: 429, code: "TooManyRequests".into(), retry_after: None };
    for kind in [busy, throttled, FaultKind::Reset, FaultKind::Truncate { bytes: 40 }] {
        world.simulator.add_fault(world.directory(), Fault::on("deviceManagement", kind).every(3).times(3));
    }
    world.simulator.add_fault(world.directory(), Fault::on(CATALOG, FaultKind::EmptyPage).times(1));
    world.simulator.add_fault(world.directory(), Fault::on("deviceConfigurations", FaultKind::DuplicatePage).times(1));
    let row = world.sync().await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    assert_eq!(row.counts.succeeded, observable(&world).len() as u64, "each object once");
}

async fn a_throttled_tenant_is_read_all_the_same(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.simulator.set_throttling(Throttling::Published { retry_after: true });
    let throttled = FaultKind::Status { status: 429, code: "TooManyRequests".into(), retry_after: Some(1) };
    world.simulator.add_fault(world.directory(), Fault::on("deviceHealthScripts", throttled).times(1));
    let mut world = world;
    world.graph.limits.conditional_access = graph::Limits::default().conditional_access;
    let row = world.sync().await;
    assert_eq!((row.outcome, row.counts.succeeded), (Outcome::Succeeded, observable(&world).len() as u64));
}
