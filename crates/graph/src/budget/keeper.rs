//! The task that keeps this process's shares of one tenant's budget: reports, applies the answer, and ends when nobody
//! asks the tenant any more.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use super::Budget;
use super::class::{ClassWindow, Told};
use super::report::{CLASSES, Grant, Report};
use super::shared::LEASE_MS;

/// Between two reports: how soon the others hear of a refusal, and this process of theirs.
const EVERY: Duration = Duration::from_secs(2);
/// The same while somebody waits and others ask the tenant too, or the board did not answer.
const SOON: Duration = Duration::from_millis(500);
/// The least time between two reports.
const GAP: Duration = Duration::from_millis(20);
/// How long shares are used, counted from before they were asked for: less than the lease, for clocks differ.
const USED: Duration = Duration::from_millis(LEASE_MS as u64 - 2_000);
/// Longest time for the board's answer.
const ANSWER: Duration = Duration::from_secs(9);

/// When to report again.
struct Next {
    at: Instant,
    /// Not before this, whoever calls.
    earliest: Instant,
}

pub(super) async fn keep(budget: Arc<Budget>) {
    loop {
        if budget.classes.iter().all(ClassWindow::is_quiet) && leave(&budget).await {
            return;
        }
        let next = report(&budget).await;
        tokio::select! {
            () = sleep_until(next.at) => {}
            () = budget.urgent.notified() => sleep_until(next.earliest).await,
        }
    }
}

async fn report(budget: &Budget) -> Next {
    let _talk = budget.talk.lock().await;
    let sent = Instant::now();
    let (report, told) = stand(budget, false);
    let answer = timeout(ANSWER, budget.board.settle(&budget.tenant, &report)).await;
    let now = Instant::now();
    let earliest = now + GAP;
    let Ok(Ok(Grant { classes: Some(grants), others })) = answer else {
        tracing::warn!("the budget that the nodes share could not be asked; trying again");
        return Next { at: now + SOON, earliest };
    };
    let mut is_smaller = false;
    for ((class, told), grant) in budget.classes.iter().zip(told).zip(grants) {
        class.heard(told);
        is_smaller |= class.apply(grant, sent + USED);
    }
    if is_smaller && others {
        // What was given up is free for others once it is reported.
        return Next { at: now, earliest: now };
    }
    let is_waited_for = others && budget.classes.iter().any(ClassWindow::is_waited_for);
    let every = now + if is_waited_for { SOON } else { EVERY };
    let fits = budget.classes.iter().filter_map(ClassWindow::fits_at).min();
    Next { at: fits.map_or(every, |fits| every.min(fits.max(earliest))), earliest }
}

fn stand(budget: &Budget, leaves: bool) -> (Report, [Told; CLASSES]) {
    let both = budget.classes.each_ref().map(ClassWindow::report);
    let mut classes = Vec::with_capacity(CLASSES);
    let told = both.map(|(class, told)| {
        classes.push(class);
        told
    });
    let classes = classes.try_into().expect("each class has reported");
    let is_under_way = budget.classes.iter().any(ClassWindow::is_under_way);
    (Report { node: budget.node.clone(), number: budget.next_number(), leaves, is_under_way, classes }, told)
}

/// Gives everything back but what its windows contain. An answer that is lost does not matter, for the lease ends by
/// itself.
pub(super) async fn give_back(budget: &Budget) {
    let _talk = budget.talk.lock().await;
    budget.classes.iter().for_each(ClassWindow::end_lease);
    let (report, told) = stand(budget, true);
    if let Ok(Ok(_)) = timeout(ANSWER, budget.board.settle(&budget.tenant, &report)).await {
        budget.classes.iter().zip(told).for_each(|(class, told)| class.heard(told));
    }
}

/// Says whether the task ends: not when somebody asks again meanwhile.
async fn leave(budget: &Budget) -> bool {
    give_back(budget).await;
    let mut kept = budget.kept.lock().unwrap_or_else(PoisonError::into_inner);
    *kept = budget.classes.iter().any(ClassWindow::is_waited_for);
    !*kept
}
