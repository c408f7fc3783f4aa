//! Backups at times that a tenant has chosen, and what of them stays.

mod fire;
mod manage;
pub mod now_run;
mod retain;
pub mod retry_run;
mod rule;
pub mod scheduled_run;
mod start;

pub use fire::{FireSchedules, fire_due};
pub use manage::{change_schedule, create_schedule, remove_schedule};
pub(super) use retain::retain;
pub use rule::{RuleInput, cron_in_words, upcoming};
pub use start::{start_now, start_retry};
