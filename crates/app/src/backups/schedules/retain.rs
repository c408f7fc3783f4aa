//! Which sets of a schedule stay (spec 019, FR-004), and removing the others.

use std::collections::BTreeSet;

use engine::RunCtx;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::AppError;
use model::ids::{BackupSetId, ScheduleId};
use model::run::Reason;
use store::{BackupSet, BackupStatus, Keep};

/// Removes what no rule of the schedule keeps, that is not archived and that nothing works with. Called after a complete backup only; a schedule that is gone meanwhile
/// removes nothing.
pub(crate) async fn retain(ctx: &RunCtx, schedule: ScheduleId) -> Result<(), AppError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let schedule = match tenant.schedules().get(schedule).await {
        Ok(schedule) => schedule,
        Err(error) if error.kind == model::Kind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if schedule.rule.keep.is_all() {
        return Ok(());
    }
    let zone = TimeZone::get(&schedule.rule.zone).map_err(AppError::internal)?;
    let sets = tenant.backups().sealed_of(schedule.id).await?;
    let kept = kept(&sets, &schedule.rule.keep, &zone);
    let mut gone = 0;
    for set in sets.iter().filter(|set| !kept.contains(&set.id)) {
        // One in use stays; the backup after the next looks at it again.
        if tenant.backups().depends(set.id).await?.is_empty() {
            tenant.backups().remove(&ctx.lease, set.id, &format!("Rules of “{}”", schedule.rule.name)).await?;
            gone += 1;
        }
    }
    if gone > 0 {
        let words = if gone == 1 { "1 older set was".to_owned() } else { format!("{gone} older sets were") };
        let why = Reason::new("backup.retained", format!("{words} removed by the schedule's rules"));
        ctx.db.ledger().event(&ctx.lease, "retained", Some(why)).await?;
    }
    Ok(())
}

/// The sets that a rule keeps, and the newest complete one.
fn kept(sets: &[BackupSet], keep: &Keep, zone: &TimeZone) -> BTreeSet<BackupSetId> {
    let mut newest_first: Vec<_> = sets.iter().collect();
    newest_first.sort_by_key(|set| std::cmp::Reverse((set.created_at, set.id)));
    let mut kept: BTreeSet<_> = newest_first.iter().take(keep.last.unwrap_or(0) as usize).map(|set| set.id).collect();
    kept.extend(newest_first.iter().find(|set| set.status == BackupStatus::Complete).map(|set| set.id));
    for (periods, of) in [(keep.days, Period::Day), (keep.weeks, Period::Week), (keep.months, Period::Month)] {
        let mut seen = BTreeSet::new();
        for set in &newest_first {
            let Some(period) = of.holding(set.created_at, zone) else { continue };
            if seen.len() == periods.unwrap_or(0) as usize && !seen.contains(&period) {
                break;
            }
            if seen.insert(period) {
                kept.insert(set.id);
            }
        }
    }
    kept
}

#[derive(Clone, Copy)]
enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    /// The first day of the period that holds this moment.
    fn holding(self, at_ms: i64, zone: &TimeZone) -> Option<jiff::civil::Date> {
        let day = zone.to_datetime(Timestamp::from_millisecond(at_ms).ok()?).date();
        match self {
            Self::Day => Some(day),
            Self::Week => day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok(),
            Self::Month => Some(day.first_of_month()),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::ids::Id;

    use super::*;

    /// A set for each local date, by its position; those with a "!" are partial.
    fn sets(days: &[&str]) -> Vec<BackupSet> {
        let set = |(index, day): (usize, &&str)| {
            let at: jiff::civil::Date = day.trim_end_matches('!').parse().unwrap();
            let at = zone().to_timestamp(at.at(2, 0, 0, 0)).unwrap().as_millisecond();
            BackupSet {
                id: BackupSetId::from_uuid(uuid::Uuid::from_u128(index as u128 + 1)),
                run: model::ids::RunId::from_uuid(uuid::Uuid::from_u128(1)),
                name: (*day).to_owned(),
                creator_name: String::new(),
                status: if day.ends_with('!') { BackupStatus::Partial } else { BackupStatus::Complete },
                open: false,
                unread: serde_json::json!([]),
                items: 1,
                incomplete: 0,
                manifest_hash: None,
                created_at: at,
                sealed_at: Some(at),
                archived: None,
            }
        };
        days.iter().enumerate().map(set).collect()
    }

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(2))
    }

    fn names(days: &[&str], keep: Keep) -> Vec<String> {
        let sets = sets(days);
        let kept = kept(&sets, &keep, &zone());
        sets.iter().filter(|set| kept.contains(&set.id)).map(|set| set.name.clone()).collect()
    }

    #[test]
    fn each_rule_keeps_its_own_and_the_newest_complete_one_always_stays() {
        let days = ["2026-09-30", "2026-10-30", "2026-11-01", "2026-11-02", "2026-11-08", "2026-11-09", "2026-11-10"];
        assert_eq!(names(&days, Keep { last: Some(2), ..Keep::default() }), ["2026-11-09", "2026-11-10"]);
        assert_eq!(names(&days, Keep { days: Some(1), ..Keep::default() }), ["2026-11-10"]);
        // Weeks begin on Monday: 2 and 9 November 2026 are Mondays.
        let weeks = names(&days, Keep { weeks: Some(3), ..Keep::default() });
        assert_eq!(weeks, ["2026-11-01", "2026-11-08", "2026-11-10"]);
        let months = names(&days, Keep { months: Some(3), ..Keep::default() });
        assert_eq!(months, ["2026-09-30", "2026-10-30", "2026-11-10"]);
    }

    #[test]
    fn partial_sets_never_push_the_last_good_one_out() {
        let days = ["2026-11-01", "2026-11-02!", "2026-11-03!", "2026-11-04!"];
        assert_eq!(
            names(&days, Keep { last: Some(2), ..Keep::default() }),
            ["2026-11-01", "2026-11-03!", "2026-11-04!"]
        );
    }
}
