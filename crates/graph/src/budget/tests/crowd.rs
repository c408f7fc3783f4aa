//! The promise itself: whatever the nodes do and however badly they reach the board, no span of a window's length sees
//! more requests than the window allows. Nodes join, fall silent, die and come back; answers of the board are lost, late, or
//! never asked for; requests are under way for long. Judged by when requests arrive at the service, not by when they were
//! allowed.

use super::*;

const ALLOWED: u32 = 40;
const SPAN: Duration = Duration::from_secs(20);

/// Random numbers that a seed repeats.
struct Dice(Mutex<u64>);

impl Dice {
    /// Below `sides`.
    fn roll(&self, sides: u64) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn millis(&self, most: u64) -> Duration {
        Duration::from_millis(self.roll(most))
    }
}

/// A board behind a bad line, one for each node.
struct BadLine {
    board: Arc<OneProcess>,
    dice: Arc<Dice>,
    is_dead: Mutex<bool>,
}

impl BudgetBoard for BadLine {
    fn settle<'a>(&'a self, tenant: &'a str, report: &'a Report) -> BoxFuture<'a, Result<Grant, BoardUnreachable>> {
        Box::pin(async move {
            pass(self.dice.millis(300)).await;
            if *self.is_dead.lock().unwrap() || self.dice.roll(12) == 0 {
                return Err(BoardUnreachable);
            }
            if self.dice.roll(25) == 0 {
                // It is carried out long after the node gave up waiting.
                let (board, tenant, report) = (Arc::clone(&self.board), tenant.to_owned(), report.clone());
                let late = self.dice.millis(20_000);
                tokio::spawn(async move {
                    pass(late).await;
                    let _ = board.settle(&tenant, &report).await;
                });
                std::future::pending::<()>().await;
            }
            let grant = self.board.settle(tenant, report).await;
            if self.dice.roll(12) == 0 { Err(BoardUnreachable) } else { grant }
        })
    }
}

/// Asks in bursts, with pauses, for as long as it lives.
async fn live(budget: Arc<Budget>, dice: Arc<Dice>, arrivals: Arc<Mutex<Vec<Instant>>>) {
    loop {
        for _ in 0..dice.roll(60) {
            let permit = permit(&budget, Quota::Intune).await;
            let (dice, arrivals) = (Arc::clone(&dice), Arc::clone(&arrivals));
            tokio::spawn(async move {
                pass(dice.millis(1_500)).await;
                arrivals.lock().unwrap().push(Instant::now());
                pass(dice.millis(1_500)).await;
                match dice.roll(500) {
                    0 => permit.throttled(Some(dice.roll(3_000))),
                    1 => permit.succeeded(Some(0.95)),
                    _ => permit.succeeded(None),
                }
            });
        }
        if dice.roll(4) == 0 {
            pass(dice.millis(15_000)).await;
        }
    }
}

/// One life after the other: each start of a process is a node of its own.
async fn place(board: Arc<OneProcess>, dice: Arc<Dice>, arrivals: Arc<Mutex<Vec<Instant>>>) {
    loop {
        let line = Arc::new(BadLine { board: Arc::clone(&board), dice: Arc::clone(&dice), is_dead: Mutex::new(false) });
        let limits = Limits { backoff_first: Duration::from_millis(10), ..limits(ALLOWED) };
        let budget = Budget::new("tenant".into(), line.clone(), limits, Ambient::system());
        let life = tokio::spawn(live(Arc::clone(&budget), Arc::clone(&dice), Arc::clone(&arrivals)));
        pass(Duration::from_secs(5) + dice.millis(120_000)).await;
        life.abort();
        if dice.roll(2) == 0 {
            *line.is_dead.lock().unwrap() = true;
        } else {
            budget.leave().await;
        }
        pass(dice.millis(20_000)).await;
    }
}

fn most_in_a_window(mut arrivals: Vec<Instant>) -> usize {
    arrivals.sort_unstable();
    let mut first = 0;
    let counts = arrivals.iter().enumerate().map(|(last, at)| {
        while *at - arrivals[first] >= SPAN {
            first += 1;
        }
        last + 1 - first
    });
    counts.max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn no_window_of_the_service_sees_more_than_the_limit() {
    for seed in 0..10 {
        let dice = Arc::new(Dice(Mutex::new(seed)));
        let (board, arrivals) = (Arc::new(OneProcess::default()), Arc::new(Mutex::new(Vec::new())));
        let places: Vec<_> = (0..1 + dice.roll(4))
            .map(|_| tokio::spawn(place(Arc::clone(&board), Arc::clone(&dice), Arc::clone(&arrivals))))
            .collect();
        pass(Duration::from_secs(600)).await;
        places.iter().for_each(tokio::task::JoinHandle::abort);
        let arrivals = arrivals.lock().unwrap().clone();
        assert!(arrivals.len() > 200, "seed {seed}: only {} requests in 10 minutes", arrivals.len());
        let most = most_in_a_window(arrivals);
        assert!(most <= ALLOWED as usize, "seed {seed}: {most} requests within a window");
    }
}
