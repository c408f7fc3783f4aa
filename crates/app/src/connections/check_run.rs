//! `connection.check`: can we sign in, is it the right organisation, what may we read?

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use graph::{GraphError, TenantGraph};
use model::AppError;
use model::access::Capability;
use model::run::{Definition, IdentityInputs, ItemOutcome, Reason, Repeat};
use store::{ItemRecord, StoredConnection};

use super::{is_optional, required_permissions};
use crate::inventory::sync_run::ending_of;
use crate::services::Services;
use crate::starting::{app_ending, store_ending};

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "connection.check",
    aliases: &[],
    label: "Check connection",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fields(&[]),
    deadline_ms: 5 * 60 * 1000,
    attempts_max: 3,
    writes: false,
    repeat: Repeat::Whole,
    spec: "015-connection-check",
};

/// The handler.
pub struct CheckRun {
    services: Services,
}

impl CheckRun {
    /// Over the worker's services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    /// Checks the credential that waits, where there is one; otherwise the one in use.
    async fn check(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let tenant = ctx.db.tenant(&ctx.scope);
        let waiting = tenant.waiting_connection().await.map_err(store_ending)?;
        let graph = match &waiting {
            Some(waiting) => {
                let info = tenant.info().await.map_err(app_ending)?;
                self.services.reach(&info, waiting.clone(), ctx.run.priority)?
            }
            None => self.services.connect(ctx).await?,
        };
        let granted = match graph.granted_permissions().await {
            Ok(granted) => granted,
            Err(error) => return Ok(ending_of(&error)),
        };
        tenant.activate().await.map_err(app_ending)?;
        let mut items = vec![item("sign-in", "Sign-in", Ok(()))];
        items.push(organization(ctx, &graph).await.map_err(app_ending)?);
        items.extend(permissions(&granted));
        if let Some(waiting) = waiting {
            items.push(self.replace(ctx, &waiting, &granted).await?);
        }
        let missing = items.iter().filter(|item| item.outcome.counts_as_failed()).count();
        ctx.db.ledger().record(&ctx.lease, items).await.map_err(store_ending)?;
        let failures = tenant.runs().failure_kinds(ctx.run.id).await.map_err(store_ending)?;
        let sentence = || format!("{missing} of the checks found something missing. Each says what to grant");
        let reason = (missing > 0).then(|| Reason::new("connection.incomplete", sentence()));
        Ok(Ending::Done { reason, failures })
    }

    /// The waiting credential signs in. It replaces the one in use unless that one may read something that this one may
    /// not: then a rotation would stop what works.
    async fn replace(
        &self,
        ctx: &RunCtx,
        waiting: &StoredConnection,
        granted: &[String],
    ) -> Result<ItemRecord, Ending> {
        let before = match self.services.connect(ctx).await?.granted_permissions().await {
            Ok(before) => before,
            Err(error) if error.is_transient() => return Err(ending_of(&error)),
            // What cannot sign in any more has nothing to lose.
            Err(_) => Vec::new(),
        };
        let lost = lost(&before, granted);
        let result = if !lost.is_empty() {
            let why =
                format!("The credential in use stays: the new one lacks {}. Grant it, check again", lost.join(", "));
            Err(("connection.less_permitted", why))
        } else if ctx.db.tenant(&ctx.scope).use_waiting(waiting).await.map_err(app_ending)? {
            Ok(())
        } else {
            Err(("connection.saved_again", "Another credential was saved meanwhile. Check again".to_owned()))
        };
        Ok(item("credential", "New credential takes over", result))
    }
}

impl RunType for CheckRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { self.check(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

/// The directory that answers must be the one that was asked for.
async fn organization(ctx: &RunCtx, graph: &TenantGraph) -> Result<ItemRecord, AppError> {
    let wanted = ctx.db.tenant(&ctx.scope).info().await?.directory_id;
    let result = match graph.organization().await {
        Ok(found) if found.id.eq_ignore_ascii_case(&wanted) => Ok(()),
        Ok(_) => Err(("connection.other_directory", "Another directory answered. Check the directory id".to_owned())),
        Err(GraphError { code, message, .. }) => Err((code, message)),
    };
    Ok(item("organization", "Organisation", result))
}

fn permissions(granted: &[String]) -> Vec<ItemRecord> {
    let check = |(permission, types): (&str, Vec<&str>)| {
        let lost = || {
            format!("Grant {permission} to the app registration. Without it these cannot be read: {}", types.join(", "))
        };
        let result = if holds(granted, permission) { Ok(()) } else { Err(("connection.permission_missing", lost())) };
        let checked = item(&format!("permission/{permission}"), permission, result);
        match checked.outcome {
            ItemOutcome::Failed if is_optional(permission) => ItemRecord { outcome: ItemOutcome::Skipped, ..checked },
            _ => checked,
        }
    };
    required_permissions().into_iter().map(check).collect()
}

/// The needed permissions that were granted before and are not now.
fn lost(before: &[String], now: &[String]) -> Vec<&'static str> {
    required_permissions().into_keys().filter(|needed| holds(before, needed) && !holds(now, needed)).collect()
}

/// Write permission includes reading.
fn holds(granted: &[String], permission: &str) -> bool {
    let wider = permission.replace(".Read.", ".ReadWrite.");
    granted.iter().any(|held| held == permission || *held == wider)
}

fn item(key: &str, label: &str, result: Result<(), (&'static str, String)>) -> ItemRecord {
    let (outcome, code, message) = match result {
        Ok(()) => (ItemOutcome::Succeeded, None, None),
        Err((code, message)) => (ItemOutcome::Failed, Some(code.to_owned()), Some(message)),
    };
    ItemRecord {
        key: key.to_owned(),
        label: label.to_owned(),
        kind: "Check".to_owned(),
        outcome,
        code,
        message,
        detail: None,
    }
}

#[cfg(test)]
mod tests {
    use super::lost;

    #[test]
    fn only_what_is_needed_and_was_granted_can_be_lost() {
        let granted = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        let (reads, writes) = ("Policy.Read.All", "Policy.ReadWrite.All");
        assert_eq!(lost(&granted(&[reads]), &granted(&[])), [reads]);
        assert_eq!(lost(&granted(&[writes]), &granted(&["Mail.Read"])), [reads]);
        assert!(lost(&granted(&[reads]), &granted(&[writes])).is_empty());
        assert!(lost(&granted(&["Mail.Read"]), &granted(&[])).is_empty(), "nothing of ours");
        assert!(lost(&granted(&[]), &granted(&[])).is_empty(), "a credential that lacked it too");
    }
}
