//! `tenantatlas audit …`

use std::path::Path;

use app::audit::{checkpoint, checkpoints, prove, prove_all};
use model::AppError;
use store::{BadEntry, ChainReport, Checkpoint};

use crate::args::Audit;
use crate::exit::Exit;
use crate::new_file::NewFile;
use crate::output::Output;
use crate::session::Session;
use crate::when;

/// Dispatches.
pub(crate) async fn run(args: Audit, session: &Session) -> Result<Exit, AppError> {
    match args {
        Audit::Verify { tenant, since } => verify(tenant, since.as_deref(), session).await,
        Audit::Checkpoint { tenant, out } => write(tenant, out.as_deref(), session).await,
    }
}

async fn verify(tenant: Option<String>, since: Option<&Path>, session: &Session) -> Result<Exit, AppError> {
    let kept = since.map(read).transpose()?.unwrap_or_default();
    let reports = match tenant {
        Some(tenant) => vec![prove(&session.db, &session.scope(&tenant).await?, &kept).await?],
        None => {
            session.administrator().await?;
            prove_all(&session.db, &kept).await?
        }
    };
    let intact = reports.iter().all(|report| report.bad.is_none());
    session.output.document(&serde_json::json!({ "intact": intact, "chains": reports }));
    for report in &reports {
        say(report, session.output);
    }
    if intact {
        session.output.line(format!("Intact: {}.", chains(reports.len())));
        Ok(Exit::Success)
    } else {
        let broken = reports.iter().filter(|report| report.bad.is_some()).count();
        session.output.line(format!(
            "Not intact: {broken} of {}. Do not rely on it from the named entry on.",
            chains(reports.len())
        ));
        Ok(Exit::Failed)
    }
}

fn chains(count: usize) -> String {
    if count == 1 { "1 chain".to_owned() } else { format!("{count} chains") }
}

fn say(report: &ChainReport, output: Output) {
    let signed = report
        .signed_at_ms
        .map_or("never signed".to_owned(), |at| format!("signed up to {} at {}", report.signed, when::exact(at)));
    let waiting = if report.waiting > 0 { format!(", {} not linked yet", report.waiting) } else { String::new() };
    output.line(format!("{}  {} linked, {signed}{waiting}", report.chain, report.entries));
    if report.entries > 0 {
        output.line(format!("  head {}", report.hash));
    }
    if let Some(bad) = &report.bad {
        output.line(format!("  BAD {}", sentence(bad)));
    }
}

/// "#17 aud_… (run.start, 28 Nov 2026, 10:00:00 UTC) is missing [missing]".
fn sentence(bad: &BadEntry) -> String {
    let place = bad.position.map(|position| format!("#{position}"));
    let about = match (&bad.action, bad.at_ms) {
        (Some(action), Some(at)) => Some(format!("({action}, {})", when::exact(at))),
        _ => None,
    };
    let parts = [place, bad.entry.map(|entry| entry.to_string()), about];
    let who: Vec<String> = parts.into_iter().flatten().collect();
    format!("{} {} [{}]", who.join(" "), bad.problem.sentence(), bad.problem)
}

async fn write(tenant: Option<String>, out: Option<&Path>, session: &Session) -> Result<Exit, AppError> {
    let heads = match tenant {
        Some(tenant) => checkpoint(&session.db, &session.scope(&tenant).await?).await?,
        None => {
            session.administrator().await?;
            checkpoints(&session.db).await?
        }
    };
    if heads.is_empty() {
        return Err(AppError::conflict("audit.no_checkpoint", "Nothing of this audit log is signed yet")
            .hint("A worker links and signs entries within seconds: start serve or worker, then try again"));
    }
    let Some(out) = out else {
        session.output.document(&heads);
        session.output.line(text(&heads));
        return Ok(Exit::Success);
    };
    let mut file = NewFile::create(out)?;
    file.write(text(&heads).as_bytes())?;
    file.write(b"\n")?;
    let bytes = file.keep()?;
    session.output.document(&serde_json::json!({ "file": out, "bytes": bytes, "chains": heads.len() }));
    session.output.line(format!("Written: {}, the heads of {}.", out.display(), chains(heads.len())));
    session
        .output
        .line(format!("Next: keep it elsewhere, and prove with: tenantatlas audit verify --since {}", out.display()));
    Ok(Exit::Success)
}

fn text(heads: &[Checkpoint]) -> String {
    serde_json::to_string_pretty(heads).expect("our own documents serialise")
}

fn read(path: &Path) -> Result<Vec<Checkpoint>, AppError> {
    let unreadable = || {
        AppError::invalid("audit.checkpoint_file", format!("{} holds no checkpoints that can be read", path.display()))
            .hint("Name a file that `tenantatlas audit checkpoint` wrote")
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable().caused_by(error))?;
    serde_json::from_str(&text).map_err(|error| unreadable().caused_by(error))
}
