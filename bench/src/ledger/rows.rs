//! One measured number, beside what it should be.

use serde::Serialize;
use store::Engine;

use crate::numbers::Times;

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// What it is about.
    pub(crate) what: String,
    /// As a person reads it.
    pub(crate) measured: String,
    /// As a person reads it; empty when the specification names none.
    pub(crate) target: String,
    /// Whether it is reached, where there is a target.
    pub(crate) reached: Option<bool>,
    /// The distribution, where it is one.
    pub(crate) times: Option<Times>,
    /// The number, where it is a rate, a single time in seconds or a size in bytes.
    pub(crate) value: Option<f64>,
}

impl Row {
    /// Times without a target.
    pub(crate) fn times(what: impl Into<String>, times: Times) -> Self {
        let measured =
            format!("p50 {:.2} ms, p99 {:.2} ms, longest {:.1} ms", times.p50_ms, times.p99_ms, times.max_ms);
        Self { what: what.into(), measured, target: String::new(), reached: None, times: Some(times), value: None }
    }

    /// Times whose p99 may be at most so many milliseconds.
    pub(crate) fn p99(what: impl Into<String>, times: Times, at_most_ms: f64) -> Self {
        let target = format!("p99 ≤ {at_most_ms} ms");
        Self { target, reached: Some(times.p99_ms <= at_most_ms), ..Self::times(what, times) }
    }

    /// Times with a target for both percentiles.
    pub(crate) fn p50_p99(what: impl Into<String>, times: Times, (p50, p99): (f64, f64)) -> Self {
        let reached = Some(times.p50_ms <= p50 && times.p99_ms <= p99);
        Self { target: format!("p50 ≤ {p50} ms, p99 ≤ {p99} ms"), reached, ..Self::times(what, times) }
    }

    /// Times of which none may be longer.
    pub(crate) fn longest(what: impl Into<String>, times: Times, at_most_ms: f64) -> Self {
        let target = format!("longest ≤ {at_most_ms} ms");
        Self { target, reached: Some(times.max_ms <= at_most_ms), ..Self::times(what, times) }
    }

    /// Times of seconds, with one percentile more.
    pub(crate) fn rescue(what: impl Into<String>, times: Times, at_most_ms: f64) -> Self {
        let seconds =
            [times.p50_ms, times.p90_ms, times.p99_ms, times.max_ms].map(|ms| format!("{:.2} s", ms / 1000.0));
        let [p50, p90, p99, longest] = seconds;
        let measured = format!("p50 {p50}, p90 {p90}, p99 {p99}, longest {longest}");
        Self { measured, ..Self::p99(what, times, at_most_ms) }
    }

    /// What something takes on disk.
    pub(crate) fn bytes(what: impl Into<String>, bytes: i64) -> Self {
        let value = bytes as f64;
        let measured = format!("{:.2} GB", value / 1e9);
        Self { what: what.into(), measured, target: String::new(), reached: None, times: None, value: Some(value) }
    }

    /// A rate that should be at least so much.
    pub(crate) fn rate(what: impl Into<String>, per_second: f64, at_least: Option<f64>) -> Self {
        Self {
            what: what.into(),
            measured: format!("{per_second:.0} / s"),
            target: at_least.map(|rate| format!("≥ {rate} / s")).unwrap_or_default(),
            reached: at_least.map(|rate| per_second >= rate),
            times: None,
            value: Some(per_second),
        }
    }

    /// A time that should be at most so many seconds.
    pub(crate) fn seconds(what: impl Into<String>, seconds: f64, at_most: Option<f64>) -> Self {
        Self {
            what: what.into(),
            measured: format!("{seconds:.2} s"),
            target: at_most.map(|most| format!("≤ {most} s")).unwrap_or_default(),
            reached: at_most.map(|most| seconds <= most),
            times: None,
            value: Some(seconds),
        }
    }
}

/// A target that differs between the databases.
pub(crate) fn by<T>(engine: Engine, sqlite: T, postgres: T) -> T {
    match engine {
        Engine::Sqlite => sqlite,
        Engine::Postgres => postgres,
    }
}
