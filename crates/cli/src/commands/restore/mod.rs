//! `tenantatlas restore …`

mod apply;
mod plan;
mod secret;
mod show;

use std::path::Path;

use app::restores::{Source, begin};
use model::AppError;
use model::ids::{RestoreId, RunId};
use store::Restore as Row;

use crate::args::{OneTenant, Restore};
use crate::exit::Exit;
use crate::new_file::NewFile;
use crate::session::Session;
use crate::when;

/// Restores that are looked at for a plan's hash, and that a list shows.
const NEWEST: usize = 200;

/// Dispatches.
pub(crate) async fn run(args: Restore, session: &Session) -> Result<Exit, AppError> {
    match args {
        Restore::Plan(args) => plan::run(args, session).await,
        Restore::Preview(args) => plan::again(args, session).await,
        Restore::Show { what } => show_one(&what, session).await,
        Restore::Secret { restore, at: None, .. } => secret::list(restore, session).await,
        Restore::Secret { restore, at: Some(at), forget } => secret::enter(restore, &at, forget, session).await,
        Restore::Apply(args) => apply::run(args, session).await,
        Restore::Approve { tenant, plan } => apply::approve(&tenant, &plan, session).await,
        Restore::Undo { run, out } => of_run(run, Source::Undo { run }, out.as_deref(), session).await,
        Restore::Again { run, out } => of_run(run, Source::Again { run }, out.as_deref(), session).await,
        Restore::Discard { restore } => discard(restore, session).await,
        Restore::List(tenant) => list(&tenant, session).await,
        Restore::SecondPerson { tenant, choice } => second_person(&tenant, choice.as_deref(), session).await,
    }
}

async fn of_run(run: RunId, source: Source, out: Option<&Path>, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_run(run).await?;
    let file = out.map(NewFile::create).transpose()?;
    let restore = begin(&session.db, &scope, source).await?;
    plan::preview(session, &scope, restore, file).await
}

async fn show_one(what: &str, session: &Session) -> Result<Exit, AppError> {
    if let Ok(restore) = what.parse::<RestoreId>() {
        let scope = session.scope_of_restore(restore).await?;
        return show::restore(session, &scope, restore).await;
    }
    show::file(session, Path::new(what))
}

async fn discard(restore: RestoreId, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_restore(restore).await?;
    app::restores::discard(&session.db, &scope, restore).await?;
    session.output.document(&serde_json::json!({ "discarded": restore }));
    session.output.line("Given up. Nothing was written.");
    Ok(Exit::Success)
}

async fn list(tenant: &OneTenant, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let now_ms = session.db.ambient().now_ms();
    let rows = session.db.tenant(&scope).restores().list(None, NEWEST).await?;
    let line = |row: &Row| {
        let plan = row.plan.as_ref().map(|plan| plan.hash.chars().take(8).collect::<String>()).unwrap_or_default();
        let stale = row.state == store::RestoreState::Draft && !plan.is_empty() && !row.has_current_plan();
        vec![
            row.id.to_string(),
            row.title.clone(),
            row.state.to_string(),
            if stale { format!("{plan} (out of date)") } else { plan },
            row.run.map(|run| run.to_string()).unwrap_or_default(),
            row.creator_name.clone(),
            when::ago(row.changed_at, now_ms),
        ]
    };
    let columns = [
        ("restore", "RESTORE"),
        ("title", "TITLE"),
        ("state", "STATE"),
        ("plan", "PLAN"),
        ("run", "RUN"),
        ("by", "BY"),
        ("changed", "CHANGED"),
    ];
    let empty = "No restores yet. Plan one with: tenantatlas restore plan TENANT --set SET";
    session.output.rows(&columns, rows.iter().map(line).collect(), empty);
    Ok(Exit::Success)
}

async fn second_person(tenant: &OneTenant, choice: Option<&str>, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let restores = session.db.tenant(&scope).restores();
    if let Some(choice) = choice {
        restores.demand_second_person(choice == "on").await?;
    }
    let demanded = restores.second_person().await?;
    session.output.document(&serde_json::json!({ "second_person": demanded }));
    session.output.line(if demanded {
        "A restore needs the approval of somebody other than who began it."
    } else {
        "A restore needs no second person."
    });
    Ok(Exit::Success)
}
