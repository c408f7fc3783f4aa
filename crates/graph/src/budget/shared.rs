//! What the nodes that ask one tenant have agreed on: pure arithmetic over a state that all of them share.
//!
//! Needs: in any span of a window's length, all nodes together send no more than the window allows, also while shares
//! move, nodes join, fall silent or die, and answers of the database are lost. No request waits for a statement.
//!
//! Design: each node has a *share* of each class, a number of requests. It sends only while its own moving window holds
//! fewer than its share, and only while its lease lasts. The state keeps for each node what it *holds*: the most that its
//! window can contain from now on. Whoever is given a share gets at most what the others do not hold.
//!
//! Why the sum stays within the limit: let a node apply the share `s` while its window contains `c`. As it sends only below
//! `s`, no later window of it contains more than the larger of `s` and `c` until it applies another share. So `hold` is
//! the largest of the share that it reports to apply, its reported `c`, and the share that the answer gives it:
//!
//! * The answer is lost: the node goes on with the old share, which is held.
//! * A share shrinks: it is held until the node itself reports the smaller one, and then as long as its window contains
//!   more. Only what has left that window can be given to others.
//! * A share grows: it is held before the node knows of it.
//! * A node falls silent: it stops by itself before its lease ends, counted from before it asked. What it holds is
//!   given to others a window and [`ARRIVAL_MS`] after that end, when nothing that it sent is in any window.
//! * A node leaves when all that it sent has been answered: nothing of it is on its way, so what it holds is given to others
//!   a window later.
//! * A report arrives late, after a newer one of the same node: its number says so, and it changes nothing.
//!
//! We care that the database's clock goes at the pace of the nodes' clocks; the node's lease is two seconds shorter for it.
//! We do not care what any clock shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::report::{CLASSES, ClassGrant, ClassReport, Grant, Report};

/// How long a node may use its shares after a report, in milliseconds. The node itself ends two seconds earlier. Long enough
/// for a report to be late on a machine that has too much to do.
pub(super) const LEASE_MS: i64 = 12_000;
/// What a node sent arrives within this time or not at all, in milliseconds. Matters for nodes that died.
const ARRIVAL_MS: i64 = 5_000;
/// Where there are fewer requests than nodes, each has its turn, which lasts this long while others wait.
const TURN_MS: i64 = 5_000;
/// The longest window that is published, in milliseconds: how long a state that cannot be read is waited out.
const LONGEST_MS: i64 = 20_000;
/// The least factor after however many refusals.
const FACTOR_MIN: f64 = 0.05;
/// What one success gives back.
const FACTOR_STEP: f64 = 0.002;

/// The state of one tenant's budget. Whoever keeps it changes it by [`Shared::settle`] only, one report at a time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    classes: [SharedClass; CLASSES],
    nodes: BTreeMap<String, Node>,
    /// Until then nothing is given out: what was agreed before is not known.
    quiet_until: i64,
    /// The time of the last report.
    at: i64,
}

/// What the service told any of the nodes about a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SharedClass {
    /// How much of the window is used.
    factor: f64,
    cut_at: i64,
    paused_until: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Node {
    number: u64,
    /// End of its lease; earlier, for one that left, by how long what it sent could have been on its way.
    until: i64,
    parts: [Part; CLASSES],
}

/// What one node has of one class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Part {
    share: u32,
    /// The most that its window can contain from now on.
    hold: u32,
    wants: u32,
    /// When its last turn began.
    since: i64,
}

impl Default for SharedClass {
    fn default() -> Self {
        Self { factor: 1.0, cut_at: i64::MIN, paused_until: i64::MIN }
    }
}

impl Shared {
    /// From its text; nothing was agreed yet without one. One that cannot be read is waited out: whatever it allowed has
    /// ended then.
    pub fn read(text: Option<&str>, now: i64) -> Self {
        let quiet = || Self { quiet_until: now + LEASE_MS + LONGEST_MS + ARRIVAL_MS, ..Self::default() };
        text.map_or_else(Self::default, |text| serde_json::from_str(text).unwrap_or_else(|_| quiet()))
    }

    /// As text.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }

    /// Takes a node's report in and gives the node its shares. `now` is the time of whoever keeps the state, in
    /// milliseconds.
    pub fn settle(&mut self, now: i64, report: &Report) -> Grant {
        if now < self.at {
            self.move_back(self.at - now);
        }
        self.at = now;
        let longest = report.classes.iter().map(|class| class.span_ms).max().unwrap_or_default();
        self.nodes.retain(|_, node| now <= node.until + longest + ARRIVAL_MS);
        let node = self.nodes.entry(report.node.clone()).or_default();
        if node.number >= report.number {
            return Grant::default();
        }
        node.number = report.number;
        node.until = match () {
            () if !report.leaves => now + LEASE_MS,
            () if report.is_under_way => now,
            // All that it sent has been answered, so it has arrived.
            () => now - ARRIVAL_MS,
        };
        for (part, class) in node.parts.iter_mut().zip(&report.classes) {
            part.hold = class.applies.max(class.used);
            part.wants = if report.leaves { 0 } else { class.wants };
        }
        let classes = std::array::from_fn(|index| self.settle_class(index, now, report));
        let asks = |node: &Node| now <= node.until || (0..CLASSES).any(|index| held(index, now, node, report) > 0);
        let others = self.nodes.iter().any(|(id, node)| *id != report.node && asks(node));
        Grant { classes: Some(classes), others }
    }

    /// The clock was set back: what is to happen moves with it, or it would be waited for by that much longer.
    fn move_back(&mut self, by: i64) {
        let back = |time: &mut i64| *time = time.saturating_sub(by);
        back(&mut self.quiet_until);
        for class in &mut self.classes {
            back(&mut class.cut_at);
            back(&mut class.paused_until);
        }
        for node in self.nodes.values_mut() {
            back(&mut node.until);
            node.parts.iter_mut().for_each(|part| back(&mut part.since));
        }
    }

    fn settle_class(&mut self, index: usize, now: i64, report: &Report) -> ClassGrant {
        let class = &report.classes[index];
        self.classes[index].learn(now, class);
        let total = ((f64::from(class.limit) * self.classes[index].factor) as u32).max(1);
        let others = self.nodes.iter().filter(|(id, _)| **id != report.node);
        let others: u32 = others.map(|(_, node)| held(index, now, node, report)).sum();
        let free = if now < self.quiet_until { 0 } else { total.saturating_sub(others) };
        let share = self.fair(index, now, total, &report.node).min(free);
        let part = &mut self.nodes.get_mut(&report.node).expect("it has just reported").parts[index];
        if part.share == 0 && share > 0 {
            part.since = now;
        }
        part.share = share;
        part.hold = part.hold.max(share);
        ClassGrant { share, pause_ms: (self.classes[index].paused_until.saturating_sub(now)).max(0) as u64 }
    }

    /// What the node would have if nobody held more than that: each as much as it wants, and where that is too much,
    /// those that want much all the same.
    fn fair(&self, index: usize, now: i64, total: u32, node: &str) -> u32 {
        let wanting = self.nodes.iter().filter(|(_, node)| now <= node.until && node.parts[index].wants > 0);
        let mut wanting: Vec<(&str, &Part)> = wanting.map(|(id, node)| (id.as_str(), &node.parts[index])).collect();
        let Some(own) = wanting.iter().find(|(id, _)| *id == node).map(|(_, part)| part.wants) else { return 0 };
        if (total as usize) < wanting.len() {
            // By turns: who has one keeps it for its time, then who had none for longest.
            wanting.sort_by_key(|(id, part)| (part.share == 0 || now >= part.since + TURN_MS, part.since, *id));
            return u32::from(wanting.iter().take(total as usize).any(|(id, _)| *id == node));
        }
        let mut wants: Vec<u32> = wanting.iter().map(|(_, part)| part.wants).collect();
        wants.sort_unstable();
        let (mut left, mut nodes) = (total, wants.len() as u32);
        for want in wants {
            if want > left / nodes {
                return own.min(left / nodes);
            }
            left -= want;
            nodes -= 1;
        }
        own
    }
}

/// What of a class the node may still use, or has used in a window that lasts.
fn held(index: usize, now: i64, node: &Node, report: &Report) -> u32 {
    let end = node.until + report.classes[index].span_ms + ARRIVAL_MS;
    if now > end { 0 } else { node.parts[index].hold }
}

impl SharedClass {
    /// A refusal counts once, however many requests of the same burst and however many nodes met it.
    fn learn(&mut self, now: i64, report: &ClassReport) {
        if let Some(cut) = &report.cut
            && now.saturating_sub(cut.age_ms) > self.cut_at
        {
            self.factor = (self.factor * cut.by).max(FACTOR_MIN);
            self.cut_at = now;
        }
        self.factor = (self.factor + FACTOR_STEP * f64::from(report.succeeded)).min(1.0);
        self.paused_until = self.paused_until.max(now.saturating_add(report.pause_ms));
    }
}
