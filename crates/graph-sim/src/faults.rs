//! Faults on demand: what is hit, what happens, how often.

use std::collections::HashSet;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// One thing that goes wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Which requests are hit.
    pub matches: FaultMatch,
    /// What happens to them.
    pub kind: FaultKind,
    /// How often it happens; `None` is for ever.
    #[serde(default)]
    pub times: Option<u32>,
    /// Hit only every n-th matching request; `None` hits each.
    #[serde(default)]
    pub every: Option<u32>,
    /// Not every n-th exactly, but one in n as a die would have it, the same ones each time. What asks in pairs would
    /// otherwise meet every n-th in step.
    #[serde(default)]
    pub at_random: bool,
    /// Hit each different request once: told by method, path and body.
    #[serde(default)]
    pub once_each: bool,
}

/// Which requests a fault hits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FaultMatch {
    /// Part of the path with its query, for example `configurationPolicies/`; `*` stands for any characters. Empty hits all.
    pub path: String,
    /// HTTP method; `None` hits all.
    pub method: Option<String>,
    /// Requests of their own, requests inside a batch, or both.
    pub place: Place,
    /// Only requests that ask for a change.
    pub writes: bool,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// Anywhere.
    #[default]
    Anywhere,
    /// Only inside a `$batch`.
    BatchOnly,
    /// Only on its own, which includes `$batch` itself.
    OuterOnly,
    /// A request for a token. Without saying so, only a [`FaultKind::TokenError`] hits one.
    Token,
}

/// What happens to a request that is hit. What harms a connection harms the whole batch when it hits a request inside one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// An error in Graph's shape.
    Status {
        /// HTTP status.
        status: u16,
        /// Graph's error code.
        code: String,
        /// Seconds for the `Retry-After` header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The connection closes and the request had no effect.
    Reset,
    /// The request takes effect, then the connection closes instead of an answer.
    AnswerLost,
    /// The request takes effect or not, and no answer ever comes over the open connection: time for the client to die.
    Silence {
        /// Whether it takes effect.
        effect: bool,
    },
    /// The answer ends after so many bytes although its length says more.
    Truncate {
        /// Bytes sent.
        bytes: usize,
    },
    /// A 200 with these bytes instead of the answer.
    Garbage(Vec<u8>),
    /// The right answer in small pieces.
    SlowBody {
        /// Bytes per piece.
        chunk: usize,
        /// Milliseconds before each piece.
        delay_ms: u64,
    },
    /// A 200 with a syntactically endless list of this size.
    Huge {
        /// Bytes sent.
        bytes: u64,
    },
    /// The page's next link leads to itself.
    NextLinkLoop,
    /// The page's next link leads to another host.
    NextLinkOtherHost,
    /// The token endpoint answers with this AADSTS error.
    TokenError {
        /// Number of the error, for example 7000222.
        aadsts: u32,
    },
    /// The bearer token is expired from now on.
    ExpireToken,
    /// A page without objects comes before the right one.
    EmptyPage,
    /// The page is sent a second time.
    DuplicatePage,
}

impl Fault {
    /// A fault that hits every request whose path contains `path`, for ever.
    pub fn on(path: &str, kind: FaultKind) -> Self {
        Self {
            matches: FaultMatch { path: path.to_owned(), ..FaultMatch::default() },
            kind,
            times: None,
            every: None,
            at_random: false,
            once_each: false,
        }
    }

    /// Happens so often and never again.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Hits every n-th matching request only.
    #[must_use]
    pub fn every(mut self, every: u32) -> Self {
        self.every = Some(every);
        self
    }

    /// Hits one HTTP method only.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.matches.method = Some(method.to_owned());
        self
    }

    /// Hits each different request that asks for a change, once.
    #[must_use]
    pub fn each_write(mut self) -> Self {
        (self.matches.writes, self.once_each) = (true, true);
        self
    }

    /// Hits only requests standing there.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.matches.place = place;
        self
    }
}

/// A fault with its memory of what it has hit.
#[derive(Debug)]
struct Active {
    fault: Fault,
    seen: u32,
    fired: u32,
    /// What was hit, where each different request is hit once.
    hit: HashSet<String>,
}

/// The faults of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Active>>);

/// What decides whether a fault hits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) method: &'a str,
    /// Path below the version, with its query.
    pub(crate) path: &'a str,
    pub(crate) in_batch: bool,
    pub(crate) is_token: bool,
    /// Whether it asks for a change.
    pub(crate) is_write: bool,
    pub(crate) body: &'a [u8],
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.lock().push(Active { fault, seen: 0, fired: 0, hit: HashSet::new() });
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// The first fault that hits this request; it is counted as having happened.
    pub(crate) fn strike(&self, target: Target<'_>) -> Option<FaultKind> {
        for active in self.lock().iter_mut() {
            if !active.fault.hits(target) || active.fault.times.is_some_and(|n| active.fired >= n) {
                continue;
            }
            active.seen += 1;
            if active.is_turn() && active.is_new(target) {
                active.fired += 1;
                return Some(active.fault.kind.clone());
            }
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Active>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Active {
    /// Whether the request that was just seen is one that is hit.
    fn is_turn(&self) -> bool {
        let every = self.fault.every.unwrap_or(1).max(1);
        if self.fault.at_random {
            return Random::new(u64::from(self.seen)).below(every as usize) == 0;
        }
        self.seen.is_multiple_of(every)
    }

    /// Whether this request was not hit yet, where that matters.
    fn is_new(&mut self, target: Target<'_>) -> bool {
        let request = || format!("{} {} {}", target.method, target.path, String::from_utf8_lossy(target.body));
        !self.fault.once_each || self.hit.insert(request())
    }
}

impl Fault {
    fn hits(&self, target: Target<'_>) -> bool {
        let place = match self.matches.place {
            Place::Anywhere => true,
            Place::BatchOnly => target.in_batch,
            Place::OuterOnly => !target.in_batch,
            Place::Token => target.is_token,
        };
        let method = self.matches.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(target.method));
        let for_token = self.matches.place == Place::Token || matches!(self.kind, FaultKind::TokenError { .. });
        let kind = target.is_write || !self.matches.writes;
        place && method && kind && for_token == target.is_token && contains(target.path, &self.matches.path)
    }
}

/// Whether the text contains the pattern's pieces in their order, without regard to case.
pub(crate) fn contains(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    let mut rest = text.as_str();
    pattern.split('*').all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str) -> Target<'_> {
        Target { method: "GET", path, in_batch: false, is_token: false, is_write: false, body: b"" }
    }

    #[test]
    fn each_write_is_hit_once_and_no_read() {
        let faults = Faults::default();
        faults.add(Fault::on("", FaultKind::Silence { effect: true }).each_write());
        let hit = |target| faults.strike(target).is_some();
        let write = |body| Target { method: "POST", is_write: true, body, ..target("policies") };
        assert_eq!([hit(target("policies")), hit(write(b"1")), hit(write(b"2"))], [false, true, true]);
        assert_eq!([hit(write(b"1")), hit(Target { method: "PATCH", ..write(b"1") })], [false, true]);
    }

    #[test]
    fn one_in_two_at_random_is_about_half_and_never_in_step() {
        let faults = Faults::default();
        faults.add(Fault { at_random: true, ..Fault::on("x", FaultKind::Reset).every(2) });
        let hit: Vec<bool> = (0..1_000).map(|_| faults.strike(target("x")).is_some()).collect();
        let count = |wanted: fn(&usize) -> bool| (0..hit.len()).filter(wanted).filter(|at| hit[*at]).count();
        for half in [count(|at| at % 2 == 0), count(|at| at % 2 == 1)] {
            assert!((200..300).contains(&half), "{half}");
        }
    }

    #[test]
    fn a_fault_hits_every_second_request_and_stops_after_its_times() {
        let faults = Faults::default();
        faults.add(Fault::on("policies/*/settings", FaultKind::Reset).every(2).times(1));
        let hit = |path| faults.strike(target(path)).is_some();
        assert!(!hit("policies/1/settings"));
        assert!(!hit("policies/1/assignments"));
        assert!(hit("policies/2/settings"));
        assert!(!hit("policies/3/settings"));
        assert!(!hit("policies/4/settings"));
    }

    #[test]
    fn a_token_error_hits_only_the_token_endpoint() {
        let faults = Faults::default();
        faults.add(Fault::on("", FaultKind::TokenError { aadsts: 7_000_222 }));
        assert!(faults.strike(target("deviceManagement")).is_none());
        let token = Target { is_token: true, ..target("token") };
        assert!(faults.strike(token).is_some());
    }
}
