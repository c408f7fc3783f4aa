//! What goes wrong, when, and for how long: chosen from the seed.

use std::collections::BTreeMap;
use std::time::Duration;

use store::Engine;
use testkit::{Holding, OwnPostgres, Proxy, Seed, TestDatabase};
use tokio::time::{Instant, interval};

use super::account;
use super::evidence::Evidence;
use super::nodes::Nodes;

/// How often it is looked whether something is due.
const TICK: Duration = Duration::from_millis(50);

/// What is harmed, and how.
pub(super) struct Weather<'a> {
    pub(super) database: &'a TestDatabase,
    /// May crash, where there is one.
    pub(super) server: Option<&'a OwnPostgres>,
    /// The way of the person who starts runs.
    pub(super) person: Option<&'a Proxy>,
    pub(super) evidence: &'a Evidence,
    pub(super) nodes: Nodes,
    due: Vec<(Instant, Recovery)>,
    struck: BTreeMap<&'static str, u32>,
}

/// What ends a fault.
enum Recovery {
    Node(usize),
    Person,
    Lock(Holding),
}

#[derive(Clone, Copy)]
enum Fault {
    Kill,
    Pause,
    Stop,
    Lock,
    Cut,
    Refuse,
    Silence,
    Delay,
    LoseCommits,
    Crash,
}

const ANYWHERE: [Fault; 4] = [Fault::Kill, Fault::Pause, Fault::Stop, Fault::Lock];
const WITH_A_SERVER: [Fault; 10] = [
    Fault::Kill,
    Fault::Pause,
    Fault::Stop,
    Fault::Lock,
    Fault::Cut,
    Fault::Refuse,
    Fault::Silence,
    Fault::Delay,
    Fault::LoseCommits,
    Fault::Crash,
];

impl<'a> Weather<'a> {
    pub(super) fn new(
        database: &'a TestDatabase,
        server: Option<&'a OwnPostgres>,
        person: Option<&'a Proxy>,
        evidence: &'a Evidence,
        nodes: Nodes,
    ) -> Self {
        Self { database, server, person, evidence, nodes, due: Vec::new(), struck: BTreeMap::new() }
    }

    /// One fault after the other until then; afterwards nothing is harmed any more.
    pub(super) async fn rage_until(&mut self, end: Instant, seed: &Seed) {
        let (mut ticks, mut next) = (interval(TICK), Instant::now());
        while Instant::now() < end {
            ticks.tick().await;
            self.recover(Instant::now()).await;
            self.nodes.tend();
            if next <= Instant::now() {
                self.strike(seed).await;
                next = Instant::now() + Duration::from_millis(seed.pick(100..1_000));
            }
        }
        self.evidence.tell("calm");
        self.recover(end + Duration::from_secs(3_600)).await;
    }

    /// Keeps the processes running until every run has ended and was told of.
    pub(super) async fn calm(&mut self) {
        let mut ticks = interval(TICK);
        while account::left(self.database).await > 0 {
            self.nodes.tend();
            ticks.tick().await;
        }
    }

    /// How often each fault struck.
    pub(super) fn told(&self) -> String {
        let counts: Vec<_> = self.struck.iter().map(|(name, count)| format!("{name} {count}")).collect();
        counts.join(", ")
    }

    async fn recover(&mut self, until: Instant) {
        let (due, later) = std::mem::take(&mut self.due).into_iter().partition(|(when, _)| *when <= until);
        self.due = later;
        let due: Vec<(Instant, Recovery)> = due;
        for (_, recovery) in due {
            match recovery {
                Recovery::Node(number) => {
                    self.evidence.tell(&format!("{} is well again", self.nodes.0[number].name));
                    self.nodes.0[number].go_on();
                }
                Recovery::Person => self.person.expect("it was harmed").heal(),
                Recovery::Lock(holding) => {
                    self.evidence.tell("the lock is released");
                    holding.release().await;
                }
            }
        }
    }

    async fn strike(&mut self, seed: &Seed) {
        let faults: &[Fault] = if self.server.is_some() { &WITH_A_SERVER } else { &ANYWHERE };
        let fault = faults[seed.index(faults.len())];
        match fault {
            Fault::Kill | Fault::Pause | Fault::Stop => self.strike_process(fault, seed),
            Fault::Lock => self.lock(seed).await,
            Fault::Crash => self.crash(seed).await,
            _ => self.strike_way(fault, seed),
        }
    }

    fn strike_process(&mut self, fault: Fault, seed: &Seed) {
        let number = seed.index(self.nodes.0.len());
        let node = &mut self.nodes.0[number];
        if node.is_held() {
            return;
        }
        let (name, longest) = match fault {
            Fault::Pause => ("pause", 9_000),
            Fault::Kill => ("kill", 1_500),
            _ => ("graceful stop", 1_500),
        };
        match fault {
            Fault::Pause => node.stand_still(),
            Fault::Kill => node.kill(),
            _ => node.ask_to_stop(),
        }
        let target = node.name;
        self.remember(name, target, seed.pick(0..longest), Recovery::Node(number));
    }

    fn strike_way(&mut self, fault: Fault, seed: &Seed) {
        let number = seed.index(self.nodes.0.len() + 1);
        let (proxy, target, recovery) = match self.nodes.0.get(number) {
            Some(node) => (node.proxy.as_ref(), node.name, Recovery::Node(number)),
            None => (self.person, "the person", Recovery::Person),
        };
        if self.nodes.0.get(number).is_some_and(super::nodes::Node::is_held) {
            return;
        }
        let proxy = proxy.expect("with a server, everybody has a way to it");
        let (name, longest) = match fault {
            Fault::Refuse => ("outage", 5_000),
            Fault::Silence => ("silence", 9_000),
            Fault::Delay => ("delay", 5_000),
            Fault::LoseCommits => ("lost commits", 2_000),
            _ => ("cut", 1),
        };
        match fault {
            Fault::Refuse => proxy.refuse(),
            Fault::Silence => proxy.fall_silent(),
            Fault::Delay => proxy.delay(Duration::from_millis(seed.pick(5..150))),
            Fault::LoseCommits => proxy.lose_commits(),
            _ => proxy.cut(),
        }
        self.remember(name, target, seed.pick(0..longest), recovery);
    }

    /// Another program holds what every write needs.
    async fn lock(&mut self, seed: &Seed) {
        let statements: &[&str] = match self.database.engine() {
            Engine::Sqlite => &["begin immediate"],
            Engine::Postgres => &["begin", "lock table operation_runs in exclusive mode nowait"],
        };
        // Somebody else may hold it already, and be paused with it.
        if let Ok(holding) = self.database.try_hold(statements).await {
            self.remember("lock", "the database", seed.pick(0..3_000), Recovery::Lock(holding));
        }
    }

    /// Rarer than the others: it strikes everybody, and recovering takes seconds.
    async fn crash(&mut self, seed: &Seed) {
        if seed.pick(0..3) > 0 {
            return;
        }
        // A lock of ours would not outlive it.
        self.due.retain(|(_, recovery)| !matches!(recovery, Recovery::Lock(_)));
        self.evidence.tell("the database crashes");
        *self.struck.entry("database crash").or_default() += 1;
        self.server.expect("only a server crashes").crash_and_recover().await;
        self.evidence.tell("the database is up again");
    }

    fn remember(&mut self, name: &'static str, target: &str, milliseconds: u64, recovery: Recovery) {
        self.evidence.tell(&format!("{name}: {target}, for {milliseconds} ms"));
        *self.struck.entry(name).or_default() += 1;
        self.due.push((Instant::now() + Duration::from_millis(milliseconds), recovery));
    }
}
