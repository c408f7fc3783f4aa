//! One node's window of one class: what it sent, what it may send, and what the service said to it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::report::{ClassGrant, ClassReport, Cut};
use crate::config::Window;

/// A class that nobody asked for so long needs no share.
const QUIET: Duration = Duration::from_secs(4);

pub(super) struct ClassWindow {
    window: Window,
    /// Held by who is next: one waits for room, the others for it, in the order in which they came.
    pub(super) gate: tokio::sync::Mutex<()>,
    /// A share came, or a request was answered.
    pub(super) changed: Notify,
    state: Mutex<State>,
}

struct State {
    /// A request counts from its permit until a window after its answer. The service counted it at some moment between
    /// these, so that no window of the service contains more than this one, however long requests are under way.
    under_way: u32,
    recent: VecDeque<(Instant, u32)>,
    recent_units: u32,
    share: u32,
    /// What was last asked for. With less than that the others have the rest, and asking again at once is useless.
    wanted: u32,
    /// The share is none afterwards.
    lease_until: Instant,
    paused_until: Option<Instant>,
    cut_at: Option<Instant>,
    refusals: u32,
    /// Who waits in [`super::Budget::acquire`].
    queue: u32,
    /// When somebody asked last.
    asked_at: Option<Instant>,
    news: News,
}

/// What the others do not know yet.
#[derive(Clone, Copy)]
struct News {
    cut_by: f64,
    cut_taken: Option<Instant>,
    pause_until: Option<Instant>,
    succeeded: u32,
}

const NO_NEWS: News = News { cut_by: 1.0, cut_taken: None, pause_until: None, succeeded: 0 };

/// Why nothing can be sent now.
pub(super) struct Full {
    /// When there is room, if nothing else happens.
    pub(super) until: Option<Instant>,
    /// A larger share would help, and may be had.
    pub(super) share_is_small: bool,
}

/// What was told, so that it is not told again.
pub(super) struct Told(News);

impl ClassWindow {
    pub(super) fn new(window: Window) -> Self {
        let state = State {
            under_way: 0,
            recent: VecDeque::new(),
            recent_units: 0,
            share: 0,
            wanted: 0,
            lease_until: Instant::now(),
            paused_until: None,
            cut_at: None,
            refusals: 0,
            queue: 0,
            asked_at: None,
            news: NO_NEWS,
        };
        Self { window, gate: tokio::sync::Mutex::new(()), changed: Notify::new(), state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the caller among those who wait, until the guard is dropped.
    pub(super) fn queue(&self) -> Queued<'_> {
        let mut state = self.lock();
        state.queue += 1;
        state.asked_at = Some(Instant::now());
        Queued(self)
    }

    pub(super) fn take(&self, units: u32) -> Result<(), Full> {
        let now = Instant::now();
        let mut state = self.lock();
        if let Some(paused) = state.paused_until.filter(|paused| *paused > now) {
            return Err(Full { until: Some(paused), share_is_small: false });
        }
        state.expire(now, self.window.span);
        let allowed = state.allowed(now);
        if state.used() + units <= allowed {
            state.under_way += units;
            return Ok(());
        }
        let until = if allowed < units { None } else { state.room_at(allowed - units, self.window.span) };
        let share_is_small = allowed < self.window.requests && state.share >= state.wanted;
        Err(Full { until, share_is_small })
    }

    /// The request is over, answered or given up.
    pub(super) fn over(&self, units: u32) {
        let mut state = self.lock();
        state.under_way -= units;
        state.recent.push_back((Instant::now(), units));
        state.recent_units += units;
        drop(state);
        self.changed.notify_one();
    }

    pub(super) fn succeeded(&self) {
        let mut state = self.lock();
        state.refusals = 0;
        state.news.succeeded += 1;
    }

    /// Less is used from now on, unless the request was sent before the last time. Says whether it is, and how many
    /// refusals there were in a row.
    pub(super) fn cut(&self, taken: Instant, by: f64, refused: bool) -> (bool, u32) {
        let mut state = self.lock();
        if state.cut_at.is_some_and(|cut| taken <= cut) {
            return (false, state.refusals);
        }
        state.cut_at = Some(Instant::now());
        state.refusals += u32::from(refused);
        state.news.cut_by *= by;
        state.news.cut_taken = Some(taken);
        (true, state.refusals)
    }

    /// Everything of the class waits. Our own guess counts only where there is no pause yet.
    pub(super) fn pause(&self, until: Instant, asked_for: bool) {
        let mut state = self.lock();
        if asked_for || state.paused_until.is_none_or(|paused| paused < Instant::now()) {
            state.news.pause_until = state.news.pause_until.max(Some(until));
            state.paused_until = state.paused_until.max(Some(until));
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        let state = self.lock();
        state.queue == 0 && state.under_way == 0 && !state.was_asked(Instant::now())
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.lock().under_way > 0
    }

    pub(super) fn is_waited_for(&self) -> bool {
        self.lock().queue > 0
    }

    /// When its window fits into its share, if it does not now and only time has to pass.
    pub(super) fn fits_at(&self) -> Option<Instant> {
        let state = self.lock();
        if state.used() <= state.share { None } else { state.room_at(state.share, self.window.span) }
    }

    /// Gives up what the lease allows: at once, so that the report that follows is true.
    pub(super) fn end_lease(&self) {
        let mut state = self.lock();
        state.lease_until = Instant::now();
        state.asked_at = None;
        state.wanted = 0;
    }

    pub(super) fn report(&self) -> (ClassReport, Told) {
        let now = Instant::now();
        let mut state = self.lock();
        state.expire(now, self.window.span);
        let used = state.used();
        // Some more than now, so that a little more is no reason to ask; who waits doubles. More would be waited for by the
        // others for a window and longer if this process died.
        let more = (self.window.requests / 10).max(1);
        let wants = match () {
            () if state.queue > 0 => (2 * used + more).min(self.window.requests),
            () if state.was_asked(now) => (used + more).min(self.window.requests),
            () => 0,
        };
        state.wanted = wants;
        let news = state.news;
        let report = ClassReport {
            limit: self.window.requests,
            span_ms: millis(self.window.span),
            applies: if now < state.lease_until { state.share } else { 0 },
            used,
            wants,
            succeeded: news.succeeded,
            cut: news.cut_taken.map(|taken| Cut { by: news.cut_by, age_ms: millis(now - taken) }),
            pause_ms: news.pause_until.map_or(0, |until| millis(until.saturating_duration_since(now))),
        };
        (report, Told(news))
    }

    /// The others know it now.
    pub(super) fn heard(&self, told: Told) {
        let news = &mut self.lock().news;
        news.succeeded -= told.0.succeeded;
        news.cut_by /= told.0.cut_by;
        news.cut_taken = news.cut_taken.filter(|taken| told.0.cut_taken.is_none_or(|told| *taken > told));
        news.pause_until = news.pause_until.filter(|until| told.0.pause_until.is_none_or(|told| *until > told));
        if news.cut_taken.is_none() {
            news.cut_by = 1.0;
        }
    }

    /// Applies the answer. Says whether the share became so much smaller that the others should know that it is.
    pub(super) fn apply(&self, grant: ClassGrant, lease_until: Instant) -> bool {
        let mut state = self.lock();
        if grant.pause_ms > 0 {
            let until = Instant::now() + Duration::from_millis(grant.pause_ms);
            state.paused_until = state.paused_until.max(Some(until));
        }
        let given_up = state.share.saturating_sub(grant.share);
        let is_smaller = given_up > 0 && (grant.share == 0 || given_up >= self.window.requests / 20);
        state.share = grant.share;
        state.lease_until = lease_until;
        drop(state);
        self.changed.notify_one();
        is_smaller
    }
}

impl State {
    fn was_asked(&self, now: Instant) -> bool {
        self.asked_at.is_some_and(|asked| now - asked < QUIET)
    }

    fn used(&self) -> u32 {
        self.under_way + self.recent_units
    }

    fn expire(&mut self, now: Instant, span: Duration) {
        while let Some((over, units)) = self.recent.front().copied()
            && over + span <= now
        {
            self.recent.pop_front();
            self.recent_units -= units;
        }
    }

    fn allowed(&self, now: Instant) -> u32 {
        let share = if now < self.lease_until { self.share } else { 0 };
        ((f64::from(share) * self.news.cut_by) as u32).max(share.min(1))
    }

    /// When the window contains no more than that, if only time has to pass.
    fn room_at(&self, most: u32, span: Duration) -> Option<Instant> {
        let mut used = self.used();
        self.recent.iter().find_map(|(over, units)| {
            used -= units;
            (used <= most).then_some(*over + span)
        })
    }
}

/// Somebody who waits.
pub(super) struct Queued<'a>(&'a ClassWindow);

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.lock().queue -= 1;
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
