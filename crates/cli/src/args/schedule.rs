//! `tenantatlas schedule …`

use clap::{Args, Subcommand};

use super::{OneRun, OneTenant, Waiting};

/// `schedule …`
#[derive(Debug, Subcommand)]
pub(crate) enum Schedule {
    /// The schedules of a tenant.
    List(OneTenant),
    /// One schedule: its rule, its next times, what became of the last ones.
    Show(OneSchedule),
    /// Make a schedule.
    Create(ScheduleCreate),
    /// Remove a schedule; its sets stay.
    Remove(OneSchedule),
    /// How often a tenant is looked at for changes: shown, or chosen.
    Probe {
        /// The tenant.
        #[command(flatten)]
        tenant: OneTenant,
        /// Look every so many minutes.
        #[arg(long, value_name = "MINUTES")]
        every: Option<u32>,
        /// Do not look any more.
        #[arg(long, conflicts_with = "every")]
        off: bool,
    },
    /// Run a schedule now; every call is a run of its own.
    Run {
        /// The schedule.
        #[command(flatten)]
        schedule: OneSchedule,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Repeat a run of a schedule that was not wholly good.
    Retry {
        /// The run.
        #[command(flatten)]
        run: OneRun,
        /// Waiting.
        #[command(flatten)]
        waiting: Waiting,
    },
}

/// Names one schedule.
#[derive(Debug, Args)]
pub(crate) struct OneSchedule {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// The schedule (sch_…).
    pub(crate) schedule: model::ids::ScheduleId,
}

/// `schedule create`
#[derive(Debug, Args)]
pub(crate) struct ScheduleCreate {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// Name to show.
    #[arg(long)]
    pub(crate) name: String,
    /// Cron rule: minute, hour, day of the month, month, day of the week. "0 2 * * *" is every day at 02:00.
    #[arg(long)]
    pub(crate) cron: String,
    /// Time zone, for example Europe/Berlin.
    #[arg(long, default_value = "UTC")]
    pub(crate) zone: String,
    /// Only these configuration types (default: all).
    #[arg(long = "type", value_name = "KEY")]
    pub(crate) types: Vec<String>,
    /// When no worker was running, run the latest missed time late.
    #[arg(long)]
    pub(crate) catch_up: bool,
    /// Keep the newest sets.
    #[arg(long, value_name = "N")]
    pub(crate) keep_last: Option<u32>,
    /// Keep one set of each day, for so many days.
    #[arg(long, value_name = "N")]
    pub(crate) keep_days: Option<u32>,
    /// Keep one set of each week, for so many weeks.
    #[arg(long, value_name = "N")]
    pub(crate) keep_weeks: Option<u32>,
    /// Keep one set of each month, for so many months.
    #[arg(long, value_name = "N")]
    pub(crate) keep_months: Option<u32>,
}
