//! When a schedule's slots are. The rule is a cron expression of five fields, read in a named zone.
//!
//! Daylight saving time, as croner defines it: a fixed time that the clock skips fires at the first moment after the
//! gap; one that the clock repeats fires once, at the first. A rule with a wildcard or step in minute or hour skips the
//! gap and fires in both halves of the repeated hour.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff_of_croner::tz::TimeZone;
use jiff_of_croner::{Timestamp, Zoned};
use model::AppError;
use model::text::one_line;
use store::{Keep, ScheduleRule};

use crate::inventory::Selection;

/// Longest name of a schedule, in characters.
const NAME_MAX: usize = 80;
/// Most sets that a rule keeps.
const KEEP_MAX: u32 = 3_650;

/// What a person enters.
#[derive(Debug, Clone, Default)]
pub struct RuleInput {
    /// Shown wherever the schedule is.
    pub name: String,
    /// Type keys; none means all.
    pub types: Vec<String>,
    /// Five fields.
    pub cron: String,
    /// IANA name.
    pub zone: String,
    /// Whether slots fire.
    pub enabled: bool,
    /// Whether the latest missed slot runs late.
    pub catch_up: bool,
    /// What stays.
    pub keep: Keep,
}

/// The rule, checked, and its next slot after that moment when it is enabled.
pub(super) fn checked(input: &RuleInput, now_ms: i64) -> Result<(ScheduleRule, Option<i64>), AppError> {
    let name = one_line(&input.name, NAME_MAX).ok_or_else(|| {
        let why = format!("A schedule needs a name of 1 to {NAME_MAX} characters on one line");
        AppError::invalid("schedule.name", why)
    })?;
    let keep = [input.keep.last, input.keep.days, input.keep.weeks, input.keep.months];
    if keep.into_iter().flatten().any(|number| number == 0 || number > KEEP_MAX) {
        let why = format!("A rule keeps 1 to {KEEP_MAX} sets");
        return Err(AppError::invalid("schedule.keep", why).hint("Leave a rule empty that is not wanted"));
    }
    let selection = Selection::of(&input.types)?;
    let rule = ScheduleRule {
        name: name.to_owned(),
        types: selection.keys().into_iter().map(str::to_owned).collect(),
        cron: input.cron.split_whitespace().collect::<Vec<_>>().join(" "),
        zone: input.zone.trim().to_owned(),
        enabled: input.enabled,
        catch_up: input.catch_up,
        keep: input.keep,
    };
    let next = Slots::of(&rule)?.next_after(now_ms)?;
    Ok((rule, input.enabled.then_some(next)))
}

/// The slots of a rule.
pub(super) struct Slots {
    cron: Cron,
    zone: TimeZone,
}

impl Slots {
    pub(super) fn of(rule: &ScheduleRule) -> Result<Self, AppError> {
        let zone = TimeZone::get(&rule.zone).map_err(|_| {
            AppError::invalid("schedule.zone", "This server does not know that time zone")
                .hint("Use an IANA name such as Europe/Berlin")
        })?;
        Ok(Self { cron: parsed(&rule.cron)?, zone })
    }

    /// The first slot after that moment.
    pub(super) fn next_after(&self, moment_ms: i64) -> Result<i64, AppError> {
        self.cron.find_next_occurrence(&self.at(moment_ms)?, false).map(|slot| ms(&slot)).map_err(|_| never())
    }

    /// The last slot at or before that moment.
    pub(super) fn last_until(&self, moment_ms: i64) -> Result<i64, AppError> {
        self.cron.find_previous_occurrence(&self.at(moment_ms)?, true).map(|slot| ms(&slot)).map_err(|_| never())
    }

    fn at(&self, moment_ms: i64) -> Result<Zoned, AppError> {
        let moment = Timestamp::from_millisecond(moment_ms).map_err(AppError::internal)?;
        Ok(moment.to_zoned(self.zone.clone()))
    }
}

fn ms(slot: &Zoned) -> i64 {
    slot.timestamp().as_millisecond()
}

fn parsed(cron: &str) -> Result<Cron, AppError> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(cron).map_err(|_| {
        AppError::invalid("schedule.cron", "This is not a cron rule of five fields")
            .hint("Minute, hour, day of the month, month, day of the week: \"0 2 * * *\" is every day at 02:00")
    })
}

fn never() -> AppError {
    AppError::invalid("schedule.never", "This rule has no time that ever comes")
        .hint("Check the day and the month, for example 30 February")
}

/// "At 02:00": a rule in words; one that is none is shown as it is.
pub fn cron_in_words(cron: &str) -> String {
    parsed(cron).map_or_else(|_| cron.to_owned(), |cron| cron.describe().trim_end_matches('.').to_owned())
}

/// The next few slots, milliseconds since the Unix epoch; none when the rule is off.
pub fn upcoming(rule: &ScheduleRule, now_ms: i64, count: usize) -> Vec<i64> {
    if !rule.enabled {
        return Vec::new();
    }
    let Ok(slots) = Slots::of(rule) else { return Vec::new() };
    let first = slots.next_after(now_ms).ok();
    std::iter::successors(first, |slot| slots.next_after(*slot).ok()).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(cron: &str, zone: &str) -> RuleInput {
        RuleInput {
            name: "Nightly".into(),
            cron: cron.into(),
            zone: zone.into(),
            enabled: true,
            ..RuleInput::default()
        }
    }

    /// Slots after a moment, as local times.
    fn slots(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let after: Timestamp = after.parse().unwrap();
        let (rule, _) = checked(&rule(cron, zone), after.as_millisecond()).unwrap();
        let zone = TimeZone::get(zone).unwrap();
        upcoming(&rule, after.as_millisecond(), count)
            .into_iter()
            .map(|slot| {
                Timestamp::from_millisecond(slot)
                    .unwrap()
                    .to_zoned(zone.clone())
                    .strftime("%m-%d %H:%M %:z")
                    .to_string()
            })
            .collect()
    }

    #[test]
    fn a_time_that_the_clock_skips_fires_after_the_gap_once() {
        let found = slots("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 3);
        assert_eq!(found, ["03-28 03:00 +02:00", "03-29 02:30 +02:00", "03-30 02:30 +02:00"]);
    }

    #[test]
    fn a_time_that_the_clock_repeats_fires_once() {
        let found = slots("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(found, ["10-25 02:30 +02:00", "10-26 02:30 +01:00"]);
    }

    #[test]
    fn an_hourly_rule_follows_the_clock() {
        let gap = slots("0 * * * *", "Europe/Berlin", "2027-03-28T00:30:00Z", 2);
        assert_eq!(gap, ["03-28 03:00 +02:00", "03-28 04:00 +02:00"]);
        let overlap = slots("0 * * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", 2);
        assert_eq!(overlap, ["10-25 02:00 +01:00", "10-25 03:00 +01:00"]);
    }

    #[test]
    fn what_is_no_rule_is_refused_by_its_field() {
        let code = |input: RuleInput| checked(&input, 0).unwrap_err().code;
        assert_eq!(code(rule("every night", "UTC")), "schedule.cron");
        assert_eq!(code(rule("0 0 2 * * *", "UTC")), "schedule.cron");
        assert_eq!(code(rule("0 2 30 2 *", "UTC")), "schedule.never");
        assert_eq!(code(rule("0 2 * * *", "Middle/Earth")), "schedule.zone");
        assert_eq!(code(RuleInput { name: " ".into(), ..rule("0 2 * * *", "UTC") }), "schedule.name");
        let keep = Keep { last: Some(0), ..Keep::default() };
        assert_eq!(code(RuleInput { keep, ..rule("0 2 * * *", "UTC") }), "schedule.keep");
        assert_eq!(code(RuleInput { types: vec!["x".into()], ..rule("0 2 * * *", "UTC") }), "selection.unknown_type");
    }

    #[test]
    fn a_rule_is_told_in_words() {
        assert!(cron_in_words("0 2 * * *").contains("02:00"), "{}", cron_in_words("0 2 * * *"));
        assert_eq!(cron_in_words("nonsense"), "nonsense");
    }
}
