//! A tenant with very many queued runs beside one that starts one now and then.

use std::time::Duration;

use serde_json::json;
use store::Engine;
use tokio::time::sleep;

use super::clock::{self, between};
use super::ours;
use super::worker::Work;
use crate::Failure;
use crate::ledger::database::Database;
use crate::ledger::handlers::NO_OP;
use crate::ledger::rows::Row;
use crate::ledger::world::World;
use crate::numbers::Times;
use crate::runs::fill;

/// As a worker of the product has it when nothing else is said.
const SLOTS: usize = 8;
/// How long each run holds its slot.
const SLOT_MS: u64 = 100;
/// What a quiet tenant's first run may wait beside a slot's time.
const MORE_MS: u64 = 250;
/// First runs of the quiet tenant, at most.
const SAMPLES: usize = 100;

/// The noisy tenant may hold every slot: nothing but turns lets the quiet one in.
pub(crate) async fn measure(
    engine: Engine,
    server: Option<&str>,
    noise: i64,
    samples: usize,
) -> Result<Vec<Row>, Failure> {
    let database = Database::create(engine, server).await?;
    let noisy = World::new(&database).await?;
    let quiet = noisy.neighbour().await?;
    fill::queue(&database, &noisy, noise, NO_OP.run_type).await?;
    let work = Work { nap_ms: SLOT_MS, ..Work::default() };
    let mut worker = ours::start(&database, SLOTS, &work).await?;
    for _ in 0..SLOTS {
        worker.next().await?;
    }
    let mut times = Vec::new();
    for number in 0..samples.min(SAMPLES) as u64 {
        let run = quiet.start(&NO_OP, json!({})).await?.run().to_string();
        let committed = clock::now()?;
        let entered = loop {
            let (entered, at) = worker.next().await?;
            if entered == run {
                break at;
            }
        };
        times.push(between(committed, entered));
        sleep(Duration::from_millis(SLOT_MS + number * 37 % SLOT_MS)).await;
    }
    worker.kill().await?;
    quiet.db.close().await;
    noisy.db.close().await;
    database.remove().await?;
    let what = format!("first run of a quiet tenant beside {noise} queued, slots of {SLOT_MS} ms");
    Ok(vec![Row::longest(what, Times::of(times), (SLOT_MS + MORE_MS) as f64)])
}
