//! Several processes, constant starts, and faults that a seed chooses; then calm, and an account of everything that was
//! accepted. `TENANTATLAS_CHAOS_SECONDS` makes the storm longer; `cargo xtask chaos` does so and says what came of it.

mod account;
mod evidence;
mod nodes;
mod person;
mod weather;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use futures::FutureExt;
use futures::future::join_all;
use graph_sim::Content;
use store::Engine;
use testkit::{OwnPostgres, Seed, TestDatabase, World};
use tokio::time::{Instant, timeout};

use self::evidence::Evidence;
use self::nodes::Nodes;
use self::person::Person;
use self::weather::Weather;

/// The storm in the fast set.
const SECONDS: u64 = 12;
/// After the storm everything has ended within this, also a lease, a backoff and what had queued up.
const CALM: Duration = Duration::from_secs(90);
/// Time per request, so that runs are met in their middle.
const LATENCY: Duration = Duration::from_millis(15);

#[test]
fn a_storm_of_faults_loses_doubles_and_strands_nothing_on_sqlite() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| chaos(database, None).await);
}

#[test]
fn a_storm_of_faults_loses_doubles_and_strands_nothing_on_postgres() {
    testkit::run_on_own_postgres(async |database, server| chaos(database, Some(server)).await);
}

fn length() -> Duration {
    let told = std::env::var("TENANTATLAS_CHAOS_SECONDS").ok();
    Duration::from_secs(told.map_or(SECONDS, |text| text.parse().expect("TENANTATLAS_CHAOS_SECONDS is a number")))
}

async fn chaos(database: &TestDatabase, server: Option<&OwnPostgres>) {
    let seed = Seed::of_this_run();
    let evidence = Evidence::begin(database, &seed);
    let told = AssertUnwindSafe(storm_and_calm(database, server, &seed, &evidence)).catch_unwind().await;
    match told {
        Ok(account) => {
            println!("{:?}, seed {}: {account}", database.engine(), seed.number());
            evidence.discard();
        }
        Err(panic) => {
            evidence.keep(database, server).await;
            std::panic::resume_unwind(panic);
        }
    }
}

async fn storm_and_calm(
    database: &TestDatabase,
    server: Option<&OwnPostgres>,
    seed: &Seed,
    evidence: &Evidence,
) -> String {
    let contents = vec![Content::Seeded { seed: seed.number(), objects: 25 }; 3];
    let world = World::of(database, contents).await;
    observe(&world).await;
    world.simulator.set_latency(LATENCY);
    let nodes = Nodes::start(&world, database, evidence).await;
    let way = nodes::proxy(database).await;
    let mut people = Vec::new();
    for (number, way) in [way.as_ref(), None, None].into_iter().enumerate() {
        people.push(Person::at(number, &world, database, way).await);
    }
    let mut weather = Weather::new(database, server, way.as_ref(), evidence, nodes);
    let end = Instant::now() + length();
    let starting = join_all(people.iter_mut().map(|person| person.start_until(end, seed, &world)));
    tokio::join!(weather.rage_until(end, seed), starting);
    let ended = timeout(CALM, weather.calm()).await;
    assert!(ended.is_ok(), "stuck after {CALM:?} of calm: {}", account::what_is_left(database).await);
    weather.nodes.stop().await;
    let told = account::check(database, &world, &people).await;
    evidence.search_for(world.tenants.iter().map(|tenant| &tenant.spec.client_secret[..]));
    format!("{}; {told}", weather.told())
}

/// What every tenant looks like before the storm; a storm of reads may add nothing to it.
async fn observe(world: &World) {
    for tenant in &world.tenants {
        let scope = world.db.authorise(world.owner, tenant.id).await.unwrap();
        start_sync(&world.db, &scope, &Selection::all(), Extra::default()).await.unwrap();
    }
    world.drain().await;
}
