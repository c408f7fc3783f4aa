//! How fast one tenant may be asked, shared by everything that asks it: all runs of this process, and all processes.
//!
//! For each class of request a moving window stays below the published limit, so that an unlimited server is not
//! slowed down before the limit would be reached. This process has a share of that window (`shared.rs` says why the sum
//! of all shares never exceeds it), which one task asks for every few seconds, as long as anybody asks the tenant
//! (`keeper.rs`); a request only looks into memory.
//!
//! A 429 stops the whole class until the service allows more, and halves what is allowed afterwards (once, however many
//! requests of the same burst were refused); successes slowly give it back (additive increase, multiplicative decrease).
//! The other processes hear of both with their next report.

mod class;
mod keeper;
mod report;
mod shared;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Ambient;
use model::registry::Quota;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use self::class::ClassWindow;
pub use self::report::{BoardUnreachable, BudgetBoard, Grant, OneProcess, Report};
use self::report::{CLASSES, Class};
pub use self::shared::Shared;
use crate::config::Limits;
use crate::retry::backoff;

/// From here on the service says that we are close to its limit.
const CLOSE: f64 = 0.9;

/// One tenant's budget, as this process has it.
pub(crate) struct Budget {
    tenant: String,
    /// Names this budget among those of other processes.
    node: String,
    board: Arc<dyn BudgetBoard>,
    classes: [ClassWindow; CLASSES],
    limits: Limits,
    ambient: Ambient,
    reports: AtomicU64,
    /// Whether the keeper's task runs.
    kept: Mutex<bool>,
    urgent: Notify,
    /// Held from a report until its answer is applied: they never overtake one another.
    talk: tokio::sync::Mutex<()>,
}

/// What a request costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) quota: Quota,
    /// Resource units; 1 outside the directory.
    pub(crate) units: u32,
    /// It changes something.
    pub(crate) writes: bool,
}

impl Cost {
    /// Of a read.
    pub(crate) fn read(quota: Quota) -> Self {
        Self { quota, units: 1, writes: false }
    }

    /// The classes in which it counts. One that it has a place in is kept while it waits for the next.
    fn classes(self) -> [Option<Class>; 2] {
        match self.quota {
            Quota::Intune if self.writes => [Some(Class::IntuneWrites), Some(Class::Intune)],
            Quota::Intune => [Some(Class::Intune), None],
            Quota::ConditionalAccess => [Some(Class::ConditionalAccess), None],
            Quota::Directory => [Some(Class::Directory), None],
            Quota::AuditLogs => [Some(Class::AuditLogs), None],
        }
    }
}

/// A request that may be sent. It counts until a window after the permit is dropped, so it is held until the answer.
pub(crate) struct Permit {
    budget: Arc<Budget>,
    units: u32,
    held: [Option<Class>; 2],
    /// When that was decided.
    taken: Instant,
}

impl Budget {
    pub(crate) fn new(tenant: String, board: Arc<dyn BudgetBoard>, limits: Limits, ambient: Ambient) -> Arc<Self> {
        let windows =
            [limits.intune, limits.intune_writes, limits.conditional_access, limits.directory, limits.audit_logs];
        Arc::new(Self {
            tenant,
            node: ambient.uuid().to_string(),
            board,
            classes: windows.map(ClassWindow::new),
            limits,
            ambient,
            reports: AtomicU64::new(0),
            kept: Mutex::new(false),
            urgent: Notify::new(),
            talk: tokio::sync::Mutex::new(()),
        })
    }

    fn class(&self, class: Class) -> &ClassWindow {
        &self.classes[class as usize]
    }

    /// Waits until one more request fits.
    pub(crate) async fn acquire(self: &Arc<Self>, cost: Cost) -> Permit {
        let mut permit = Permit { budget: Arc::clone(self), units: cost.units, held: [None; 2], taken: Instant::now() };
        for (held, class) in permit.held.iter_mut().zip(cost.classes()) {
            if let Some(class) = class {
                self.wait_for(class, cost.units).await;
                *held = Some(class);
            }
        }
        permit.taken = Instant::now();
        permit
    }

    async fn wait_for(self: &Arc<Self>, class: Class, units: u32) {
        let window = self.class(class);
        let _queued = window.queue();
        let _next = window.gate.lock().await;
        let mut has_called = false;
        while let Err(full) = window.take(units) {
            if full.share_is_small && !std::mem::replace(&mut has_called, true) {
                self.call_keeper();
            }
            let free = async {
                match full.until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! { () = free => {}, () = window.changed.notified() => {} }
        }
    }

    /// Somebody needs a share: the keeper asks for it now, and is started if nobody needed one for a while.
    fn call_keeper(self: &Arc<Self>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *kept, true) {
            tokio::spawn(keeper::keep(Arc::clone(self)));
        } else {
            self.urgent.notify_one();
        }
    }

    /// Nobody here will ask the tenant for now: what others could use is theirs at once, not when the lease ends.
    pub(crate) async fn leave(&self) {
        if *self.kept.lock().unwrap_or_else(PoisonError::into_inner) {
            keeper::give_back(self).await;
        }
    }

    fn next_number(&self) -> u64 {
        self.reports.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Permit {
    fn classes(&self) -> impl Iterator<Item = &ClassWindow> {
        self.held.iter().flatten().map(|class| self.budget.class(*class))
    }

    /// The service answered; `share` is how full it says its limit is.
    pub(crate) fn succeeded(&self, share: Option<f64>) {
        for class in self.classes() {
            if share.is_some_and(|share| share >= CLOSE) {
                class.cut(self.taken, 0.9, false);
            } else {
                class.succeeded();
            }
        }
    }

    /// The service refused; everything of the class waits for the longer of its pause and ours.
    pub(crate) fn throttled(&self, retry_after_ms: Option<u64>) {
        for class in self.classes() {
            let (_, refusals) = class.cut(self.taken, 0.5, true);
            let own = backoff(refusals, &self.budget.limits, &self.budget.ambient);
            let pause = own.max(Duration::from_millis(retry_after_ms.unwrap_or(0)));
            class.pause(Instant::now() + pause, retry_after_ms.is_some());
        }
        self.budget.urgent.notify_one();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.classes().for_each(|class| class.over(self.units));
    }
}
