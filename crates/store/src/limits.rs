//! Limits on what runs at the same time, over all nodes.

use std::collections::BTreeMap;

use model::AppError;

use crate::db::Tx;
use crate::db::sql::sql;
use crate::{Actor, AuditEntry, Db, StoreError, audit};

/// The limit on all running runs together.
pub const ALL: &str = "all";
/// The limit on one tenant's reading runs.
pub const TENANT_READS: &str = "tenant_reads";

/// All limits.
pub struct Limits(Db);

impl Db {
    /// All limits.
    pub fn limits(&self) -> Limits {
        Limits(self.clone())
    }
}

impl Limits {
    /// Those that are set, by name: a run type, [`ALL`] or [`TENANT_READS`].
    pub async fn list(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows = self.0.fetch("run_limits", sql!("select name, running_max from run_limits")).await?;
        rows.iter().map(|row| Ok((row.get("name")?, row.get("running_max")?))).collect()
    }

    /// Sets limits, or lifts those without a number, all or none. The caller has checked that each name is one of those
    /// and that it is a platform administrator or the operator of the machine. Audited.
    pub async fn set(
        &self,
        changes: &[(&str, Option<u32>)],
        actor: &Actor,
        address: Option<&str>,
    ) -> Result<(), AppError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut tx = self.0.begin_choice("limits.set").await?;
        let at = audit::now(&mut tx).await?;
        for (name, running_max) in changes {
            write(&mut tx, name, *running_max, actor, at).await?;
        }
        let entries = changes.iter().map(|(name, running_max)| AuditEntry {
            tenant: None,
            actor: actor.clone(),
            address: address.map(str::to_owned),
            action: "limit.set".into(),
            object: Some((*name).to_owned()),
            run: None,
            outcome: "succeeded".into(),
            detail: Some(running_max.map_or_else(|| "no limit".to_owned(), |most| format!("at most {most}"))),
        });
        audit::append(&mut tx, self.0.ambient(), at, entries.collect()).await?;
        self.0.commit_runs(tx, true).await?;
        Ok(())
    }
}

async fn write(tx: &mut Tx, name: &str, running_max: Option<u32>, actor: &Actor, at: i64) -> Result<(), StoreError> {
    let statement = match running_max {
        Some(most) => sql!(
            "insert into run_limits (name, running_max, set_by_name, set_at) values ($1, $2, $3, $4) \
             on conflict (name) do update set running_max = excluded.running_max, \
             set_by_name = excluded.set_by_name, set_at = excluded.set_at",
            name,
            i64::from(most),
            &actor.name,
            at,
        ),
        None => sql!("delete from run_limits where name = $1", name),
    };
    tx.execute(statement).await?;
    Ok(())
}
