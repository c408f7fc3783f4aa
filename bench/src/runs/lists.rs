//! A page of the list, and the numbers above it, in a tenant with very many runs.

use std::time::Duration;

use model::ids::{Id, RunId};
use model::run::{Outcome, Status};
use store::{RunFilter, RunPageRequest};
use tokio::time::Instant;
use uuid::Uuid;

use super::fill::SECOND;
use crate::Failure;
use crate::ledger::rows::Row;
use crate::ledger::world::World;
use crate::numbers::Times;

/// Rows of a page.
const PAGE: usize = 50;
/// How often each is asked, unless that takes longer than [`LONGEST`].
pub(crate) const ASKED: usize = 200;
/// Nobody waits longer for one number of this table.
const LONGEST: Duration = Duration::from_secs(15);
/// What a page may take.
const PAGE_MS: f64 = 25.0;
/// What exact numbers may take.
const COUNT_MS: f64 = 5.0;
/// The list's default: 30 days.
const RECENT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Every kind of filter, alone and together.
pub(crate) async fn measure(world: &World, runs: i64, asked: usize) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let newest = RunPageRequest { limit: PAGE, ..RunPageRequest::default() };
    let deep = RunPageRequest { before: Some(middle(world).await?), ..newest.clone() };
    let lists = Lists { world, runs, asked };
    rows.push(lists.page("no filter, in the middle", &RunFilter::default(), &deep).await?);
    for (name, filter) in filters(world).await? {
        rows.push(lists.page(name, &filter, &newest).await?);
    }
    for (name, filter) in filters(world).await? {
        rows.push(lists.count(name, &filter).await?);
    }
    Ok(rows)
}

async fn filters(world: &World) -> Result<Vec<(&'static str, RunFilter)>, Failure> {
    let second = world.db.people().by_email(SECOND).await?.ok_or("the second person is not there")?.id;
    let since_ms = Some(world.db.ping().await? - RECENT_MS);
    let all = RunFilter::default;
    let types = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let text = |text: &str| Some(text.to_owned());
    Ok(vec![
        ("no filter", all()),
        ("30 days", RunFilter { since_ms, ..all() }),
        ("one type", RunFilter { types: types(&["backup_set.create"]), ..all() }),
        ("two types", RunFilter { types: types(&["backup_set.create", "connection.check"]), ..all() }),
        ("without the most frequent type", RunFilter { exclude_types: types(&["inventory.sync"]), ..all() }),
        ("queued", RunFilter { statuses: vec![Status::Queued], ..all() }),
        ("running, of which there is none", RunFilter { statuses: vec![Status::Running], ..all() }),
        ("failed", RunFilter { outcomes: vec![Outcome::Failed], ..all() }),
        (
            "failed or partly, 30 days",
            RunFilter { outcomes: vec![Outcome::Failed, Outcome::PartiallySucceeded], since_ms, ..all() },
        ),
        ("one initiator", RunFilter { initiator: Some(second), ..all() }),
        (
            "one initiator, type and outcome",
            RunFilter {
                initiator: Some(second),
                types: types(&["directory_groups.sync"]),
                outcomes: vec![Outcome::Succeeded],
                ..all()
            },
        ),
        ("item code, frequent", RunFilter { item_code: text("graph.permission_denied"), ..all() }),
        ("item code, rare", RunFilter { item_code: text("graph.page_loop"), ..all() }),
        ("text, frequent", RunFilter { text: text("back up"), ..all() }),
        ("text, rare, 30 days", RunFilter { text: text("pilot"), since_ms, ..all() }),
        ("text, rare", RunFilter { text: text("pilot"), ..all() }),
    ])
}

/// A run from the middle of all.
async fn middle(world: &World) -> Result<RunId, Failure> {
    let day_ms = 24 * 60 * 60 * 1000;
    let at = u64::try_from(world.db.ping().await? - 45 * day_ms)?;
    Ok(RunId::from_uuid(Uuid::from_u128((u128::from(at) << 80) | 0x7000_8000_0000_0000_0000)))
}

/// A tenant with so many runs, each question asked so often.
struct Lists<'a> {
    world: &'a World,
    runs: i64,
    asked: usize,
}

impl Lists<'_> {
    async fn page(&self, name: &str, filter: &RunFilter, page: &RunPageRequest) -> Result<Row, Failure> {
        let tenant = self.world.db.tenant(&self.world.scope);
        let rows = tenant.runs();
        let times = self.times(async || rows.list(filter, page).await.map(drop).map_err(Failure::from)).await?;
        Ok(Row::p99(format!("page of {} runs: {name}", self.runs), times, PAGE_MS))
    }

    async fn count(&self, name: &str, filter: &RunFilter) -> Result<Row, Failure> {
        let tenant = self.world.db.tenant(&self.world.scope);
        let rows = tenant.runs();
        let times = self.times(async || rows.counts(filter).await.map(drop).map_err(Failure::from)).await?;
        Ok(Row::p99(format!("exact numbers of {} runs: {name}", self.runs), times, COUNT_MS))
    }

    async fn times(&self, ask: impl AsyncFn() -> Result<(), Failure>) -> Result<Times, Failure> {
        ask().await?;
        let begin = Instant::now();
        let mut times = Vec::new();
        while times.is_empty() || (times.len() < self.asked && begin.elapsed() < LONGEST) {
            let asked = Instant::now();
            ask().await?;
            times.push(asked.elapsed());
        }
        Ok(Times::of(times))
    }
}
