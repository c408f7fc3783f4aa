//! One node has everything, and obeys the service.

use super::*;

fn budget(requests: u32) -> Arc<Budget> {
    nodes(1, &limits(requests)).remove(0)
}

/// How many can be sent at once.
async fn at_once(budget: &Arc<Budget>, quota: Quota) -> usize {
    let start = Instant::now();
    let mut sent = 0;
    while tokio::time::timeout(Duration::from_millis(500), permit(budget, quota)).await.is_ok() {
        sent += 1;
        assert!(start.elapsed() < Duration::from_secs(19), "the window moved on");
    }
    sent
}

#[tokio::test(start_paused = true)]
async fn a_full_window_is_sent_at_once_and_the_next_waits_for_the_first_to_leave() {
    let (budget, start) = (budget(10), Instant::now());
    for _ in 0..10 {
        permit(&budget, Quota::Intune).await;
    }
    assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
    let first_left = start + Duration::from_secs(20);
    permit(&budget, Quota::Intune).await;
    assert!(Instant::now() >= first_left && start.elapsed() < Duration::from_secs(21), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_request_counts_until_a_window_after_its_answer() {
    let (budget, start) = (budget(1), Instant::now());
    let slow = permit(&budget, Quota::Intune).await;
    pass(Duration::from_secs(30)).await;
    drop(slow);
    permit(&budget, Quota::Intune).await;
    assert_eq!(start.elapsed().as_secs(), 50);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stops_the_class_and_halves_it_once_for_a_burst() {
    let (budget, start) = (budget(100), Instant::now());
    let both = (permit(&budget, Quota::Intune).await, permit(&budget, Quota::Intune).await);
    both.0.throttled(Some(7_000));
    both.1.throttled(Some(7_000));
    drop(both);
    permit(&budget, Quota::Directory).await;
    assert!(start.elapsed() < Duration::from_secs(1), "another class goes on");
    permit(&budget, Quota::Intune).await;
    assert_eq!(start.elapsed().as_secs(), 7);
    pass(Duration::from_secs(30)).await;
    assert_eq!(at_once(&budget, Quota::Intune).await, 50);
}

#[tokio::test(start_paused = true)]
async fn without_a_header_the_own_pause_grows() {
    let budget = budget(100);
    let mut pauses = Vec::new();
    for _ in 0..4 {
        let start = Instant::now();
        let permit = permit(&budget, Quota::Intune).await;
        pauses.push(start.elapsed());
        tokio::time::advance(Duration::from_millis(1)).await;
        permit.throttled(None);
    }
    assert!(pauses[3] > pauses[1], "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn successes_give_back_what_a_refusal_took() {
    let budget = budget(500);
    permit(&budget, Quota::Intune).await.throttled(Some(100));
    pass(Duration::from_secs(30)).await;
    assert_eq!(at_once(&budget, Quota::Intune).await, 250, "half of it");
    pass(Duration::from_secs(30)).await;
    for _ in 0..250 {
        permit(&budget, Quota::Intune).await.succeeded(None);
    }
    pass(Duration::from_secs(30)).await;
    assert_eq!(at_once(&budget, Quota::Intune).await, 500);
}

/// What the service says about each class changes that class, by the same amounts.
#[tokio::test(start_paused = true)]
async fn each_class_learns_from_what_the_service_says_to_it_and_no_other_does() {
    type Said = fn(&Permit);
    let rows: [(&str, Said, usize); 6] = [
        ("nothing", |permit| permit.succeeded(None), 100),
        ("not close", |permit| permit.succeeded(Some(0.85)), 100),
        ("close", |permit| permit.succeeded(Some(0.9)), 90),
        ("over", |permit| permit.succeeded(Some(1.4)), 90),
        ("refused with a pause", |permit| permit.throttled(Some(2_000)), 50),
        ("refused without one", |permit| permit.throttled(None), 50),
    ];
    let window = Window { requests: 100, span: Duration::from_secs(20) };
    let limits = Limits { intune: window, directory: window, conditional_access: window, ..Limits::default() };
    for (name, said, expected) in rows {
        for quota in [Quota::Intune, Quota::Directory, Quota::ConditionalAccess] {
            let budget = nodes(1, &limits).remove(0);
            said(&permit(&budget, quota).await);
            pass(Duration::from_secs(60)).await;
            assert_eq!(at_once(&budget, quota).await, expected, "{name}, {quota:?}");
            let other = if quota == Quota::Directory { Quota::Intune } else { Quota::Directory };
            pass(Duration::from_secs(60)).await;
            assert_eq!(at_once(&budget, other).await, 100, "{name}, {quota:?} and {other:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_counts_among_writes_and_among_all() {
    let limits = Limits {
        intune_writes: Window { requests: 5, span: Duration::from_secs(20) },
        intune: Window { requests: 8, span: Duration::from_secs(20) },
        ..Limits::default()
    };
    let (budget, start) = (nodes(1, &limits).remove(0), Instant::now());
    for _ in 0..5 {
        budget.acquire(Cost { writes: true, ..Cost::read(Quota::Intune) }).await;
    }
    assert_eq!(at_once(&budget, Quota::Intune).await, 3);
    budget.acquire(Cost { writes: true, ..Cost::read(Quota::Intune) }).await;
    assert!(start.elapsed() >= Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn units_are_what_the_directory_counts() {
    let limits = Limits { directory: Window { requests: 100, span: Duration::from_secs(10) }, ..Limits::default() };
    let (budget, start) = (nodes(1, &limits).remove(0), Instant::now());
    for _ in 0..20 {
        budget.acquire(Cost { units: 5, ..Cost::read(Quota::Directory) }).await;
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    permit(&budget, Quota::Directory).await;
    assert!(start.elapsed() >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn conditional_access_goes_once_a_second() {
    let (budget, start) = (budget(10), Instant::now());
    for _ in 0..3 {
        permit(&budget, Quota::ConditionalAccess).await;
    }
    assert_eq!(start.elapsed().as_millis(), 2_100);
}
