//! `tenantatlas tenant …`

use app::starting::Extra;
use app::tenants::{TenantInput, add_tenant};
use model::AppError;

use crate::args::{OneTenant, Tenant, TenantAdd, Waiting};
use crate::exit::Exit;
use crate::json;
use crate::secret::read_credential;
use crate::session::Session;
use crate::when;

/// Dispatches.
pub(crate) async fn run(args: Tenant, session: &Session) -> Result<Exit, AppError> {
    match args {
        Tenant::Add(args) => add(args, session).await,
        Tenant::List => list(session).await,
        Tenant::Check { tenant, waiting } => check(tenant, waiting, session).await,
    }
}

async fn add(args: TenantAdd, session: &Session) -> Result<Exit, AppError> {
    let credential = read_credential(args.certificate.as_deref())?;
    let input = TenantInput {
        display_name: args.name,
        directory_id: args.directory_id,
        primary_domain: args.domain,
        cloud: args.cloud,
        client_id: args.client_id,
        credential,
    };
    let id = add_tenant(&session.db, &session.settings.clouds, session.user, input).await?;
    session.output.document(&serde_json::json!({ "tenant": id }));
    session.output.line(format!("Added: {id}"));
    session.output.line(format!("Next: tenantatlas tenant check {id}"));
    Ok(Exit::Success)
}

async fn list(session: &Session) -> Result<Exit, AppError> {
    let now_ms = session.db.ambient().now_ms();
    let tenants = session.db.tenants().list_for(session.user).await?;
    if session.output.is_json() {
        session.output.document(&tenants.iter().map(json::tenant).collect::<Vec<_>>());
        return Ok(Exit::Success);
    }
    let rows = tenants.iter().map(|card| {
        let tenant = &card.tenant;
        let seen = card.last_sync.as_ref().map_or("never".to_owned(), |sync| {
            format!("{}, {}", when::ago(sync.completed_at, now_ms), crate::follow::words(sync.outcome))
        });
        vec![
            tenant.id.to_string(),
            tenant.display_name.clone(),
            tenant.primary_domain.clone(),
            tenant.state.to_string(),
            card.role.to_string(),
            seen,
        ]
    });
    let columns = [
        ("tenant", "TENANT"),
        ("name", "NAME"),
        ("domain", "DOMAIN"),
        ("state", "STATE"),
        ("role", "YOUR ROLE"),
        ("last_sync", "LAST SYNC"),
    ];
    session.output.rows(
        &columns,
        rows.collect(),
        "You are a member of no tenant. Add one with: tenantatlas tenant add",
    );
    Ok(Exit::Success)
}

async fn check(args: OneTenant, waiting: Waiting, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant).await?;
    let started = app::connections::start_check(&session.db, &scope, Extra::default()).await?;
    session.follow_started(&scope, &started, waiting).await
}
