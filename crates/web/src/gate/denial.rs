//! Denials leave an audit entry. That the entry cannot be written is logged and does not turn a denial into a pass.

use model::ids::TenantId;
use store::{Actor, AuditEntry, TenantScope};

use crate::auth::Ctx;
use crate::routes::RouteFacts;
use crate::state::Shared;

const ACTION: &str = "access.denied";

/// A known person was refused.
pub(super) async fn record(shared: &Shared, ctx: &Ctx, scope: Option<&TenantScope>, facts: &RouteFacts, code: &str) {
    write(shared, entry(ctx, scope.map(TenantScope::tenant_id), None, facts, code)).await;
}

/// A tenant that does not exist, or of which the person is no member. The entry belongs to no tenant when there is
/// none of that id.
pub(super) async fn unknown(shared: &Shared, ctx: &Ctx, tenant: Option<TenantId>, facts: &RouteFacts) {
    let object = tenant.map(|tenant| tenant.to_string());
    write(shared, entry(ctx, None, object, facts, "not_found")).await;
}

fn entry(ctx: &Ctx, tenant: Option<TenantId>, object: Option<String>, facts: &RouteFacts, code: &str) -> AuditEntry {
    AuditEntry {
        tenant,
        actor: Actor { user: Some(ctx.user), name: ctx.name.clone() },
        address: ctx.address.clone(),
        action: ACTION.to_owned(),
        object,
        run: None,
        outcome: code.to_owned(),
        detail: Some(format!("{} {}", facts.method, facts.path)),
    }
}

async fn write(shared: &Shared, entry: AuditEntry) {
    if let Err(error) = shared.db().audit().record(entry).await {
        tracing::error!(%error, "a denial could not be audited");
    }
}
