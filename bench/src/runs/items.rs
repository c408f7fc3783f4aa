//! Item outcomes a second, recorded under a lease in batches as the features do.

use serde_json::json;
use store::{Closing, ItemRecord, Lease};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Failure;
use crate::ledger::handlers::{NO_OP, info, item};
use crate::ledger::rows::Row;
use crate::ledger::world::World;

/// Items in one transaction.
const BATCH: usize = 500;
/// Transactions of each run.
const BATCHES: usize = 60;

/// By one run, and by four at the same time.
pub(crate) async fn measure(world: &World) -> Result<Vec<Row>, Failure> {
    let one = rate(world, 1).await?;
    let four = rate(world, 4).await?;
    Ok(vec![
        Row::rate("item outcomes, one run", one, Some(60_000.0)),
        Row::rate("item outcomes, four runs", four, Some(60_000.0)),
    ])
}

async fn rate(world: &World, runs: usize) -> Result<f64, Failure> {
    for _ in 0..runs {
        world.start(&NO_OP, json!({})).await?;
    }
    let worker = info(&world.db);
    let claimed = world.db.ledger().claim(&worker, runs, &[NO_OP.run_type]).await?;
    let leases: Vec<Lease> = claimed.iter().map(|run| run.lease(worker.id)).collect();
    if leases.len() != runs {
        return Err(format!("{} runs were claimed instead of {runs}", leases.len()).into());
    }
    let held: Vec<_> = leases.iter().map(|lease| lease.run).collect();
    world.db.ledger().heart(worker.id).beat(&held).await?;
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for lease in leases.clone() {
        let world = world.clone();
        tasks.spawn(async move {
            for number in 0..BATCHES {
                let written = world.db.ledger().record(&lease, batch(number)).await?;
                if written != BATCH {
                    return Err(Failure::from(format!("{written} items were written instead of {BATCH}")));
                }
            }
            Ok(())
        });
    }
    tasks.join_all().await.into_iter().collect::<Result<Vec<()>, _>>()?;
    let rate = (runs * BATCHES * BATCH) as f64 / begin.elapsed().as_secs_f64();
    let closings = leases.into_iter().map(|lease| (lease, Closing::default()));
    world.db.ledger().finish_many(closings.collect()).await?;
    Ok(rate)
}

fn batch(number: usize) -> Vec<ItemRecord> {
    (0..BATCH).map(|index| item(format!("settingsCatalog/{number}-{index}"))).collect()
}
