//! `tenantatlas queue …`

use app::operations::{checked_limit, checked_type, limit_words};
use model::AppError;
use model::ids::PauseId;
use store::Pause;

use crate::args::Queue;
use crate::exit::Exit;
use crate::session::Session;
use crate::when;

/// Dispatches.
pub(crate) async fn run(args: Queue, session: &Session) -> Result<Exit, AppError> {
    match args {
        Queue::Show { tenant } => show(tenant, session).await,
        Queue::Pause { tenant, run_type, reason } => pause(tenant, run_type, &reason, session).await,
        Queue::Resume { pause } => resume(pause, session).await,
        Queue::Limit { name, most } => limit(&name, &most, session).await,
    }
}

async fn show(tenant: Option<String>, session: &Session) -> Result<Exit, AppError> {
    let pauses = match &tenant {
        Some(tenant) => session.db.tenant(&session.scope(tenant).await?).pauses().await?,
        None => session.db.pauses().list().await?,
    };
    let limits = session.db.limits().list().await?;
    if session.output.is_json() {
        let pauses: Vec<_> = pauses.iter().map(json).collect();
        session.output.document(&serde_json::json!({ "pauses": pauses, "limits": limits }));
        return Ok(Exit::Success);
    }
    let columns = [("pause", "PAUSE"), ("what", "WHAT"), ("by", "BY"), ("since", "SINCE"), ("reason", "REASON")];
    let now_ms = session.db.ambient().now_ms();
    session.output.rows(&columns, pauses.iter().map(|pause| line(pause, now_ms)).collect(), "Nothing is paused.");
    for (name, most) in limits {
        session.output.line(format!("Limit: at most {most} {} at a time", limit_words(&name)));
    }
    Ok(Exit::Success)
}

fn line(pause: &Pause, now_ms: i64) -> Vec<String> {
    let types = pause.run_type.as_deref().unwrap_or("all types");
    let tenants = if pause.tenant.is_some() { "this tenant" } else { "all tenants" };
    let since = when::ago(pause.paused_at, now_ms);
    vec![pause.id.to_string(), format!("{types}, {tenants}"), pause.paused_by_name.clone(), since, pause.reason.clone()]
}

fn json(pause: &Pause) -> serde_json::Value {
    serde_json::json!({
        "id": pause.id,
        "tenant": pause.tenant,
        "type": pause.run_type,
        "reason": pause.reason,
        "by": pause.paused_by_name,
        "paused_at_ms": pause.paused_at,
    })
}

async fn pause(
    tenant: Option<String>,
    run_type: Option<String>,
    reason: &str,
    session: &Session,
) -> Result<Exit, AppError> {
    let run_type = run_type.as_deref().map(checked_type).transpose()?;
    let pause = match &tenant {
        Some(tenant) => session.db.tenant(&session.scope(tenant).await?).pause(run_type, reason).await?,
        None => session.db.pauses().pause(run_type, reason, &session.administrator().await?, None).await?,
    };
    session.output.document(&serde_json::json!({ "pause": pause }));
    session.output.line(format!("Paused: {pause}. What runs now goes on; nothing new starts."));
    session.output.line(format!("End it with: tenantatlas queue resume {pause}"));
    Ok(Exit::Success)
}

/// Looks in every tenant of the acting user, and among the pauses for all tenants.
async fn resume(pause: PauseId, session: &Session) -> Result<Exit, AppError> {
    for card in session.db.tenants().list_for(session.user).await? {
        let scope = session.db.authorise(session.user, card.tenant.id).await?;
        let tenant = session.db.tenant(&scope);
        if tenant.pauses().await?.iter().any(|found| found.id == pause && found.tenant.is_some()) {
            tenant.resume(pause).await?;
            return Ok(resumed(pause, session));
        }
    }
    session.db.pauses().resume(pause, &session.administrator().await?, None).await?;
    Ok(resumed(pause, session))
}

fn resumed(pause: PauseId, session: &Session) -> Exit {
    session.output.document(&serde_json::json!({ "resumed": pause }));
    session.output.line("Resumed. Queued runs start now.");
    Exit::Success
}

async fn limit(name: &str, most: &str, session: &Session) -> Result<Exit, AppError> {
    let (name, most) = checked_limit(name, most)?;
    session.db.limits().set(&[(name, most)], &session.administrator().await?, None).await?;
    session.output.document(&serde_json::json!({ "limit": name, "running_max": most }));
    session.output.line(match most {
        Some(most) => format!("From now on at most {most} {} at a time.", limit_words(name)),
        None => format!("The limit on {} is lifted.", limit_words(name)),
    });
    Ok(Exit::Success)
}
