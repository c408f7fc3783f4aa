//! What a restore was about to write, and what came of it: an intent before each request, its outcome after it.

use model::ids::{RunId, TenantId};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use super::Restores;
use crate::db::Row;
use crate::db::sql::{id, sql};
use crate::ledger::hold_in;
use crate::{Lease, StoreError, TenantDb, blobs};

/// A request that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteIntent {
    /// Its method and path below the version, as they are sent.
    pub request: String,
    /// The hash of the object's content as it was read just before; absent when there is none yet.
    pub before: Option<String>,
    /// The code of the approval that the request is repeated with.
    pub approval: Option<String>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum WriteResult {
    /// It took effect.
    Made,
    /// It certainly did not.
    NotMade,
    /// Nobody can say.
    Unknown,
    /// Somebody has to approve it first.
    Approval,
}

/// What came of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteOutcome {
    /// Our code for what went wrong.
    pub code: Option<String>,
    /// The id of the object that it made.
    pub made: Option<String>,
    /// The code of the approval that it waits for.
    pub approval: Option<String>,
}

/// One request of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteRow {
    /// The plan's item.
    pub item: u32,
    /// The item's request, from 0.
    pub step: u32,
    /// Which try at it, from 1.
    pub attempt: u32,
    /// What was about to be sent.
    pub intent: WriteIntent,
    /// Milliseconds since the Unix epoch.
    pub intent_at: i64,
    /// What came of it; absent while nobody knows.
    pub ended: Option<(WriteResult, WriteOutcome)>,
}

impl Restores<'_> {
    /// Records what is about to be sent; only then may it be.
    pub async fn intend(
        &self,
        lease: &Lease,
        (item, step, attempt): (u32, u32, u32),
        intent: &WriteIntent,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("restores.intend").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let (body, bytes) = self.sealed(&place(self.0.tenant(), lease.run, item, step, attempt, "intent"), intent);
        let insert = sql!(
            "insert into restore_writes (run_id, item, step, attempt, tenant_id, intent_at, intent, intent_bytes) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            id(lease.run),
            i64::from(item),
            i64::from(step),
            i64::from(attempt),
            self.0.tenant_arg(),
            held.now,
            body,
            bytes,
        );
        tx.execute(insert).await?;
        tx.commit().await
    }

    /// Records what came of it. What was called unknown may turn out to be made or not; what is certain stays.
    pub async fn ended(
        &self,
        lease: &Lease,
        (item, step, attempt): (u32, u32, u32),
        result: WriteResult,
        outcome: &WriteOutcome,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("restores.ended").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let (body, bytes) = self.sealed(&place(self.0.tenant(), lease.run, item, step, attempt, "outcome"), outcome);
        let update = sql!(
            "update restore_writes set result = $5, outcome = $6, outcome_bytes = $7, ended_at = $8 \
             where run_id = $1 and item = $2 and step = $3 and attempt = $4 and (result is null or result in ('unknown', 'approval'))",
            id(lease.run),
            i64::from(item),
            i64::from(step),
            i64::from(attempt),
            result.to_string(),
            body,
            bytes,
            held.now,
        );
        tx.execute(update).await?;
        tx.commit().await
    }

    /// Everything that a run was about to write, in that order.
    pub async fn writes(&self, run: RunId) -> Result<Vec<WriteRow>, StoreError> {
        let statement = sql!(
            "select * from restore_writes where run_id = $1 and tenant_id = $2 order by item, step, attempt",
            id(run),
            self.0.tenant_arg()
        );
        let rows = self.0.db.fetch("restore_writes", statement).await?;
        rows.iter().map(|row| write_row(&self.0, run, row)).collect()
    }

    /// As it is kept at that place, and its length before that.
    pub(super) fn sealed(&self, place: &str, plain: &impl Serialize) -> (Vec<u8>, usize) {
        let plain = serde_json::to_vec(plain).expect("what is kept is plain data");
        (blobs::pack(self.0.db, place, &plain), plain.len())
    }
}

fn write_row(of: &TenantDb<'_>, run: RunId, row: &Row) -> Result<WriteRow, StoreError> {
    let number = |name: &'static str| row.count(name).map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    let (item, step, attempt) = (number("item")?, number("step")?, number("attempt")?);
    let opened = |what: &'static str, body: &[u8], bytes: u64| {
        blobs::unpack(of.db, &place(of.tenant(), run, item, step, attempt, what), body, bytes)
    };
    let intent = opened("intent", &row.get::<Vec<u8>>("intent")?, row.count("intent_bytes")?)?;
    let ended = match row.get::<Option<String>>("result")? {
        None => None,
        Some(_) => {
            let plain = opened("outcome", &row.get::<Vec<u8>>("outcome")?, row.count("outcome_bytes")?)?;
            let outcome = serde_json::from_slice(&plain).map_err(|_| StoreError::Undecryptable)?;
            Some((row.word("result")?, outcome))
        }
    };
    let intent = serde_json::from_slice(&intent).map_err(|_| StoreError::Undecryptable)?;
    Ok(WriteRow { item, step, attempt, intent, intent_at: row.get("intent_at")?, ended })
}

/// Authenticated with the row: one moved to another request, run or tenant does not decrypt.
fn place(tenant: TenantId, run: RunId, item: u32, step: u32, attempt: u32, what: &str) -> String {
    format!("restore_writes/{tenant}/{run}/{item}/{step}/{attempt}/{what}")
}
