//! Whether everything that was accepted came to its one end: read past the product, and from the simulator's journal.

use std::collections::BTreeSet;

use model::ids::{Id, RunId};
use store::Engine;
use testkit::{TestDatabase, World};

use super::person::Person;

/// Runs in one query.
const MANY: usize = 500;

/// Runs that have not ended, and ends that nobody was told of.
pub(super) async fn left(database: &TestDatabase) -> i64 {
    let query =
        "select (select count(*) from operation_runs where status <> 'completed') + (select count(*) from outbox)";
    database.number(query).await
}

/// The same in words.
pub(super) async fn what_is_left(database: &TestDatabase) -> String {
    let mut told = Vec::new();
    for (name, query) in [
        ("queued", "select count(*) from operation_runs where status = 'queued'"),
        ("running", "select count(*) from operation_runs where status = 'running'"),
        ("undelivered", "select count(*) from outbox"),
    ] {
        told.push(format!("{name} {}", database.number(query).await));
    }
    told.join(", ")
}

/// Fails on what was lost, doubled or ended without a reason that a storm explains; says how it went.
pub(super) async fn check(database: &TestDatabase, world: &World, people: &[Person]) -> String {
    let accepted =
        || people.iter().flat_map(|person| person.accepted.iter().map(move |(wish, run)| (person, wish, *run)));
    let runs: BTreeSet<RunId> = accepted().map(|(_, _, run)| run).collect();
    let (observed, expected) = (world.tenants.len() as i64, runs.len() as i64);
    assert_eq!(completed(database, &runs).await, expected, "lost: a start was accepted and its run has not ended");
    let all = database.number("select count(*) from operation_runs").await;
    assert_eq!(all - observed, expected, "doubled: there are runs that nobody was told of");
    for (person, wish, run) in accepted() {
        assert_eq!(person.answered(wish, world).await, run, "the same request has the same answer");
    }
    assert_eq!(database.number("select count(*) from operation_runs").await, all);
    let objects = objects(world);
    assert_eq!(database.number("select count(*) from versions").await, objects, "doubled: the tenants never changed");
    assert!(world.simulator.journal().is_empty(), "I5: nothing that was started changes a tenant");
    database.check().await;
    format!("{} starts accepted as {} runs: {}", accepted().count(), runs.len(), endings(database).await)
}

async fn completed(database: &TestDatabase, runs: &BTreeSet<RunId>) -> i64 {
    let literals: Vec<String> = runs.iter().map(|run| literal(database.engine(), *run)).collect();
    let mut count = 0;
    for some in literals.chunks(MANY) {
        let query =
            format!("select count(*) from operation_runs where status = 'completed' and id in ({})", some.join(", "));
        count += database.number(&query).await;
    }
    count
}

fn literal(engine: Engine, run: RunId) -> String {
    match engine {
        Engine::Sqlite => format!("x'{}'", run.uuid().simple()),
        Engine::Postgres => format!("'{}'", run.uuid()),
    }
}

fn objects(world: &World) -> i64 {
    let of = |tenant: &testkit::WorldTenant| testkit::observable(&world.simulator, &tenant.spec.tenant_id).len();
    i64::try_from(world.tenants.iter().map(of).sum::<usize>()).unwrap()
}

/// How many runs ended how. One that lost its worker or the database in every attempt has failed and says so.
async fn endings(database: &TestDatabase) -> String {
    let mut told = Vec::new();
    for outcome in ["succeeded", "partially_succeeded", "failed", "blocked", "cancelled"] {
        let query = format!("select count(*) from operation_runs where outcome = '{outcome}'");
        told.push(format!("{outcome} {}", database.number(&query).await));
    }
    let unexplained = "select count(*) from operation_runs where outcome in ('failed', 'partially_succeeded', 'blocked') \
        and not (outcome = 'failed' and (reason_code = 'worker_crashed' or reason_code like 'database.%'))";
    assert_eq!(database.number(unexplained).await, 0, "an end that no fault explains: {}", told.join(", "));
    told.join(", ")
}
