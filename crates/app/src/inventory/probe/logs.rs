//! Reading both logs since the last probe, and how far they are read afterwards.

use std::collections::HashMap;

use engine::RunCtx;
use graph::{GraphError, TenantGraph};
use model::change::{ChangeLog, EventMark};
use model::run::ItemOutcome;
use store::{HandledLog, ItemRecord, StoreError};

use crate::inventory::told::Told;

/// An event may be listed so much later than it happened, and Microsoft's clock, by which it is dated, may differ so much
/// from the database's; in milliseconds.
const OVERLAP_MS: i64 = 10 * 60 * 1000;
/// A log that was never read is not asked for what is older, in milliseconds.
const FIRST_MS: i64 = 24 * 60 * 60 * 1000;

/// What the logs told, and which could not be read.
pub(super) struct Logs {
    pub(super) read: Vec<Told>,
    pub(super) unread: Vec<(ChangeLog, GraphError)>,
}

/// Reads each since it was last read; what was handled then is not met again.
pub(super) async fn read(ctx: &RunCtx, graph: &TenantGraph) -> Result<Logs, StoreError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let probes = tenant.probes();
    let known: HashMap<ChangeLog, i64> = probes.logs().await?.into_iter().map(|log| (log.log, log.read_from)).collect();
    let first = first_from(ctx).await?;
    let mut logs = Logs { read: Vec::new(), unread: Vec::new() };
    for log in ChangeLog::ALL {
        let handled = probes.handled(log).await?;
        match Told::read(graph, log, known.get(&log).copied().unwrap_or(first), &handled).await {
            Ok(told) => logs.read.push(told),
            Err(error) => logs.unread.push((log, error)),
        }
    }
    Ok(logs)
}

/// The first probe looks back to when the oldest of the types was read: what changed since is not known yet.
async fn first_from(ctx: &RunCtx) -> Result<i64, StoreError> {
    let now = ctx.run.database_now_ms;
    let coverage = ctx.db.tenant(&ctx.scope).inventory().coverage().await?;
    let oldest = coverage.iter().map(|row| row.at).min().unwrap_or(now);
    Ok(oldest.max(now - FIRST_MS) - OVERLAP_MS)
}

/// Where the next reading of a log begins that is handled but for events from `left` on.
pub(super) fn handled(ctx: &RunCtx, told: Told, left: Option<i64>, events: Vec<(EventMark, i64)>) -> HandledLog {
    let read_from = reaches(ctx, &told).min(left.unwrap_or(i64::MAX)) - OVERLAP_MS;
    HandledLog { log: told.log, read_from, events }
}

/// How far the log goes. Its latest event and not our clock says so; of a quiet one we know that there was nothing until a
/// little while ago, and one from the future must not hide what comes before it.
fn reaches(ctx: &RunCtx, told: &Told) -> i64 {
    let now = ctx.run.database_now_ms;
    told.latest.unwrap_or(i64::MIN).clamp(now - OVERLAP_MS, now + OVERLAP_MS)
}

/// Where it begins after everything that was told went to a sync, which reads the log itself: behind the latest event, so
/// that it is not met again.
pub(super) fn passed_on(ctx: &RunCtx, told: Told) -> HandledLog {
    if told.too_much {
        let read_from = reaches(ctx, &told) + 1;
        return HandledLog { log: told.log, read_from, events: Vec::new() };
    }
    handled_by_a_sync(ctx, told)
}

/// The other log told of little: all of it is handled, too.
fn handled_by_a_sync(ctx: &RunCtx, mut told: Told) -> HandledLog {
    let mut events = std::mem::take(&mut told.nameless);
    let named = told.objects.values().flat_map(|named| &named.changes);
    events.extend(named.map(|change| (change.mark(), change.author.at)));
    handled(ctx, told, None, events)
}

/// Says that a log was not read. The directory's is an offer: without its permission there is less to see, and nothing
/// wrong.
pub(super) fn unread(log: ChangeLog, error: &GraphError) -> ItemRecord {
    let (label, without) = match log {
        ChangeLog::Intune => ("Intune audit log", "changes in Intune are found by the next sync only"),
        ChangeLog::Directory => {
            ("Directory audit log", "changes of Conditional Access and the directory are found by the next sync only")
        }
    };
    let refused = log == ChangeLog::Directory && error.code == "graph.permission_denied";
    ItemRecord {
        key: format!("log/{log}"),
        label: label.to_owned(),
        kind: "Audit log".to_owned(),
        outcome: if refused { ItemOutcome::Skipped } else { ItemOutcome::Failed },
        code: Some(error.code.to_owned()),
        message: Some(format!("{}. Without it {without}. {}", error.message.trim_end_matches('.'), error.hint)),
        detail: None,
    }
}
