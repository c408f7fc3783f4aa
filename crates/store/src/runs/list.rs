//! Lists of runs, newest first, and exact counts.

use model::AppError;
use model::ids::{RunId, UserId};
use model::run::{Outcome, Status};

use super::{RunFilter, RunRow, Runs};
use crate::StoreError;
use crate::db::sql::{Builder, id, sql};

/// Codes that a filter offers at most.
const CODES_MAX: usize = 200;

/// Runs that are looked up one by one.
const FEW: usize = 500;

/// Which page: the newest one, or the one older than `before`, or the one newer than `after`.
#[derive(Debug, Clone, Default)]
pub struct RunPageRequest {
    /// Older than this run.
    pub before: Option<RunId>,
    /// Newer than this run; ignored when `before` is there.
    pub after: Option<RunId>,
    /// Rows per page.
    pub limit: usize,
}

/// One page, newest first.
#[derive(Debug, Clone)]
pub struct RunPage {
    /// The runs.
    pub rows: Vec<RunRow>,
    /// Ask for the runs before this one; absent on the last page.
    pub older: Option<RunId>,
    /// Ask for the runs after this one; absent on the first page.
    pub newer: Option<RunId>,
}

/// How many runs, by status and outcome.
#[derive(Debug, Clone, Default)]
pub struct RunCounts(pub Vec<(Status, Outcome, u64)>);

impl RunCounts {
    /// All.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, _, runs)| runs).sum()
    }

    /// Those of a status.
    pub fn status(&self, status: Status) -> u64 {
        self.0.iter().filter(|(found, _, _)| *found == status).map(|(_, _, runs)| runs).sum()
    }

    /// Those of an outcome.
    pub fn outcome(&self, outcome: Outcome) -> u64 {
        self.0.iter().filter(|(_, found, _)| *found == outcome).map(|(_, _, runs)| runs).sum()
    }
}

impl Runs<'_> {
    /// One page of the runs that fit.
    pub async fn list(&self, filter: &RunFilter, page: &RunPageRequest) -> Result<RunPage, StoreError> {
        let forward = page.after.filter(|_| page.before.is_none());
        let mut query = Builder::new("select r.*, now_ms() as now from operation_runs r where ");
        filter.all(self.0.tenant(), self.few_with_code(filter).await?, &mut query);
        match (page.before, forward) {
            (Some(before), _) => {
                query.with(" and id < {} order by id desc limit {}", [id(before).into(), (page.limit + 1).into()])
            }
            (None, Some(after)) => {
                query.with(" and id > {} order by id limit {}", [id(after).into(), (page.limit + 1).into()])
            }
            (None, None) => query.with(" order by id desc limit {}", [(page.limit + 1).into()]),
        };
        let rows = self.0.db.fetch("operation_runs", query.statement()).await?;
        let mut rows = rows.iter().map(RunRow::from_row).collect::<Result<Vec<_>, _>>()?;
        let more = rows.len() > page.limit;
        rows.truncate(page.limit);
        if forward.is_some() {
            rows.reverse();
        }
        let (first, last) = (rows.first().map(|row| row.id), rows.last().map(|row| row.id));
        let older = if forward.is_some() || more { last } else { None };
        let newer = if forward.is_some() { first.filter(|_| more) } else { first.filter(|_| page.before.is_some()) };
        self.explain(&mut rows).await?;
        Ok(RunPage { rows, older, newer })
    }

    /// Exact numbers of the runs that fit: from the counters when the filter allows, otherwise counted.
    pub async fn counts(&self, filter: &RunFilter) -> Result<RunCounts, StoreError> {
        let query = if filter.is_counted() {
            let mut query =
                Builder::new("select status, outcome, cast(sum(runs) as bigint) as runs from run_counters where ");
            filter.counted(self.0.tenant(), &mut query);
            query.text(" group by status, outcome having sum(runs) <> 0");
            query
        } else {
            let mut query = Builder::new("select status, outcome, count(*) as runs from operation_runs r where ");
            filter.all(self.0.tenant(), self.few_with_code(filter).await?, &mut query);
            query.text(" group by status, outcome");
            query
        };
        let rows = self.0.db.fetch("run_counters", query.statement()).await?;
        let counts = rows.iter().map(|row| Ok((row.word("status")?, row.word("outcome")?, row.count("runs")?)));
        Ok(RunCounts(counts.collect::<Result<_, StoreError>>()?))
    }

    /// How many runs that fit are newer than this one.
    pub async fn newer_than(&self, run: RunId, filter: &RunFilter) -> Result<u64, StoreError> {
        let mut query = Builder::new("select count(*) as runs from operation_runs r where ");
        filter.all(self.0.tenant(), self.few_with_code(filter).await?, &mut query);
        query.with(" and id > {}", [id(run).into()]);
        self.0.db.fetch("operation_runs", query.statement()).await?[0].count("runs")
    }

    /// The runs with an item of the filter's code, when they are few: then they are looked up one by one, where the
    /// engines would ask every run of the tenant whether it is one of them (2 s in a million on SQLite).
    async fn few_with_code(&self, filter: &RunFilter) -> Result<Option<Vec<RunId>>, StoreError> {
        let Some(code) = &filter.item_code else { return Ok(None) };
        let statement = sql!(
            "select distinct run_id from operation_run_items where tenant_id = $1 and code = $2 limit $3",
            self.0.tenant_arg(),
            code,
            FEW + 1,
        );
        let rows = self.0.db.fetch("operation_run_items", statement).await?;
        if rows.len() > FEW {
            return Ok(None);
        }
        rows.iter().map(|row| row.id("run_id")).collect::<Result<_, _>>().map(Some)
    }

    /// One run.
    pub async fn get(&self, run: RunId) -> Result<RunRow, AppError> {
        let statement = sql!(
            "select r.*, now_ms() as now from operation_runs r where tenant_id = $1 and id = $2",
            self.0.tenant_arg(),
            id(run)
        );
        let rows = self.0.db.fetch("operation_runs", statement).await?;
        let mut found = [RunRow::from_row(rows.first().ok_or_else(AppError::not_found)?)?];
        self.explain(&mut found).await?;
        let [run] = found;
        Ok(run)
    }

    /// The codes of this tenant's items, in their order. The index is asked for one after the other, so that it costs by
    /// the number of codes and not of items.
    pub async fn item_codes(&self) -> Result<Vec<String>, StoreError> {
        let statement = sql!(
            "with recursive codes (code) as ( \
             select min(code) from operation_run_items where tenant_id = $1 and code is not null union all \
             select (select min(i.code) from operation_run_items i where i.tenant_id = $1 and i.code > codes.code) \
             from codes where codes.code is not null) \
             select code from codes where code is not null limit $2",
            self.0.tenant_arg(),
            CODES_MAX,
        );
        let rows = self.0.db.fetch("operation_run_items", statement).await?;
        rows.iter().map(|row| row.get("code")).collect()
    }

    /// Everybody who has started a run here, by name.
    pub async fn initiators(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        let statement = sql!(
            "select u.id, u.name from users u where exists (select 1 from operation_runs r \
             where r.tenant_id = $1 and r.initiator_id = u.id) order by lower(u.name), u.id",
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("users", statement).await?;
        rows.iter().map(|row| Ok((row.id("id")?, row.get("name")?))).collect()
    }
}
