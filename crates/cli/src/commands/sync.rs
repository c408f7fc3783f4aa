//! `tenantatlas sync`

use app::inventory::Selection;
use app::starting::Extra;
use model::AppError;

use crate::args::Sync;
use crate::exit::Exit;
use crate::session::Session;

/// Starts the sync, or joins the active one, and follows it.
pub(crate) async fn run(args: Sync, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let started = if args.groups {
        app::directory::start_groups_sync(&session.db, &scope, Extra::default()).await?
    } else {
        let selection = Selection::of(&args.types)?;
        app::inventory::start_sync(&session.db, &scope, &selection, Extra::default()).await?
    };
    session.follow_started(&scope, &started, args.waiting).await
}
