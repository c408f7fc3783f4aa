//! Change probes: when they are due, how far each audit log was read, and which of its events were handled since.

use std::collections::HashSet;

use model::AppError;
use model::change::{ChangeLog, EventMark};
use model::ids::{RunId, TenantId};

use crate::db::sql::{Builder, id, sql};
use crate::db::{Row, Tx};
use crate::ledger::hold_in;
use crate::{Db, Lease, StoreError, TenantDb, audit};

/// Rows per statement.
const ROWS_MAX: usize = 500;
/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60 * 1000;

/// What a tenant has chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeChoice {
    /// How often; absent while switched off.
    pub every_minutes: Option<u32>,
    /// When the next one is due, milliseconds since the Unix epoch.
    pub next_at: Option<i64>,
    /// Who chose that, with the name as it was then.
    pub chosen_by_name: String,
    /// When.
    pub chosen_at: i64,
}

/// A probe that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueProbe {
    /// Its tenant.
    pub tenant: TenantId,
    next_at: i64,
}

/// How far a log was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLog {
    /// Which.
    pub log: ChangeLog,
    /// The next reading begins here, by Microsoft's clock: what was handled since is remembered.
    pub read_from: i64,
    /// When it was read last.
    pub read_at: i64,
    /// The run that did.
    pub run: RunId,
}

/// A log that a run has handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandledLog {
    /// Which.
    pub log: ChangeLog,
    /// Where the next reading begins.
    pub read_from: i64,
    /// What was handled without an object being recorded: each event with its time.
    pub events: Vec<(EventMark, i64)>,
}

/// One tenant's change probes.
pub struct Probes<'a>(pub(crate) TenantDb<'a>);

impl Probes<'_> {
    /// What the tenant has chosen; absent before anybody did.
    pub async fn choice(&self) -> Result<Option<ProbeChoice>, StoreError> {
        let statement = sql!("select * from change_probes where tenant_id = $1", self.0.tenant_arg());
        let rows = self.0.db.fetch("change_probes", statement).await?;
        let choice = |row: &Row| {
            let minutes: Option<i64> = row.get("every_minutes")?;
            Ok(ProbeChoice {
                every_minutes: minutes.and_then(|minutes| u32::try_from(minutes).ok()),
                next_at: row.get("next_at")?,
                chosen_by_name: row.get("chosen_by_name")?,
                chosen_at: row.get("chosen_at")?,
            })
        };
        rows.first().map(choice).transpose()
    }

    /// From now on so often, the first one at once; none switches it off. The caller has checked the capability. Audited.
    pub async fn choose(&self, every_minutes: Option<u32>) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("probes.choose").await?;
        let at = audit::now(&mut tx).await?;
        let upsert = sql!(
            "insert into change_probes (tenant_id, every_minutes, next_at, chosen_by_name, chosen_at) \
             values ($1, $2, $3, $4, $5) on conflict (tenant_id) do update set every_minutes = excluded.every_minutes, \
             next_at = excluded.next_at, chosen_by_name = excluded.chosen_by_name, chosen_at = excluded.chosen_at",
            self.0.tenant_arg(),
            every_minutes.map(i64::from),
            every_minutes.map(|_| at),
            &self.0.scope.actor().name,
            at,
        );
        tx.execute(upsert).await?;
        let detail = every_minutes.map_or_else(|| "off".to_owned(), |minutes| format!("every {minutes} minutes"));
        let entry = self.0.entry("probe.choose", None, "succeeded", Some(detail));
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How far the logs were read, those that were.
    pub async fn logs(&self) -> Result<Vec<ReadLog>, StoreError> {
        let statement = sql!("select * from change_logs where tenant_id = $1 order by log", self.0.tenant_arg());
        let rows = self.0.db.fetch("change_logs", statement).await?;
        let read = |row: &Row| {
            Ok(ReadLog {
                log: row.word("log")?,
                read_from: row.get("read_from")?,
                read_at: row.get("read_at")?,
                run: row.id("run_id")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The events that were handled and may be met again.
    pub async fn handled(&self, log: ChangeLog) -> Result<HashSet<EventMark>, StoreError> {
        let statement = sql!(
            "select event_id, object_id from change_events where tenant_id = $1 and log = $2",
            self.0.tenant_arg(),
            log.to_string(),
        );
        let rows = self.0.db.fetch("change_events", statement).await?;
        let mark = |row: &Row| Ok(EventMark { event: row.get("event_id")?, object: row.get("object_id")? });
        rows.iter().map(mark).collect()
    }

    /// These logs are handled so far, in one transaction; what will not be met again is forgotten.
    pub async fn advance(&self, lease: &Lease, logs: Vec<HandledLog>) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("probes.advance").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        for HandledLog { log, read_from, events } in logs {
            let upsert = sql!(
                "insert into change_logs (tenant_id, log, read_from, read_at, run_id) values ($1, $2, $3, $4, $5) \
                 on conflict (tenant_id, log) do update set read_from = excluded.read_from, read_at = excluded.read_at, \
                 run_id = excluded.run_id",
                self.0.tenant_arg(),
                log.to_string(),
                read_from,
                held.now,
                id(lease.run),
            );
            tx.execute(upsert).await?;
            let forget = sql!(
                "delete from change_events where tenant_id = $1 and log = $2 and at < $3",
                self.0.tenant_arg(),
                log.to_string(),
                read_from,
            );
            tx.execute(forget).await?;
            let met_again = events.into_iter().filter(|(_, at)| *at >= read_from);
            remember(&mut tx, self.0.tenant(), met_again.map(|(event, at)| (log, event, at)).collect()).await?;
        }
        tx.commit().await
    }
}

/// Notes these events as handled.
pub(crate) async fn remember(
    tx: &mut Tx,
    tenant: TenantId,
    events: Vec<(ChangeLog, EventMark, i64)>,
) -> Result<(), StoreError> {
    for chunk in events.chunks(ROWS_MAX) {
        let mut insert = Builder::new("insert into change_events (tenant_id, log, event_id, object_id, at) ");
        insert.rows(chunk.iter().map(|(log, mark, at)| {
            vec![id(tenant).into(), log.to_string().into(), (&mark.event).into(), (&mark.object).into(), (*at).into()]
        }));
        insert.text(" on conflict (tenant_id, log, event_id, object_id) do nothing");
        tx.execute(insert.statement()).await?;
    }
    Ok(())
}

impl Db {
    /// Probes of all tenants that are due, oldest first; for the scheduler.
    pub async fn due_probes(&self, limit: usize) -> Result<Vec<DueProbe>, StoreError> {
        let statement = sql!(
            "select tenant_id, next_at from change_probes where next_at <= now_ms() order by next_at limit $1",
            limit,
        );
        let rows = self.fetch("change_probes", statement).await?;
        rows.iter().map(|row| Ok(DueProbe { tenant: row.id("tenant_id")?, next_at: row.get("next_at")? })).collect()
    }

    /// Moves the tenant's next probe on; false when another scheduler has done so. A probe that is then not started loses
    /// nothing: the next one reads from where the last one ended.
    pub async fn take_probe(&self, due: &DueProbe) -> Result<bool, StoreError> {
        let statement = sql!(
            "update change_probes set next_at = now_ms() + every_minutes * $3 \
             where tenant_id = $1 and next_at = $2",
            id(due.tenant),
            due.next_at,
            MINUTE_MS,
        );
        Ok(self.execute(statement).await? > 0)
    }
}
