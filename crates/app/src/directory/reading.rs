//! How the groups are read: what changed since the last run, everything with the promise to be told of changes, or the
//! plain list where the directory tells none (spec 005).

use engine::RunCtx;
use graph::{GraphError, TenantGraph};
use model::registry::Contract;
use secrecy::{ExposeSecret, SecretString};
use store::{GroupChanges, StoreError};
use tokio::sync::mpsc;

use super::record::{BATCH, Told, record_changes, record_list};

/// All groups are read again when that was longer ago, in milliseconds: the directory's tokens live as long
/// (learn.microsoft.com/graph/delta-query-overview), and what a defect lost is not lost for longer.
const WHOLE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What was read, to the end or not.
pub(super) struct Reading {
    /// In words, for the run.
    pub(super) how: String,
    /// Groups that were told of.
    pub(super) seen: u64,
    /// Whether it was everything there is.
    pub(super) whole: bool,
    /// Where the next run goes on, if the directory said so.
    pub(super) state: Option<SecretString>,
    /// Why it is not complete.
    pub(super) error: Option<GraphError>,
}

impl Reading {
    fn of(how: String, told: Told, whole: bool, state: Result<String, GraphError>) -> Self {
        let (state, error) = match state {
            Ok(state) => (Some(SecretString::from(state)), None),
            Err(error) => (None, Some(error)),
        };
        Self { how, seen: told.there + told.gone, whole, state, error }
    }
}

/// Whether everything is to be read although it is known what changed: a person wants it, or the last time was long ago.
pub(super) fn is_due(changes: &GroupChanges, now: i64) -> bool {
    changes.whole_at.is_none_or(|at| now - at >= WHOLE_MS)
}

/// Reads as little as the directory allows.
pub(super) async fn read(
    ctx: &RunCtx,
    graph: &TenantGraph,
    contract: &'static Contract,
    since: Option<SecretString>,
) -> Result<Reading, StoreError> {
    let mut how = "All groups were read";
    if let Some(since) = since {
        let (told, state) = round(ctx, graph, contract, Some(since.expose_secret())).await?;
        match &state {
            Err(error) if error.code == "graph.gone" => {
                how = "All groups were read: the directory did not keep what changed since the last time";
            }
            // The reading by id, if not the changes: a whole round needs no more than the list does.
            Err(error) if is_refusal(error) => how = "All groups were read: what changed could not be read",
            _ => return Ok(Reading::of(in_words(&told), told, false, state)),
        }
    }
    let (told, state) = round(ctx, graph, contract, None).await?;
    match &state {
        Err(error) if is_refusal(error) && told.there == 0 => list(ctx, graph, contract, error).await,
        _ => Ok(Reading::of(how.to_owned(), told, true, state)),
    }
}

/// The service does not tell this app what changed, or not in this way. A list needs less.
fn is_refusal(error: &GraphError) -> bool {
    matches!(error.code, "graph.permission_denied" | "graph.bad_request" | "graph.not_found" | "graph.too_large")
}

async fn round(
    ctx: &RunCtx,
    graph: &TenantGraph,
    contract: &'static Contract,
    since: Option<&str>,
) -> Result<(Told, Result<String, GraphError>), StoreError> {
    let (sink, changes) = mpsc::channel(BATCH);
    let (state, told) = tokio::join!(graph.delta(contract, since, sink), record_changes(ctx, changes));
    Ok((told?, state))
}

async fn list(
    ctx: &RunCtx,
    graph: &TenantGraph,
    contract: &'static Contract,
    refused: &GraphError,
) -> Result<Reading, StoreError> {
    tracing::info!(code = refused.code, "the directory does not tell what changed among its groups");
    let (sink, objects) = mpsc::channel(BATCH);
    let (observation, recorded) = tokio::join!(graph.observe(contract, sink), record_list(ctx, objects));
    recorded?;
    let how = format!("The list of groups was read: the directory does not tell what changed ({})", refused.code);
    Ok(Reading { how, seen: observation.seen, whole: true, state: None, error: observation.list_error })
}

fn in_words(told: &Told) -> String {
    match (told.there, told.gone) {
        (0, 0) => "Nothing changed since the last time".to_owned(),
        (there, gone) => format!("Since the last time: {there} changed or new, {gone} removed"),
    }
}
