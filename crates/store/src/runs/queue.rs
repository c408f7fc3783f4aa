//! Why a queued run is not running: the sentences that everybody reads who waits for one.

use std::collections::{BTreeMap, HashSet};

use model::run::{Reason, Status};

use super::{RunRow, Runs};
use crate::db::sql::sql;
use crate::ledger::TENANT_READS_MAX;
use crate::nodes::{self, NodeRow};
use crate::{Pause, StoreError, limits};

/// What keeps queued runs of one tenant back.
pub(super) struct Queue {
    pauses: Vec<Pause>,
    nodes: Vec<NodeRow>,
    limits: BTreeMap<String, i64>,
    /// Of this tenant: the label of the one that writes.
    writer: Option<String>,
    /// Of this tenant.
    reads: i64,
    /// In all.
    running: BTreeMap<String, i64>,
}

impl Runs<'_> {
    /// Puts the reason into each run that is queued.
    pub(super) async fn explain(&self, rows: &mut [RunRow]) -> Result<(), StoreError> {
        if !rows.iter().any(|row| row.status == Status::Queued) {
            return Ok(());
        }
        let queue = self.queue().await?;
        for row in rows.iter_mut().filter(|row| row.status == Status::Queued) {
            row.paused = queue.pause(row).is_some();
            row.reason = queue.why(row).or_else(|| row.reason.take());
        }
        Ok(())
    }

    async fn queue(&self) -> Result<Queue, StoreError> {
        let mut queue = Queue {
            pauses: self.0.pauses().await?,
            nodes: self.0.db.nodes().list(nodes::ALIVE_MS).await?,
            limits: self.0.db.limits().list().await?,
            writer: None,
            reads: 0,
            running: BTreeMap::new(),
        };
        let statement = sql!(
            "select type, count(*) as runs, count(case when tenant_id = $1 and not writes then 1 end) as reads, \
             max(case when tenant_id = $1 and writes then label end) as writer \
             from operation_runs where status = 'running' group by type",
            self.0.tenant_arg(),
        );
        for row in self.0.db.fetch("operation_runs", statement).await? {
            queue.reads += row.get::<i64>("reads")?;
            queue.writer = row.get::<Option<String>>("writer")?.or(queue.writer);
            queue.running.insert(row.get("type")?, row.get("runs")?);
        }
        Ok(queue)
    }
}

impl Queue {
    fn pause(&self, run: &RunRow) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.covers(&run.run_type))
    }

    /// The first thing that would have to change; nothing while it is only its turn that is missing.
    fn why(&self, run: &RunRow) -> Option<Reason> {
        if let Some(pause) = self.pause(run) {
            let what = if pause.tenant.is_none() { " for all tenants" } else { "" };
            let sentence = format!("Paused{what} by {}: {}", pause.paused_by_name, pause.reason);
            return Some(Reason::new("paused", sentence));
        }
        if run.available_at > run.database_now_ms {
            return None;
        }
        self.without_a_worker(run).or_else(|| self.at_a_limit(run))
    }

    fn without_a_worker(&self, run: &RunRow) -> Option<Reason> {
        let workers: Vec<_> = self.nodes.iter().filter(|node| node.slots > 0).collect();
        let knows: HashSet<&str> = workers.iter().flat_map(|node| node.types.iter().map(String::as_str)).collect();
        if workers.is_empty() {
            return Some(Reason::new("no_worker", "Waiting for a worker: none is running"));
        }
        (!knows.contains(run.run_type.as_str())).then(|| {
            Reason::new(
                "no_handler",
                "No running worker knows this kind of operation. Upgrade the workers, or cancel it",
            )
        })
    }

    fn at_a_limit(&self, run: &RunRow) -> Option<Reason> {
        if let (true, Some(writer)) = (run.writes, &self.writer) {
            let sentence = format!("Waiting because “{writer}” is writing to this tenant. One writes at a time");
            return Some(Reason::new("tenant_busy", sentence));
        }
        let most_reads = self.limits.get(limits::TENANT_READS).copied().unwrap_or(TENANT_READS_MAX);
        if !run.writes && self.reads >= most_reads {
            return Some(limit("this tenant", most_reads));
        }
        let of_type = self.running.get(&run.run_type).copied().unwrap_or(0);
        if let Some(most) = self.limits.get(&run.run_type).filter(|most| of_type >= **most) {
            return Some(limit("this kind", *most));
        }
        let all: i64 = self.running.values().sum();
        if let Some(most) = self.limits.get(limits::ALL).filter(|most| all >= **most) {
            return Some(limit("all tenants together", *most));
        }
        let places: i64 = self.nodes.iter().map(|node| node.slots).sum();
        (all >= places)
            .then(|| Reason::new("workers_busy", format!("Waiting for a place: the workers have {places}, all taken")))
    }
}

fn limit(of: &str, most: i64) -> Reason {
    Reason::new("limit_reached", format!("Waiting for a place: at most {most} runs of {of} are running at a time"))
}
