//! Backup schedules and their slots. A slot is decided once: started, in the transaction that starts its run, or
//! skipped, with the reason.

use model::AppError;
use model::ids::{RunId, ScheduleId, TenantId};
use model::run::Reason;

use crate::db::sql::{Arg, Builder, Statement, id, sql};
use crate::db::{Row, Tx};
use crate::{Db, StoreError, TenantDb, audit};

/// What a person decides about a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRule {
    /// As a person reads it.
    pub name: String,
    /// Type keys, sorted; never empty.
    pub types: Vec<String>,
    /// Five fields: minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// IANA name.
    pub zone: String,
    /// Whether slots fire.
    pub enabled: bool,
    /// Whether the latest missed slot runs late.
    pub catch_up: bool,
    /// See [`Keep`].
    pub keep: Keep,
}

/// How many sets of a schedule stay; a rule that is absent keeps nothing, and without any rule everything stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// The newest ones.
    pub last: Option<u32>,
    /// The newest of each of so many days that have one.
    pub days: Option<u32>,
    /// The same for weeks, from Monday.
    pub weeks: Option<u32>,
    /// The same for months.
    pub months: Option<u32>,
}

impl Keep {
    /// Whether everything stays.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// One schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Sorts by creation.
    pub id: ScheduleId,
    /// Its tenant.
    pub tenant: TenantId,
    /// What a person decided.
    pub rule: ScheduleRule,
    /// Present exactly while it is enabled; milliseconds since the Unix epoch.
    pub next_slot_at: Option<i64>,
    /// Who made it, with the name as it was then.
    pub created_by_name: String,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
    /// The database's clock when this was read.
    pub database_now_ms: i64,
}

/// A decided slot.
#[derive(Debug, Clone)]
pub struct SlotRow {
    /// When it was due, milliseconds since the Unix epoch.
    pub slot_at: i64,
    /// When it was decided.
    pub decided_at: i64,
    /// The run that it started; absent when it was skipped.
    pub run: Option<RunId>,
    /// Why it was skipped.
    pub reason: Option<Reason>,
}

/// A slot of a schedule, as a run is started for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The schedule.
    pub schedule: ScheduleId,
    /// When it is due, milliseconds since the Unix epoch.
    pub at: i64,
}

impl Schedule {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let number = |column| Ok::<_, StoreError>(row.get::<Option<i64>>(column)?.and_then(|n| u32::try_from(n).ok()));
        Ok(Self {
            id: row.id("id")?,
            tenant: row.id("tenant_id")?,
            rule: ScheduleRule {
                name: row.get("name")?,
                types: row.json("types")?,
                cron: row.get("cron")?,
                zone: row.get("zone")?,
                enabled: row.get("enabled")?,
                catch_up: row.get("catch_up")?,
                keep: Keep {
                    last: number("keep_last")?,
                    days: number("keep_days")?,
                    weeks: number("keep_weeks")?,
                    months: number("keep_months")?,
                },
            },
            next_slot_at: row.get("next_slot_at")?,
            created_by_name: row.get("created_by_name")?,
            created_at: row.get("created_at")?,
            database_now_ms: row.get("now")?,
        })
    }
}

/// One tenant's schedules.
pub struct Schedules<'a>(pub(crate) TenantDb<'a>);

impl Schedules<'_> {
    /// All, by name.
    pub async fn list(&self) -> Result<Vec<Schedule>, StoreError> {
        let statement = sql!(
            "select s.*, now_ms() as now from backup_schedules s where tenant_id = $1 order by lower(name), id",
            self.0.tenant_arg()
        );
        self.0.db.fetch("backup_schedules", statement).await?.iter().map(Schedule::from_row).collect()
    }

    /// One.
    pub async fn get(&self, schedule: ScheduleId) -> Result<Schedule, AppError> {
        let statement = sql!(
            "select s.*, now_ms() as now from backup_schedules s where tenant_id = $1 and id = $2",
            self.0.tenant_arg(),
            id(schedule)
        );
        let rows = self.0.db.fetch("backup_schedules", statement).await?;
        Ok(Schedule::from_row(rows.first().ok_or_else(AppError::not_found)?)?)
    }

    /// Its decided slots, newest first.
    pub async fn slots(&self, schedule: ScheduleId, limit: usize) -> Result<Vec<SlotRow>, StoreError> {
        let statement = sql!(
            "select l.* from schedule_slots l join backup_schedules s on s.id = l.schedule_id \
             where l.schedule_id = $1 and s.tenant_id = $2 order by l.slot_at desc limit $3",
            id(schedule),
            self.0.tenant_arg(),
            limit,
        );
        let rows = self.0.db.fetch("schedule_slots", statement).await?;
        rows.iter()
            .map(|row| {
                let code = row.get::<Option<String>>("reason_code")?;
                let sentence = row.get::<Option<String>>("reason_sentence")?.unwrap_or_default();
                Ok(SlotRow {
                    slot_at: row.get("slot_at")?,
                    decided_at: row.get("decided_at")?,
                    run: row.optional_id("run_id")?,
                    reason: code.map(|code| Reason { code, sentence }),
                })
            })
            .collect()
    }

    /// Makes one. The caller has checked the capability, the rule and the next slot. Audited.
    pub async fn create(&self, rule: &ScheduleRule, next_slot_at: Option<i64>) -> Result<ScheduleId, AppError> {
        let schedule: ScheduleId = self.0.db.ambient().id();
        let mut tx = self.0.db.begin("schedules.create").await?;
        let at = audit::now(&mut tx).await?;
        let mut insert = Builder::new(
            "insert into backup_schedules (name, types, cron, zone, enabled, catch_up, keep_last, keep_days, keep_weeks, \
             keep_months, next_slot_at, id, tenant_id, created_by_name, created_at) values (",
        );
        insert.with("{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, ", decided(rule, next_slot_at));
        let actor = &self.0.scope.actor().name;
        insert.with("{}, {}, {}, {})", [id(schedule).into(), self.0.tenant_arg().into(), actor.into(), at.into()]);
        tx.execute(insert.statement()).await?;
        self.done(tx, at, "schedule.create", schedule, &rule.name).await?;
        Ok(schedule)
    }

    /// Changes one; what was decided stays. Audited.
    pub async fn change(
        &self,
        schedule: ScheduleId,
        rule: &ScheduleRule,
        next_slot_at: Option<i64>,
    ) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("schedules.change").await?;
        let at = audit::now(&mut tx).await?;
        let mut update = Builder::new("update backup_schedules set ");
        update.with(
            "name = {}, types = {}, cron = {}, zone = {}, enabled = {}, catch_up = {}, keep_last = {}, keep_days = {}, \
             keep_weeks = {}, keep_months = {}, next_slot_at = {}",
            decided(rule, next_slot_at),
        );
        update.with(" where id = {} and tenant_id = {}", [id(schedule).into(), self.0.tenant_arg().into()]);
        if tx.execute(update.statement()).await? == 0 {
            return Err(AppError::not_found());
        }
        self.done(tx, at, "schedule.change", schedule, &rule.name).await
    }

    /// Removes one with its slots; its sets stay. Audited.
    pub async fn remove(&self, schedule: ScheduleId) -> Result<(), AppError> {
        let name = self.get(schedule).await?.rule.name;
        let mut tx = self.0.db.begin("schedules.remove").await?;
        let at = audit::now(&mut tx).await?;
        let delete =
            sql!("delete from backup_schedules where id = $1 and tenant_id = $2", id(schedule), self.0.tenant_arg());
        if tx.execute(delete).await? == 0 {
            return Err(AppError::not_found());
        }
        self.done(tx, at, "schedule.remove", schedule, &name).await
    }

    async fn done(&self, mut tx: Tx, at: i64, action: &str, schedule: ScheduleId, name: &str) -> Result<(), AppError> {
        let entry = self.0.entry(action, Some(schedule.to_string()), "succeeded", Some(name.to_owned()));
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records slots as skipped and sets the next one, unless another scheduler has done so. A slot that is decided stays
    /// as it is.
    pub async fn skip(&self, schedule: &Schedule, slots: &[i64], why: &Reason, next: i64) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("schedules.skip").await?;
        let at = audit::now(&mut tx).await?;
        if !slots.is_empty() {
            let mut insert = Builder::new(
                "insert into schedule_slots (schedule_id, slot_at, decided_at, reason_code, reason_sentence) ",
            );
            insert.rows(slots.iter().map(|slot| {
                vec![
                    id(schedule.id).into(),
                    (*slot).into(),
                    at.into(),
                    why.code.as_str().into(),
                    why.sentence.as_str().into(),
                ]
            }));
            insert.text(" on conflict (schedule_id, slot_at) do nothing");
            tx.execute(insert.statement()).await?;
        }
        tx.execute(advance(schedule.id, schedule.next_slot_at, next)).await?;
        tx.commit().await
    }
}

/// What a person decides, in the order of the columns from `name` to `next_slot_at`.
fn decided(rule: &ScheduleRule, next_slot_at: Option<i64>) -> [Arg; 11] {
    [
        (&rule.name).into(),
        serde_json::to_string(&rule.types).expect("a list of texts is plain data").into(),
        (&rule.cron).into(),
        (&rule.zone).into(),
        rule.enabled.into(),
        rule.catch_up.into(),
        rule.keep.last.map(i64::from).into(),
        rule.keep.days.map(i64::from).into(),
        rule.keep.weeks.map(i64::from).into(),
        rule.keep.months.map(i64::from).into(),
        next_slot_at.into(),
    ]
}

/// The next slot, unless it was moved meanwhile.
fn advance(schedule: ScheduleId, from: Option<i64>, next: i64) -> Statement {
    sql!(
        "update backup_schedules set next_slot_at = $3 where id = $1 and next_slot_at = $2 and enabled",
        id(schedule),
        from,
        next,
    )
}

/// Decides a slot for the run that this transaction starts: false when it was decided before.
pub(crate) async fn take_slot(tx: &mut Tx, slot: Slot, run: RunId, at: i64) -> Result<bool, StoreError> {
    let insert = sql!(
        "insert into schedule_slots (schedule_id, slot_at, decided_at, run_id) values ($1, $2, $3, $4) \
         on conflict (schedule_id, slot_at) do nothing",
        id(slot.schedule),
        slot.at,
        at,
        id(run),
    );
    Ok(tx.execute(insert).await? > 0)
}

impl Db {
    /// Schedules of all tenants with a slot that is due, oldest first; for the scheduler.
    pub async fn due_schedules(&self, limit: usize) -> Result<Vec<Schedule>, StoreError> {
        let statement = sql!(
            "select s.*, now_ms() as now from backup_schedules s where next_slot_at <= now_ms() order by next_slot_at limit $1",
            limit,
        );
        self.fetch("backup_schedules", statement).await?.iter().map(Schedule::from_row).collect()
    }
}
