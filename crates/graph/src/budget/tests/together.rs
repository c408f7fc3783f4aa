//! Several nodes: what one hears the others obey, each gets on, and a node that is gone leaves its share.

use super::*;

/// When each request was sent.
type Sent = Arc<Mutex<Vec<Instant>>>;

/// Sends as fast as it may, each answered at once.
fn busy(budget: &Arc<Budget>, quota: Quota) -> Sent {
    send(budget, quota, Duration::ZERO, |permit| permit.succeeded(None))
}

/// Sends, with that pause after each answer.
fn send(budget: &Arc<Budget>, quota: Quota, pause: Duration, answered: fn(&Permit)) -> Sent {
    let (sent, budget) = (Sent::default(), Arc::clone(budget));
    let times = Arc::clone(&sent);
    tokio::spawn(async move {
        loop {
            let permit = permit(&budget, quota).await;
            times.lock().unwrap().push(Instant::now());
            answered(&permit);
            drop(permit);
            pass(pause).await;
        }
    });
    sent
}

fn since(sent: &Sent, from: Instant) -> usize {
    sent.lock().unwrap().iter().filter(|at| **at >= from).count()
}

#[tokio::test(start_paused = true)]
async fn two_busy_nodes_share_evenly_and_lose_little() {
    let nodes = nodes(2, &limits(100));
    let first = busy(&nodes[0], Quota::Intune);
    pass(Duration::from_secs(50)).await;
    let second = busy(&nodes[1], Quota::Intune);
    pass(Duration::from_secs(60)).await;
    let from = Instant::now();
    pass(Duration::from_secs(200)).await;
    let (first, second) = (since(&first, from), since(&second, from));
    assert!(first.abs_diff(second) <= 50, "{first} and {second}");
    assert!((first + second) >= 900, "{first} and {second} of 1000");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_asks_little_takes_little() {
    let nodes = nodes(2, &limits(100));
    let first = busy(&nodes[0], Quota::Intune);
    send(&nodes[1], Quota::Intune, Duration::from_secs(2), |_| {});
    pass(Duration::from_secs(60)).await;
    let from = Instant::now();
    pass(Duration::from_secs(200)).await;
    assert!(since(&first, from) >= 700, "{}", since(&first, from));
}

#[tokio::test(start_paused = true)]
async fn what_one_node_hears_the_other_obeys_within_two_seconds() {
    let nodes = nodes(2, &limits(1_000));
    let sent = send(&nodes[1], Quota::Intune, Duration::from_millis(100), |_| {});
    let refused = permit(&nodes[0], Quota::Intune).await;
    pass(Duration::from_secs(30)).await;
    drop(refused);
    let refused = permit(&nodes[0], Quota::Intune).await;
    let at = Instant::now();
    refused.throttled(Some(60_000));
    pass(Duration::from_secs(70)).await;
    let sent = sent.lock().unwrap();
    let during =
        sent.iter().filter(|time| **time > at + Duration::from_millis(2_100) && **time < at + Duration::from_secs(60));
    assert_eq!(during.count(), 0);
    assert!(sent.iter().any(|time| *time >= at + Duration::from_secs(60)), "it goes on afterwards");
}

#[tokio::test(start_paused = true)]
async fn two_nodes_that_met_one_burst_of_refusals_are_halved_once() {
    let nodes = nodes(2, &limits(100));
    let permits = [permit(&nodes[0], Quota::Intune).await, permit(&nodes[1], Quota::Intune).await];
    pass(Duration::from_secs(1)).await;
    permits.iter().for_each(|permit| permit.throttled(Some(1_000)));
    drop(permits);
    pass(Duration::from_secs(40)).await;
    let sent = busy(&nodes[0], Quota::Intune);
    pass(Duration::from_secs(5)).await;
    // Half, and what fifty successes gave back by then; a quarter if each had counted.
    let sent = since(&sent, Instant::now() - Duration::from_secs(5));
    assert!((50..=65).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_one_node_is_told_to_be_nearly_full_is_nearly_full_for_the_other() {
    let nodes = nodes(2, &limits(100));
    let sent = send(&nodes[1], Quota::Intune, Duration::ZERO, |_| {});
    permit(&nodes[0], Quota::Intune).await.succeeded(Some(0.95));
    pass(Duration::from_secs(60)).await;
    let from = Instant::now();
    pass(Duration::from_secs(20)).await;
    let sent = since(&sent, from);
    assert!((85..=90).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn conditional_access_goes_in_turns() {
    let nodes = nodes(3, &limits(100));
    let sent: Vec<_> = nodes.iter().map(|node| busy(node, Quota::ConditionalAccess)).collect();
    pass(Duration::from_secs(300)).await;
    let counts: Vec<usize> = sent.iter().map(|sent| sent.lock().unwrap().len()).collect();
    assert!(counts.iter().all(|count| *count >= 60), "{counts:?}");
    assert!(counts.iter().sum::<usize>() >= 210, "{counts:?}");
    let mut all: Vec<Instant> = sent.iter().flat_map(|sent| sent.lock().unwrap().clone()).collect();
    all.sort_unstable();
    assert!(all.windows(2).all(|two| two[1] - two[0] >= Duration::from_millis(1_050)));
}

#[tokio::test(start_paused = true)]
async fn who_leaves_leaves_everything_at_once_but_what_was_sent() {
    let nodes = nodes(2, &limits(100));
    for _ in 0..30 {
        permit(&nodes[0], Quota::Intune).await;
    }
    permit(&nodes[0], Quota::ConditionalAccess).await;
    pass(Duration::from_secs(2)).await;
    nodes[0].leave().await;
    let sent = busy(&nodes[1], Quota::Intune);
    let start = Instant::now();
    permit(&nodes[1], Quota::ConditionalAccess).await;
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    pass(Duration::from_secs(3)).await;
    assert_eq!(sent.lock().unwrap().len(), 70);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_right_after_its_last_answer_is_waited_for_a_window_and_no_longer() {
    let nodes = nodes(2, &limits(100));
    permit(&nodes[0], Quota::ConditionalAccess).await;
    nodes[0].leave().await;
    let start = Instant::now();
    permit(&nodes[1], Quota::ConditionalAccess).await;
    let window = Duration::from_millis(1_050);
    assert!((window..window + Duration::from_millis(600)).contains(&start.elapsed()), "{:?}", start.elapsed());
}

/// Answers until it is cut off.
struct Cord(OneProcess, Mutex<bool>);

impl BudgetBoard for Cord {
    fn settle<'a>(&'a self, tenant: &'a str, report: &'a Report) -> BoxFuture<'a, Result<Grant, BoardUnreachable>> {
        if *self.1.lock().unwrap() {
            return Box::pin(std::future::ready(Err(BoardUnreachable)));
        }
        self.0.settle(tenant, report)
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_cannot_reach_the_others_stops_within_ten_seconds_and_goes_on_afterwards() {
    let cord = Arc::new(Cord(OneProcess::default(), Mutex::new(false)));
    let board: Arc<dyn BudgetBoard> = cord.clone();
    let sent = busy(&node(&board, &limits(1_000)), Quota::ConditionalAccess);
    pass(Duration::from_secs(10)).await;
    *cord.1.lock().unwrap() = true;
    let at = Instant::now();
    pass(Duration::from_secs(60)).await;
    assert_eq!(since(&sent, at + Duration::from_secs(10)), 0);
    *cord.1.lock().unwrap() = false;
    pass(Duration::from_secs(2)).await;
    assert!(since(&sent, at + Duration::from_secs(60)) > 0);
}
