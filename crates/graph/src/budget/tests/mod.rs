//! Budgets of one process and of several, with time that stands still until everybody waits.

mod agreement;
mod alone;
mod crowd;
mod together;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use model::Ambient;
use model::registry::Quota;
use tokio::time::{Instant, advance, sleep};

use super::{BoardUnreachable, Budget, BudgetBoard, Cost, Grant, OneProcess, Permit, Report};
use crate::config::{Limits, Window};

/// So many Intune requests in 20 s; the rest as published.
fn limits(intune: u32) -> Limits {
    Limits { intune: Window { requests: intune, span: Duration::from_secs(20) }, ..Limits::default() }
}

/// So many nodes that ask one tenant.
fn nodes(count: usize, limits: &Limits) -> Vec<Arc<Budget>> {
    let board: Arc<dyn BudgetBoard> = Arc::new(OneProcess::default());
    (0..count).map(|_| node(&board, limits)).collect()
}

fn node(board: &Arc<dyn BudgetBoard>, limits: &Limits) -> Arc<Budget> {
    Budget::new("tenant".into(), Arc::clone(board), limits.clone(), Ambient::system())
}

/// Lets so much of the standing time go by, with all that happens in it. It panics where time does not stand still, so that
/// no test ever waits.
async fn pass(time: Duration) {
    advance(Duration::ZERO).await;
    sleep(time).await;
}

async fn permit(budget: &Arc<Budget>, quota: Quota) -> Permit {
    budget.acquire(Cost::read(quota)).await
}
