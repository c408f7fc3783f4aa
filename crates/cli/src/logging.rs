//! Logs go to standard error: readable on a terminal, JSON when `TENANTATLAS_LOG_FORMAT=json`.

use tracing_subscriber::EnvFilter;

/// Starts logging at `default` unless `TENANTATLAS_LOG` says otherwise (the syntax of `RUST_LOG`).
pub(crate) fn start(default: &str) {
    let filter = EnvFilter::try_from_env("TENANTATLAS_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let json = std::env::var("TENANTATLAS_LOG_FORMAT").is_ok_and(|format| format == "json");
    // A second start in one process (the demonstration) keeps the first.
    let _ = if json { log.json().try_init() } else { log.try_init() };
}
