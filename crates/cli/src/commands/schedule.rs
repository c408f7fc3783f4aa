//! `tenantatlas schedule …`

use app::backups::schedules::{
    RuleInput, create_schedule, cron_in_words, remove_schedule, start_now, start_retry, upcoming,
};
use app::inventory::probe::choose_probe;
use app::starting::Extra;
use model::AppError;
use serde_json::json;
use store::{Keep, Schedule, SlotRow};

use crate::args::{self, OneRun, OneSchedule, OneTenant, ScheduleCreate};
use crate::exit::Exit;
use crate::session::Session;
use crate::when;

/// Times ahead that are shown.
const AHEAD: usize = 5;
/// Decided times that are shown.
const SLOTS: usize = 20;

/// Dispatches.
pub(crate) async fn run(args: args::Schedule, session: &Session) -> Result<Exit, AppError> {
    match args {
        args::Schedule::List(tenant) => list(tenant, session).await,
        args::Schedule::Show(one) => show(one, session).await,
        args::Schedule::Create(create) => make(create, session).await,
        args::Schedule::Remove(one) => remove(one, session).await,
        args::Schedule::Probe { tenant, every, off } => probe(tenant, every, off, session).await,
        args::Schedule::Run { schedule, waiting } => {
            let scope = session.scope(&schedule.tenant.tenant).await?;
            let started = start_now(&session.db, &scope, schedule.schedule, Extra::default()).await?;
            session.follow_started(&scope, &started, waiting).await
        }
        args::Schedule::Retry { run: OneRun { run }, waiting } => {
            let scope = session.scope_of_run(run).await?;
            let started = start_retry(&session.db, &scope, None, run, Extra::default()).await?;
            session.follow_started(&scope, &started, waiting).await
        }
    }
}

async fn list(tenant: OneTenant, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let schedules = session.db.tenant(&scope).schedules().list().await?;
    if session.output.is_json() {
        session.output.document(&schedules.iter().map(document).collect::<Vec<_>>());
        return Ok(Exit::Success);
    }
    let columns = [("schedule", "SCHEDULE"), ("name", "NAME"), ("when", "WHEN"), ("zone", "ZONE"), ("next", "NEXT")];
    let rows = schedules.iter().map(|schedule| {
        let next = schedule.next_slot_at.map_or_else(|| "switched off".to_owned(), when::exact);
        let rule = &schedule.rule;
        vec![schedule.id.to_string(), rule.name.clone(), cron_in_words(&rule.cron), rule.zone.clone(), next]
    });
    let empty = "No schedule yet. Make one with: tenantatlas schedule create";
    session.output.rows(&columns, rows.collect(), empty);
    Ok(Exit::Success)
}

async fn show(one: OneSchedule, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&one.tenant.tenant).await?;
    let schedules = session.db.tenant(&scope).schedules();
    let schedule = schedules.get(one.schedule).await?;
    let slots = schedules.slots(one.schedule, SLOTS).await?;
    session
        .output
        .document(&json!({ "schedule": document(&schedule), "slots": slots.iter().map(slot).collect::<Vec<_>>() }));
    let rule = &schedule.rule;
    session.output.line(format!("{}: {} ({}), {}", rule.name, cron_in_words(&rule.cron), rule.cron, rule.zone));
    for next in upcoming(rule, schedule.database_now_ms, AHEAD) {
        session.output.line(format!("  next     {}", when::exact(next)));
    }
    for slot in &slots {
        let became = match (&slot.run, &slot.reason) {
            (Some(run), _) => format!("started {run}"),
            (None, Some(why)) => format!("skipped. {} [{}]", why.sentence, why.code),
            (None, None) => "skipped".to_owned(),
        };
        session.output.line(format!("  {}  {became}", when::exact(slot.slot_at)));
    }
    Ok(Exit::Success)
}

async fn make(create: ScheduleCreate, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&create.tenant.tenant).await?;
    let input = RuleInput {
        name: create.name,
        types: create.types,
        cron: create.cron,
        zone: create.zone,
        enabled: true,
        catch_up: create.catch_up,
        keep: Keep {
            last: create.keep_last,
            days: create.keep_days,
            weeks: create.keep_weeks,
            months: create.keep_months,
        },
    };
    let schedule = create_schedule(&session.db, &scope, &input).await?;
    let made = session.db.tenant(&scope).schedules().get(schedule).await?;
    session.output.document(&document(&made));
    session.output.line(format!("Made: {schedule}"));
    if let Some(next) = made.next_slot_at {
        session.output.line(format!("First backup: {}. A worker must be running then.", when::exact(next)));
    }
    Ok(Exit::Success)
}

async fn remove(one: OneSchedule, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&one.tenant.tenant).await?;
    remove_schedule(&session.db, &scope, one.schedule).await?;
    session.output.document(&json!({ "removed": one.schedule }));
    session.output.line("Removed. The sets that it made stay.");
    Ok(Exit::Success)
}

async fn probe(tenant: OneTenant, every: Option<u32>, off: bool, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    if every.is_some() || off {
        choose_probe(&session.db, &scope, every).await?;
    }
    let probes = session.db.tenant(&scope).probes();
    let (choice, logs) = (probes.choice().await?, probes.logs().await?);
    let (minutes, next) = choice.map_or((None, None), |choice| (choice.every_minutes, choice.next_at));
    let read: Vec<_> =
        logs.iter().map(|log| json!({ "log": log.log, "read_at_ms": log.read_at, "run": log.run })).collect();
    session.output.document(&json!({ "every_minutes": minutes, "next_at_ms": next, "logs": read }));
    session.output.line(match (minutes, next) {
        (Some(minutes), Some(next)) => {
            format!("Looks for changes every {minutes} minutes, next at {}", when::exact(next))
        }
        _ => "Does not look for changes. Switch it on with: tenantatlas schedule probe TENANT --every 5".to_owned(),
    });
    for log in &logs {
        session.output.line(format!("  {} log read {}", log.log, when::exact(log.read_at)));
    }
    Ok(Exit::Success)
}

fn document(schedule: &Schedule) -> serde_json::Value {
    let rule = &schedule.rule;
    json!({
        "id": schedule.id,
        "name": rule.name,
        "types": rule.types,
        "cron": rule.cron,
        "zone": rule.zone,
        "enabled": rule.enabled,
        "catch_up": rule.catch_up,
        "keep": { "last": rule.keep.last, "days": rule.keep.days, "weeks": rule.keep.weeks, "months": rule.keep.months },
        "next_slot_at_ms": schedule.next_slot_at,
    })
}

fn slot(slot: &SlotRow) -> serde_json::Value {
    json!({ "slot_at_ms": slot.slot_at, "run": slot.run, "reason": slot.reason })
}
