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

/// A tenant that does not exist, or of which the person is no member. Its members see the entry when there is one; the
/// database refuses an entry of a tenant that is none, and then it belongs to no tenant.
pub(super) async fn unknown(shared: &Shared, ctx: &Ctx, tenant: Option<TenantId>, facts: &RouteFacts) {
    let object = tenant.map(|tenant| tenant.to_string());
    let of_tenant = entry(ctx, tenant, object.clone(), facts, "not_found");
    if tenant.is_none() || shared.db().audit().record(of_tenant).await.is_err() {
        write(shared, entry(ctx, None, object, facts, "not_found")).await;
    }
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
