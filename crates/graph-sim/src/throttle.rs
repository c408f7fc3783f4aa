//! The published limits. Every attempt counts, also while refused.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// The service a request belongs to; each has limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Intune,
    ConditionalAccess,
    Directory,
    AuditLogs,
}

impl Service {
    pub(crate) fn of(segments: &[String]) -> Self {
        let segment = |index: usize| segments.get(index).map(|name| name.to_lowercase()).unwrap_or_default();
        match (segment(0).as_str(), segment(1).as_str()) {
            ("devicemanagement" | "deviceappmanagement", _) => Self::Intune,
            // The limit is published for policies and named locations; the rest of the branch counts as directory.
            ("identity", "conditionalaccess") if segment(2).starts_with("authentication") => Self::Directory,
            ("identity", "conditionalaccess") => Self::ConditionalAccess,
            ("auditlogs", _) => Self::AuditLogs,
            _ => Self::Directory,
        }
    }
}

/// A request as the limits see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) app: &'a str,
    pub(crate) service: Service,
    pub(crate) is_write: bool,
    /// Resource units, counted for the directory only.
    pub(crate) units: u64,
}

/// What a limit says to an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// Allowed; the share of the fullest limit that is used.
    Allowed(f64),
    /// Refused, and allowed again after so many seconds.
    Refused(u64),
}

/// The counters of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Limits(Mutex<HashMap<Key, Window>>);

/// Application (`None` for all together), service, and whether only writes count.
type Key = (Option<String>, Service, bool);

/// Cost within a moving span of time.
#[derive(Debug, Default)]
struct Window {
    slices: VecDeque<(Instant, u64)>,
    used: u64,
}

/// Fineness of a window: costs within a fiftieth of the span are kept together.
const SLICES: u32 = 50;

impl Limits {
    pub(crate) fn attempt(&self, attempt: Attempt<'_>, now: Instant) -> Verdict {
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut verdict = Verdict::Allowed(0.0);
        for (key, limit, span) in limits(attempt) {
            let window = windows.entry(key).or_default();
            verdict = verdict.stricter(window.add(now, attempt.units_for(), limit, span));
        }
        verdict
    }

    pub(crate) fn reset(&self) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }
}

impl Attempt<'_> {
    fn units_for(&self) -> u64 {
        if self.service == Service::Directory { self.units } else { 1 }
    }
}

/// The limits that hold for an attempt, with their spans (learn.microsoft.com/graph/throttling-limits).
fn limits(attempt: Attempt<'_>) -> Vec<(Key, u64, Duration)> {
    let app = Some(attempt.app.to_owned());
    let span = Duration::from_secs;
    match attempt.service {
        Service::Intune => {
            let mut limits = vec![
                ((app.clone(), Service::Intune, false), 1000, span(20)),
                ((None, Service::Intune, false), 2000, span(20)),
            ];
            if attempt.is_write {
                limits.push(((app, Service::Intune, true), 100, span(20)));
                limits.push(((None, Service::Intune, true), 200, span(20)));
            }
            limits
        }
        Service::ConditionalAccess => vec![((None, Service::ConditionalAccess, false), 1, span(1))],
        Service::AuditLogs => vec![((app, Service::AuditLogs, false), 5, span(10))],
        Service::Directory => {
            // A tenant with fewer than 50 users has the smallest of the three allowances.
            let mut limits = vec![((app.clone(), Service::Directory, false), 3500, span(10))];
            if attempt.is_write {
                limits.push(((app, Service::Directory, true), 3000, span(150)));
            }
            limits
        }
    }
}

impl Verdict {
    fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Refused(left), Self::Refused(right)) => Self::Refused(left.max(right)),
            (Self::Refused(seconds), _) | (_, Self::Refused(seconds)) => Self::Refused(seconds),
            (Self::Allowed(left), Self::Allowed(right)) => Self::Allowed(left.max(right)),
        }
    }
}

impl Window {
    #[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
    fn add(&mut self, now: Instant, cost: u64, limit: u64, span: Duration) -> Verdict {
        while let Some((start, cost)) = self.slices.front().copied()
            && now.duration_since(start) >= span
        {
            self.used -= cost;
            self.slices.pop_front();
        }
        match self.slices.back_mut() {
            Some((start, collected)) if now.duration_since(*start) < span / SLICES => *collected += cost,
            _ => self.slices.push_back((now, cost)),
        }
        self.used += cost;
        if self.used <= limit {
            return Verdict::Allowed(self.used as f64 / limit as f64);
        }
        let mut used = self.used;
        for (start, cost) in &self.slices {
            used -= cost;
            if used < limit {
                let wait = (*start + span).saturating_duration_since(now);
                return Verdict::Refused(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
            }
        }
        Verdict::Refused(span.as_secs())
    }
}

/// Resource units of a directory request.
pub(crate) fn resource_units(segments: &[String], has_select: bool, has_expand: bool, top: Option<usize>) -> u64 {
    let first = segments.first().map(|name| name.to_lowercase()).unwrap_or_default();
    // Behind a cast it is still the list that is read.
    let is_cast = |name: &String| name.starts_with("microsoft.graph.");
    let last = segments.iter().map(|name| name.to_lowercase()).rfind(|name| !is_cast(name)).unwrap_or_default();
    let base: i64 = match (first.as_str(), last.as_str()) {
        ("directoryobjects", "getbyids") => 5,
        (_, "transitivemembers") => 5,
        (_, "members") | ("subscribedskus", _) => 3,
        ("users" | "applications", _) | (_, "approleassignments") => 2,
        _ => 1,
    };
    let by_ids = if last == "getbyids" { 3 } else { 1 };
    let units =
        base - if has_select { by_ids } else { 0 } + i64::from(has_expand) - i64::from(top.is_some_and(|top| top < 20));
    units.max(1).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(service: Service, is_write: bool) -> Attempt<'static> {
        Attempt { app: "app", service, is_write, units: 1 }
    }

    #[test]
    fn a_thousand_intune_reads_pass_and_the_next_waits_for_the_span() {
        let (limits, start) = (Limits::default(), Instant::now());
        for _ in 0..1000 {
            assert!(matches!(limits.attempt(attempt(Service::Intune, false), start), Verdict::Allowed(_)));
        }
        assert_eq!(limits.attempt(attempt(Service::Intune, false), start), Verdict::Refused(20));
        let later = start + Duration::from_secs(20);
        assert!(matches!(limits.attempt(attempt(Service::Intune, false), later), Verdict::Allowed(_)));
    }

    #[test]
    fn attempts_count_also_while_refused() {
        let (limits, start) = (Limits::default(), Instant::now());
        for second in 0..40 {
            let now = start + Duration::from_secs(second);
            for _ in 0..100 {
                limits.attempt(attempt(Service::Intune, false), now);
            }
        }
        let now = start + Duration::from_secs(40);
        assert!(matches!(limits.attempt(attempt(Service::Intune, false), now), Verdict::Refused(_)));
    }

    #[test]
    fn writes_have_a_smaller_limit_of_their_own() {
        let (limits, start) = (Limits::default(), Instant::now());
        for _ in 0..100 {
            assert!(matches!(limits.attempt(attempt(Service::Intune, true), start), Verdict::Allowed(_)));
        }
        assert!(matches!(limits.attempt(attempt(Service::Intune, true), start), Verdict::Refused(_)));
        assert!(matches!(limits.attempt(attempt(Service::Intune, false), start), Verdict::Allowed(_)));
    }

    #[test]
    fn conditional_access_allows_one_request_a_second() {
        let (limits, start) = (Limits::default(), Instant::now());
        let ask =
            |seconds| limits.attempt(attempt(Service::ConditionalAccess, false), start + Duration::from_secs(seconds));
        assert!(matches!(ask(0), Verdict::Allowed(_)));
        assert!(matches!(ask(0), Verdict::Refused(_)));
        assert!(matches!(ask(2), Verdict::Allowed(_)));
    }

    #[test]
    fn select_makes_a_lookup_by_ids_cheaper() {
        let segments = ["directoryObjects".to_owned(), "getByIds".to_owned()];
        assert_eq!(resource_units(&segments, false, false, None), 5);
        assert_eq!(resource_units(&segments, true, false, None), 2);
        let members = crate::path::split("groups/g/transitiveMembers/microsoft.graph.device");
        assert_eq!(resource_units(&members, true, false, Some(1)), 3, "a cast costs what its list costs");
    }
}
