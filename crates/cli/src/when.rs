//! Times as a person reads them on a terminal.

/// "12 min ago".
pub(crate) fn ago(at_ms: i64, now_ms: i64) -> String {
    let seconds = (now_ms - at_ms).max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// Exact, UTC.
pub(crate) fn exact(at_ms: i64) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(at_ms) else { return "unknown".to_owned() };
    at.strftime("%d %b %Y, %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::{ago, exact};

    #[test]
    fn times_are_short_and_exact() {
        assert_eq!(ago(0, 59_999), "59 s ago");
        assert_eq!(ago(0, 61_000), "1 min ago");
        assert_eq!(ago(0, 7_200_000), "2 h ago");
        assert_eq!(ago(5_000, 0), "0 s ago");
        assert_eq!(exact(1_700_000_000_000), "14 Nov 2023, 22:13:20 UTC");
    }
}
