//! `tenantatlas run …`

use std::path::Path;

use app::exports::{Format, begin_at_once, open_file, start_export};
use app::operations::RunQuery;
use app::starting::Extra;
use model::AppError;
use model::ids::RunId;
use store::{CancelOutcome, ItemFilter, RunPageRequest, RunRow, TenantScope};

use crate::args::{OneRun, OneTenant, Run, RunFilterArgs, Waiting};
use crate::exit::Exit;
use crate::follow::{describe, next_steps, title, words};
use crate::json;
use crate::new_file::NewFile;
use crate::session::Session;
use crate::when;

/// Items that `run show` prints at most.
const ITEMS_SHOWN: usize = 50;

/// Dispatches.
pub(crate) async fn run(args: Run, session: &Session) -> Result<Exit, AppError> {
    match args {
        Run::List { tenant, limit, filter } => list(tenant, limit, &filter, session).await,
        Run::Export { tenant, filter, format, out, waiting } => {
            let scope = session.scope(&tenant.tenant).await?;
            let wanted = (filter.query(), Format::named(&format)?);
            match out {
                Some(out) => export(&scope, wanted, &out, session).await,
                None => start_detached(&scope, wanted, waiting, session).await,
            }
        }
        Run::File { run: OneRun { run }, out } => file_of(run, &out, session).await,
        Run::Show(OneRun { run }) => show(run, session).await,
        Run::Watch(OneRun { run }) => watch(run, session).await,
        Run::Cancel(OneRun { run }) => cancel(run, session).await,
        Run::CancelMany { tenant, filter, waiting } => cancel_many(tenant, &filter, waiting, session).await,
        Run::Repeat { run: OneRun { run }, waiting } => repeat(run, waiting, session).await,
    }
}

async fn list(tenant: OneTenant, limit: usize, filter: &RunFilterArgs, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let filter = filter.query().checked()?.filter(Some(session.user), session.db.ambient().now_ms());
    let request = RunPageRequest { before: None, after: None, limit };
    let page = session.db.tenant(&scope).runs().list(&filter, &request).await?;
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

/// What fits into an answer is written at once; more is a run, whose file is then written here.
async fn export(
    scope: &TenantScope,
    (query, format): (RunQuery, Format),
    out: &Path,
    session: &Session,
) -> Result<Exit, AppError> {
    let now_ms = session.db.ambient().now_ms();
    let mut file = NewFile::create(out)?;
    match begin_at_once(&session.db, scope, query.clone(), format, now_ms).await {
        Ok(mut pages) => {
            while let Some(page) = pages.next(&session.db, scope).await? {
                file.write(&page.bytes)?;
            }
        }
        Err(error) if error.code == "export.too_large" => {
            let started = start_export(&session.db, scope, query, format, Extra::default()).await?;
            let exit = session.follow_started(scope, &started, Waiting { detach: false }).await?;
            if exit != Exit::Success {
                return Ok(exit);
            }
            write_parts(scope, started.run(), &mut file, session).await?;
        }
        Err(error) => return Err(error),
    }
    kept(file, out, session)
}

async fn start_detached(
    scope: &TenantScope,
    (query, format): (RunQuery, Format),
    waiting: Waiting,
    session: &Session,
) -> Result<Exit, AppError> {
    let started = start_export(&session.db, scope, query, format, Extra::default()).await?;
    session.follow_started(scope, &started, waiting).await
}

async fn file_of(run: RunId, out: &Path, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_run(run).await?;
    let mut file = NewFile::create(out)?;
    write_parts(&scope, run, &mut file, session).await?;
    kept(file, out, session)
}

async fn write_parts(scope: &TenantScope, run: RunId, file: &mut NewFile, session: &Session) -> Result<(), AppError> {
    let made = open_file(&session.db, scope, run).await?;
    for number in 1..=made.parts {
        let part = session.db.tenant(scope).exports().part(run, number).await?;
        file.write(&part.ok_or_else(AppError::not_found)?)?;
    }
    Ok(())
}

fn kept(file: NewFile, out: &Path, session: &Session) -> Result<Exit, AppError> {
    let bytes = file.keep()?;
    session.output.document(&serde_json::json!({ "file": out.display().to_string(), "bytes": bytes }));
    session.output.line(format!("Written to {}.", out.display()));
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
