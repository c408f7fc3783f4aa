//! `connection.check`: can we sign in, is it the right organisation, what may we read?

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use graph::{GraphError, TenantGraph};
use model::AppError;
use model::access::Capability;
use model::run::{Definition, IdentityInputs, ItemOutcome, Reason, Repeat};
use store::ItemRecord;

use super::required_permissions;
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

    async fn check(&self, ctx: &RunCtx) -> Result<Ending, Ending> {
        let graph = self.services.connect(ctx).await?;
        let granted = match graph.granted_permissions().await {
            Ok(granted) => granted,
            Err(error) => return Ok(ending_of(&error)),
        };
        ctx.db.tenant(&ctx.scope).activate().await.map_err(app_ending)?;
        let mut items = vec![item("sign-in", "Sign-in", Ok(()))];
        items.push(organization(ctx, &graph).await.map_err(app_ending)?);
        items.extend(permissions(&granted));
        let missing = items.iter().filter(|item| item.outcome.counts_as_failed()).count();
        ctx.db.ledger().record(&ctx.lease, items).await.map_err(store_ending)?;
        let failures = ctx.db.tenant(&ctx.scope).runs().failure_kinds(ctx.run.id).await.map_err(store_ending)?;
        let sentence = || format!("{missing} of the checks found something missing. Each says what to grant");
        let reason = (missing > 0).then(|| Reason::new("connection.incomplete", sentence()));
        Ok(Ending::Done { reason, failures })
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
        // Write permission includes reading.
        let wider = permission.replace(".Read.", ".ReadWrite.");
        let held = granted.iter().any(|held| held == permission || *held == wider);
        let lost = || {
            format!("Grant {permission} to the app registration. Without it these cannot be read: {}", types.join(", "))
        };
        item(
            &format!("permission/{permission}"),
            permission,
            if held { Ok(()) } else { Err(("connection.permission_missing", lost())) },
        )
    };
    required_permissions().into_iter().map(check).collect()
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
