//! How fast one application may ask one tenant, shared by everything that asks it.
//!
//! For each class of request a moving window stays below the published limit, so that an unlimited server is not
//! slowed down before the limit would be reached. A 429 stops the whole class until the service allows more, and halves
//! what is allowed afterwards (once, however many requests of the same burst were refused); successes slowly give it
//! back (additive increase, multiplicative decrease).

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Ambient;
use model::registry::Quota;
use tokio::sync::MutexGuard;
use tokio::time::{Instant, sleep_until};

use crate::config::{Limits, Window};
use crate::retry::backoff;

/// The least share of a limit that is used after however many refusals.
const SHARE_MIN: f64 = 0.05;
/// What one success gives back.
const SHARE_STEP: f64 = 0.002;
/// From here on the service says that we are close to its limit.
const CLOSE: f64 = 0.9;

/// One tenant's budget.
pub(crate) struct Budget {
    intune: Class,
    conditional_access: Class,
    directory: Class,
    limits: Limits,
    ambient: Ambient,
}

/// A request that may be sent, and when that was decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permit {
    quota: Quota,
    taken: Instant,
}

struct Class {
    window: Window,
    /// Held from the permit to the answer where requests go one by one.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    sent: VecDeque<Instant>,
    share: f64,
    paused_until: Option<Instant>,
    cut_at: Option<Instant>,
    refusals: u32,
}

impl Budget {
    pub(crate) fn new(limits: Limits, ambient: Ambient) -> Self {
        Self {
            intune: Class::new(limits.intune_reads),
            conditional_access: Class::new(limits.conditional_access),
            directory: Class::new(limits.directory),
            limits,
            ambient,
        }
    }

    fn class(&self, quota: Quota) -> &Class {
        match quota {
            Quota::Intune => &self.intune,
            Quota::ConditionalAccess => &self.conditional_access,
            Quota::Directory => &self.directory,
        }
    }

    /// The turn of a class whose requests go one by one: to be held until the answer is there. How long a request is
    /// under way varies, so only from answer to request is the distance certain.
    pub(crate) async fn turn(&self, quota: Quota) -> Option<MutexGuard<'_, ()>> {
        let class = self.class(quota);
        if class.goes_one_by_one() { Some(class.turn.lock().await) } else { None }
    }

    /// Waits until one more request fits.
    pub(crate) async fn acquire(&self, quota: Quota) -> Permit {
        let class = self.class(quota);
        loop {
            match class.take() {
                Ok(taken) => return Permit { quota, taken },
                Err(free_at) => sleep_until(free_at).await,
            }
        }
    }

    /// The service answered; `share` is how full it says its limit is.
    pub(crate) fn succeeded(&self, permit: Permit, share: Option<f64>) {
        let class = self.class(permit.quota);
        let mut state = class.lock();
        state.refusals = 0;
        if class.goes_one_by_one() {
            state.sent.clear();
            state.sent.push_back(Instant::now());
        }
        if share.is_some_and(|share| share >= CLOSE) {
            state.cut(permit.taken, 0.9);
        } else {
            state.share = (state.share + SHARE_STEP).min(1.0);
        }
    }

    /// The service refused; everything of the class waits for the longer of its pause and ours.
    pub(crate) fn throttled(&self, permit: Permit, retry_after_ms: Option<u64>) {
        let class = self.class(permit.quota);
        let mut state = class.lock();
        if state.cut(permit.taken, 0.5) {
            state.refusals += 1;
            // The pause is what the service counts from: what was sent before it is paid for.
            state.sent.clear();
        }
        let mut own = backoff(state.refusals, &self.limits, &self.ambient);
        if class.goes_one_by_one() {
            // The refused request counts as well.
            own = own.max(class.window.span);
        }
        let until = Instant::now() + own.max(Duration::from_millis(retry_after_ms.unwrap_or(0)));
        if retry_after_ms.is_some() || state.paused_until.is_none_or(|paused| paused < Instant::now()) {
            state.paused_until = Some(state.paused_until.map_or(until, |paused| paused.max(until)));
        }
    }
}

impl Class {
    fn new(window: Window) -> Self {
        let state = State { sent: VecDeque::new(), share: 1.0, paused_until: None, cut_at: None, refusals: 0 };
        Self { window, turn: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    fn goes_one_by_one(&self) -> bool {
        self.window.requests == 1
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When it was taken, or when to try again.
    fn take(&self) -> Result<Instant, Instant> {
        let now = Instant::now();
        let mut state = self.lock();
        if let Some(paused) = state.paused_until.filter(|paused| *paused > now) {
            return Err(paused);
        }
        while state.sent.front().is_some_and(|sent| *sent + self.window.span <= now) {
            state.sent.pop_front();
        }
        let allowed = ((f64::from(self.window.requests) * state.share) as usize).max(1);
        if state.sent.len() >= allowed {
            // The oldest of those that are too many has to leave the window first.
            let oldest = state.sent[state.sent.len() - allowed];
            return Err(oldest + self.window.span);
        }
        state.sent.push_back(now);
        Ok(now)
    }
}

impl State {
    /// Reduces the share unless the request was sent before the last reduction. Says whether it did.
    fn cut(&mut self, taken: Instant, factor: f64) -> bool {
        if self.cut_at.is_some_and(|cut| taken <= cut) {
            return false;
        }
        self.cut_at = Some(Instant::now());
        self.share = (self.share * factor).max(SHARE_MIN);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(requests: u32) -> Budget {
        let window = Window { requests, span: Duration::from_secs(20) };
        Budget::new(Limits { intune_reads: window, ..Limits::default() }, Ambient::system())
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_window_is_sent_at_once_and_the_next_waits_for_the_first_to_leave() {
        let (budget, start) = (budget(10), Instant::now());
        for _ in 0..10 {
            budget.acquire(Quota::Intune).await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        budget.acquire(Quota::Intune).await;
        assert_eq!(start.elapsed().as_secs(), 20);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_stops_the_class_and_halves_it_once_for_a_burst() {
        let (budget, start) = (budget(100), Instant::now());
        let first = budget.acquire(Quota::Intune).await;
        let second = budget.acquire(Quota::Intune).await;
        budget.throttled(first, Some(7_000));
        budget.throttled(second, Some(7_000));
        assert!((budget.intune.lock().share - 0.5).abs() < 1e-9);
        budget.acquire(Quota::Directory).await;
        assert_eq!(start.elapsed(), Duration::ZERO, "another class goes on");
        budget.acquire(Quota::Intune).await;
        assert_eq!(start.elapsed().as_secs(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_header_the_own_pause_grows() {
        let budget = budget(100);
        let mut pauses = Vec::new();
        for _ in 0..4 {
            let start = Instant::now();
            let permit = budget.acquire(Quota::Intune).await;
            pauses.push(start.elapsed());
            tokio::time::advance(Duration::from_millis(1)).await;
            budget.throttled(permit, None);
        }
        assert!(pauses[3] > pauses[1], "{pauses:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn successes_give_the_share_back_and_a_nearly_full_limit_takes_a_little() {
        let budget = budget(10_000);
        let permit = budget.acquire(Quota::Intune).await;
        budget.throttled(permit, None);
        for _ in 0..300 {
            let permit = budget.acquire(Quota::Intune).await;
            budget.succeeded(permit, None);
        }
        assert!((budget.intune.lock().share - 1.0).abs() < 1e-9);
        let permit = budget.acquire(Quota::Intune).await;
        tokio::time::advance(Duration::from_millis(1)).await;
        budget.succeeded(permit, Some(0.95));
        assert!((budget.intune.lock().share - 0.9).abs() < 1e-9);
    }

    #[tokio::test(start_paused = true)]
    async fn conditional_access_goes_once_a_second() {
        let (budget, start) = (budget(10), Instant::now());
        for _ in 0..3 {
            budget.acquire(Quota::ConditionalAccess).await;
        }
        assert_eq!(start.elapsed().as_millis(), 2_100);
    }
}
