//! The JSON shapes of the command line: stable, with times in milliseconds since the Unix epoch.

use serde_json::{Value, json};
use store::{BackupSet, ItemRow, RunRow, TenantCard};

/// A tenant as its member sees it.
pub(crate) fn tenant(card: &TenantCard) -> Value {
    let last_sync = card
        .last_sync
        .as_ref()
        .map(|sync| json!({ "run": sync.run, "outcome": sync.outcome, "completed_at_ms": sync.completed_at }));
    json!({
        "tenant": card.tenant.id,
        "name": card.tenant.display_name,
        "domain": card.tenant.primary_domain,
        "directory_id": card.tenant.directory_id,
        "cloud": card.tenant.cloud,
        "state": card.tenant.state.to_string(),
        "role": card.role,
        "last_sync": last_sync,
        "active_runs": card.active_runs,
    })
}

/// A run.
pub(crate) fn run(row: &RunRow) -> Value {
    json!({
        "id": row.id,
        "type": row.run_type,
        "label": row.label,
        "target": row.target,
        "status": row.status,
        "outcome": row.outcome,
        "initiator": row.initiator_name,
        "counts": row.counts,
        "reason": row.reason,
        "failures": row.failures,
        "attempt": row.attempt,
        "created_at_ms": row.created_at,
        "started_at_ms": row.started_at,
        "completed_at_ms": row.completed_at,
    })
}

/// One item of a run.
pub(crate) fn item(row: &ItemRow) -> Value {
    json!({
        "key": row.key, "label": row.label, "kind": row.kind, "outcome": row.outcome, "code": row.code, "message": row.message,
    })
}

/// A backup set.
pub(crate) fn backup_set(set: &BackupSet) -> Value {
    json!({
        "id": set.id,
        "name": set.name,
        "status": set.status.to_string(),
        "items": set.items,
        "incomplete": set.incomplete,
        "creator": set.creator_name,
        "run": set.run,
        "archived": set.archived.is_some(),
        "manifest_sha256": set.manifest_hash,
        "created_at_ms": set.created_at,
    })
}
