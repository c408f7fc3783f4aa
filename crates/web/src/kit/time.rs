//! Times: relative in lists, exact on detail pages, always with the exact time and its zone at hand.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use maud::{Markup, html};

/// The moment a page is made for and the zone of the person who reads it.
#[derive(Debug, Clone)]
pub struct Now {
    at: ZonedDateTime,
}

impl Now {
    /// `now_ms` is milliseconds since the Unix epoch; `zone` an IANA name from the profile, such as `Europe/Berlin`.
    /// A zone this machine does not know is shown as UTC, and says so.
    pub fn new(now_ms: i64, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self { at: timestamp(now_ms).to_zoned_datetime(zone) }
    }

    /// The IANA name of the zone that is really used.
    pub fn zone_name(&self) -> &str {
        self.at.time_zone().iana_name().unwrap_or("UTC")
    }

    /// Milliseconds since the Unix epoch.
    pub fn ms(&self) -> i64 {
        self.at.timestamp().as_millisecond()
    }

    /// "38 s ago", "12 min ago", "3 h ago", "yesterday, 18:15", "30 Oct", "30 Oct 2024"; "in 5 min" for what comes.
    pub fn relative(&self, at_ms: i64) -> String {
        let then = self.zoned(at_ms);
        let seconds = (self.ms() - at_ms).div_euclid(1000);
        match seconds {
            0..=4 => "just now".to_owned(),
            5..60 => format!("{seconds} s ago"),
            60..3_600 => format!("{} min ago", seconds / 60),
            3_600.. => self.past(&then, seconds),
            _ => self.coming(&then, -seconds),
        }
    }

    /// "23 Nov 2026, 08:57:14".
    pub fn exact(&self, at_ms: i64) -> String {
        self.zoned(at_ms).strftime("%-d %b %Y, %H:%M:%S").to_string()
    }

    /// "08:57:14", for the second and later times of one page that share a day.
    pub fn clock(&self, at_ms: i64) -> String {
        self.zoned(at_ms).strftime("%H:%M:%S").to_string()
    }

    /// "23 Nov 2026".
    pub fn day(&self, at_ms: i64) -> String {
        self.zoned(at_ms).strftime("%-d %b %Y").to_string()
    }

    fn past(&self, then: &ZonedDateTime, seconds: i64) -> String {
        let days = days_between(then, &self.at);
        match days {
            0 => format!("{} h ago", seconds / 3_600),
            // Just after midnight, "2 h ago" is easier than "yesterday, 22:10".
            1 if seconds < 6 * 3_600 => format!("{} h ago", seconds / 3_600),
            1 => then.strftime("yesterday, %H:%M").to_string(),
            _ => self.date(then),
        }
    }

    fn coming(&self, then: &ZonedDateTime, seconds: i64) -> String {
        match days_between(&self.at, then) {
            _ if seconds < 60 => "in less than 1 min".to_owned(),
            _ if seconds < 3_600 => format!("in {} min", seconds / 60),
            0 => format!("in {} h", seconds / 3_600),
            1 => then.strftime("tomorrow, %H:%M").to_string(),
            _ => self.date(then),
        }
    }

    fn date(&self, then: &ZonedDateTime) -> String {
        let form = if then.year() == self.at.year() { "%-d %b" } else { "%-d %b %Y" };
        then.strftime(form).to_string()
    }

    fn title(&self, at_ms: i64) -> String {
        let offset = self.zoned(at_ms).strftime("%:z").to_string();
        format!("{} ({}, UTC{offset})", self.exact(at_ms), self.zone_name())
    }

    fn machine(&self, at_ms: i64) -> String {
        self.zoned(at_ms).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    fn zoned(&self, at_ms: i64) -> ZonedDateTime {
        timestamp(at_ms).to_zoned_datetime(self.at.time_zone().clone())
    }
}

/// A time for lists: relative, exact in `title` and `datetime`. `at_ms` is milliseconds since the Unix epoch.
pub fn relative_time(now: &Now, at_ms: i64) -> Markup {
    html! { time datetime=(now.machine(at_ms)) title=(now.title(at_ms)) { (now.relative(at_ms)) } }
}

/// A time for detail pages: "23 Nov 2026, 08:57:14".
pub fn exact_time(now: &Now, at_ms: i64) -> Markup {
    html! { time datetime=(now.machine(at_ms)) title=(now.title(at_ms)) { (now.exact(at_ms)) } }
}

/// Hours, minutes and seconds, "08:57:14", where the day is said elsewhere.
pub fn clock_time(now: &Now, at_ms: i64) -> Markup {
    html! { time datetime=(now.machine(at_ms)) title=(now.title(at_ms)) { (now.clock(at_ms)) } }
}

/// Whole calendar days from `earlier` to `later`, in their common zone.
fn days_between(earlier: &ZonedDateTime, later: &ZonedDateTime) -> i64 {
    let span = later.date().duration_since(earlier.date());
    span.as_hours() / 24
}

/// A millisecond outside jiff's range can only come from a broken row; it is shown as the epoch and not hidden.
fn timestamp(at_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn berlin(text: &str) -> Now {
        Now::new(ms(text), "Europe/Berlin")
    }

    #[test]
    fn a_recent_time_is_relative() {
        let now = berlin("2026-11-23T08:42:00Z");
        assert_eq!(now.relative(ms("2026-11-23T08:41:58Z")), "just now");
        assert_eq!(now.relative(ms("2026-11-23T08:41:22Z")), "38 s ago");
        assert_eq!(now.relative(ms("2026-11-23T08:30:00Z")), "12 min ago");
        assert_eq!(now.relative(ms("2026-11-23T05:20:00Z")), "3 h ago");
    }

    #[test]
    fn an_older_time_is_a_day_in_the_readers_zone() {
        let now = berlin("2026-11-23T08:42:00Z");
        assert_eq!(now.relative(ms("2026-11-22T17:15:00Z")), "yesterday, 18:15");
        // 23:30 UTC on the 21st is already the 22nd in Berlin.
        assert_eq!(now.relative(ms("2026-11-21T23:30:00Z")), "yesterday, 00:30");
        assert_eq!(now.relative(ms("2026-10-30T12:00:00Z")), "30 Oct");
        assert_eq!(now.relative(ms("2025-02-03T12:00:00Z")), "3 Feb 2025");
    }

    #[test]
    fn just_after_midnight_the_evening_before_is_counted_in_hours() {
        let now = berlin("2026-11-23T00:10:00Z");
        assert_eq!(now.relative(ms("2026-11-22T21:05:00Z")), "3 h ago");
    }

    #[test]
    fn a_time_to_come_says_in() {
        let now = berlin("2026-11-23T08:42:00Z");
        assert_eq!(now.relative(ms("2026-11-23T08:47:30Z")), "in 5 min");
        assert_eq!(now.relative(ms("2026-11-24T01:00:00Z")), "tomorrow, 02:00");
    }

    #[test]
    fn the_exact_time_and_its_zone_stand_in_title_and_datetime() {
        let now = berlin("2026-11-23T08:42:00Z");
        let text = relative_time(&now, ms("2026-11-23T07:57:14Z")).into_string();
        assert_eq!(
            text,
            "<time datetime=\"2026-11-23T08:57:14+01:00\" \
             title=\"23 Nov 2026, 08:57:14 (Europe/Berlin, UTC+01:00)\">44 min ago</time>"
        );
    }

    #[test]
    fn summer_time_is_the_zones_own() {
        let now = berlin("2026-07-01T10:00:00Z");
        assert_eq!(now.clock(ms("2026-07-01T08:00:00Z")), "10:00:00");
    }

    #[test]
    fn an_unknown_zone_is_shown_as_utc_and_says_so() {
        let now = Now::new(ms("2026-11-23T08:42:00Z"), "Mars/Olympus");
        assert_eq!(now.zone_name(), "UTC");
        assert_eq!(now.exact(now.ms()), "23 Nov 2026, 08:42:00");
    }
}
