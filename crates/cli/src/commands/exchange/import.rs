//! `tenantatlas import TENANT PATH`

use app::exchange::{NewImport, SENT_BYTES_MAX, start_import};
use app::starting::Extra;
use model::AppError;

use super::sent;
use crate::args::Import;
use crate::exit::Exit;
use crate::session::Session;

/// Sends the files and follows the run that makes a set of them.
pub(crate) async fn run(args: Import, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let sent = sent::read(&args.path, SENT_BYTES_MAX as u64, "Import it in parts")?;
    let import = NewImport { name: args.name, file: sent.file, content: sent.content };
    let started = start_import(&session.db, &scope, import, Extra::default()).await?;
    let exit = session.follow_started(&scope, &started, args.waiting).await?;
    if !args.waiting.detach
        && let Some(set) = session.db.tenant(&scope).backups().by_run(started.run()).await?
    {
        session.output.line(format!("Look at it with: tenantatlas backup show {} {}", args.tenant.tenant, set.id));
    }
    Ok(exit)
}
