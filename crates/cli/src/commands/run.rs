//! `tenantatlas run …`

use app::starting::Extra;
use model::AppError;
use model::ids::RunId;
use store::{CancelOutcome, ItemFilter, RunFilter, RunPageRequest, RunRow};

use crate::args::{OneRun, OneTenant, Run, RunFilterArgs, Waiting};
use crate::exit::Exit;
use crate::follow::{describe, next_steps, title, words};
use crate::json;
use crate::session::Session;
use crate::when;

/// Items that `run show` prints at most.
const ITEMS_SHOWN: usize = 50;

/// Dispatches.
pub(crate) async fn run(args: Run, session: &Session) -> Result<Exit, AppError> {
    match args {
        Run::List { tenant, limit } => list(tenant, limit, session).await,
        Run::Show(OneRun { run }) => show(run, session).await,
        Run::Watch(OneRun { run }) => watch(run, session).await,
        Run::Cancel(OneRun { run }) => cancel(run, session).await,
        Run::CancelMany { tenant, filter, waiting } => cancel_many(tenant, &filter, waiting, session).await,
        Run::Repeat { run: OneRun { run }, waiting } => repeat(run, waiting, session).await,
    }
}

async fn list(tenant: OneTenant, limit: usize, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let page = session
        .db
        .tenant(&scope)
        .runs()
        .list(&RunFilter::default(), &RunPageRequest { before: None, after: None, limit })
        .await?;
    if session.output.is_json() {
        session.output.document(&page.rows.iter().map(json::run).collect::<Vec<_>>());
        return Ok(Exit::Success);
    }
    let now_ms = session.db.ambient().now_ms();
    let rows = page.rows.iter().map(|row| line(row, now_ms)).collect();
    let columns = [
        ("run", "RUN"),
        ("operation", "OPERATION"),
        ("state", "STATE"),
        ("items", "ITEMS"),
        ("by", "BY"),
        ("started", "STARTED"),
    ];
    session.output.rows(&columns, rows, "No operations yet.");
    Ok(Exit::Success)
}

fn line(row: &RunRow, now_ms: i64) -> Vec<String> {
    let state = if row.outcome == model::run::Outcome::Pending {
        row.status.to_string()
    } else {
        words(row.outcome).to_owned()
    };
    let counts = &row.counts;
    let items = if counts.failed > 0 {
        format!("{} of {} not complete", counts.failed, counts.processed)
    } else {
        counts.processed.to_string()
    };
    vec![row.id.to_string(), title(row), state, items, row.initiator_name.clone(), when::ago(row.created_at, now_ms)]
}

async fn show(run: RunId, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_run(run).await?;
    let runs = session.db.tenant(&scope).runs();
    let row = runs.get(run).await?;
    let items = runs.items(run, &ItemFilter::failed(), 0, ITEMS_SHOWN).await?;
    let bad: Vec<_> = items.iter().map(json::item).collect();
    session.output.document(&serde_json::json!({ "run": json::run(&row), "not_complete": bad }));
    session.output.line(describe(&row));
    session.output.line(format!("  run      {run}"));
    session.output.line(format!("  by       {}", row.initiator_name));
    session.output.line(format!("  queued   {}", when::exact(row.created_at)));
    if let Some(at) = row.completed_at {
        session.output.line(format!("  ended    {}", when::exact(at)));
    }
    session.output.line(format!("  attempts {}", row.attempt));
    for step in next_steps(&row) {
        session.output.line(step);
    }
    for item in &items {
        let code = item.code.as_deref().unwrap_or("-");
        session.output.line(format!(
            "  {:<10} {} “{}” {} [{code}]",
            item.outcome.to_string(),
            item.kind,
            item.label,
            item.message.as_deref().unwrap_or("")
        ));
    }
    if row.counts.failed > items.len() as u64 {
        session.output.line(format!("  … and {} more", row.counts.failed - items.len() as u64));
    }
    Ok(Exit::Success)
}

async fn watch(run: RunId, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_run(run).await?;
    session.wait(&scope, run).await
}

async fn repeat(run: RunId, waiting: Waiting, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_run(run).await?;
    let started = app::operations::start_repeat(&session.db, &scope, run, Extra::default()).await?;
    session.follow_started(&scope, &started, waiting).await
}

async fn cancel(run: RunId, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_run(run).await?;
    let outcome = session.db.tenant(&scope).runs().request_cancel(run).await?;
    let (word, sentence, exit) = match outcome {
        CancelOutcome::Cancelled => ("cancelled", "Cancelled. It had not started.", Exit::Success),
        CancelOutcome::Requested => ("requested", "Cancelling. What was done so far is kept.", Exit::Success),
        CancelOutcome::AlreadyCompleted => ("already_completed", "It had already ended.", Exit::Conflict),
    };
    session.output.document(&serde_json::json!({ "run": run, "cancel": word }));
    session.output.line(sentence);
    Ok(exit)
}

async fn cancel_many(
    tenant: OneTenant,
    filter: &RunFilterArgs,
    waiting: Waiting,
    session: &Session,
) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let started = app::operations::start_cancel_many(&session.db, &scope, filter.query(), Extra::default()).await?;
    session.follow_started(&scope, &started, waiting).await
}
