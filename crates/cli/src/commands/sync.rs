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
    let started = match (&args.object, args.types.as_slice()) {
        _ if args.changes => app::inventory::probe::start_probe(&session.db, &scope, Extra::default()).await?,
        _ if args.groups => {
            app::directory::start_groups_sync(&session.db, &scope, args.whole, Extra::default()).await?
        }
        (Some(object), [only]) => {
            app::inventory::start_policy_sync(&session.db, &scope, only, Some(object), Extra::default()).await?
        }
        (Some(_), _) => {
            return Err(AppError::invalid("sync.object", "An object has one type").hint("Name it with one --type"));
        }
        (None, types) => {
            let selection = Selection::of(types)?.whole(args.whole);
            app::inventory::start_sync(&session.db, &scope, &selection, Extra::default()).await?
        }
    };
    session.follow_started(&scope, &started, args.waiting).await
}
