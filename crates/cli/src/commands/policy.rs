//! `tenantatlas policy …`

use app::inventory::ObjectQuery;
use app::snapshots::{Chosen, start_capture, start_capture_many};
use app::starting::Extra;
use model::AppError;

use super::backup::policy;
use crate::args::{Capture, Policy};
use crate::exit::Exit;
use crate::session::Session;

/// Dispatches.
pub(crate) async fn run(args: Policy, session: &Session) -> Result<Exit, AppError> {
    match args {
        Policy::Capture(args) => capture(args, session).await,
    }
}

/// One policy is captured as on its page; several are one run with an item each.
async fn capture(args: Capture, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let policies = args.policies.iter().map(|text| policy(text)).collect::<Result<Vec<_>, _>>()?;
    let started = match policies.as_slice() {
        [only] => start_capture(&session.db, &scope, &only.type_key, &only.id, Extra::default()).await?,
        [] => start_capture_many(&session.db, &scope, Chosen::Matching(asked(&args)), Extra::default()).await?,
        _ => start_capture_many(&session.db, &scope, Chosen::Policies(policies), Extra::default()).await?,
    };
    session.follow_started(&scope, &started, args.waiting).await
}

fn asked(args: &Capture) -> ObjectQuery {
    let single = [("state", &args.state), ("changed", &args.changed), ("group", &args.group), ("q", &args.find)];
    query([("type", &args.types), ("platform", &args.platforms)], single)
}

/// A filter from options that may be repeated and such that may not.
pub(super) fn query<'a>(
    several: [(&'a str, &'a Vec<String>); 2],
    single: impl IntoIterator<Item = (&'a str, &'a Option<String>)>,
) -> ObjectQuery {
    let several = several.into_iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value.as_str())));
    ObjectQuery::of(several.chain(single.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))))
}
