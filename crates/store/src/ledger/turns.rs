//! Which queued runs come next (spec 016): classes, turns between tenants, one writer per directory, limits, pauses.
//!
//! Choices are made one after the other, under a lock that lasts as long as the transaction: only so do limits and
//! turns hold across nodes. A choice takes a few milliseconds and gives a worker as many runs as it has places.

use super::ClaimedRun;
use crate::StoreError;
use crate::db::sql::{Arg, Builder, id};
use crate::db::{Engine, Tx};

/// After waiting this long a run counts as one class higher, in milliseconds.
const AGING_MS: i64 = 300_000;
/// Reading runs of one tenant at a time, unless the limit `tenant_reads` says otherwise.
pub(crate) const TENANT_READS_MAX: i64 = 8;

/// What runs now, by tenant and by type; which types are at their limit.
const BUSY: &str = "running as (select tenant_id, type, writes, count(*) as runs \
    from operation_runs where status = 'running' group by tenant_id, type, writes), \
    busy as (select tenant_id, cast(sum(runs) as bigint) as runs, \
    cast(sum(case when writes then runs else 0 end) as bigint) as writers from running group by tenant_id), \
    busy_types as (select type, cast(sum(runs) as bigint) as runs from running group by type), \
    free_types as (select l.name as type, l.running_max - coalesce(b.runs, 0) as places \
    from run_limits l left join busy_types b on b.type = l.name), ";

/// The tenants that have something queued: one look into the queue's index for each, however long the queue and
/// however many tenants there are.
const WAITING: &str = "with recursive waiting(tenant_id) as ( \
    select (select tenant_id from operation_runs where status = 'queued' order by tenant_id limit 1) union all \
    select (select q.tenant_id from operation_runs q where q.status = 'queued' and q.tenant_id > w.tenant_id \
    order by q.tenant_id limit 1) from waiting w where w.tenant_id is not null), ";

/// What keeps a queued run `q` of tenant `t` back, apart from its turn. Not written as joins ("not exists"): of an empty
/// table PostgreSQL believes that it keeps everything back but one run, and then reads and sorts the whole queue instead
/// of taking its first few (208 ms for one choice with 100,000 queued runs, now 1 ms).
const KEPT_BACK: &str = " and q.type not in (select f.type from free_types f where f.places <= 0) \
    and q.type not in (select p.type from run_pauses p where p.tenant_id = t.tenant_id or p.tenant_id is null) \
    and case when q.writes then coalesce(b.writers, 0) = 0 else coalesce(b.runs, 0) - coalesce(b.writers, 0) < m.reads_max end";

/// The ids of up to `slots` runs of these types that may run now.
pub(super) async fn choose(tx: &mut Tx, slots: usize, types: &[&str]) -> Result<Vec<Arg>, StoreError> {
    let mut query = Builder::new(WAITING);
    query.text(BUSY);
    heads(&mut query, tx.engine(), slots, types);
    query.text(FITTING);
    query.with(
        " order by class, turn, served_at, available_at, id limit least({}, (select greatest(0, places) from all_places))",
        [slots.into()],
    );
    let rows = tx.fetch("operation_runs", query.statement()).await?;
    rows.iter().map(|row| row.get::<uuid::Uuid>("id").map(Arg::from)).collect()
}

/// The first few of each tenant and class that nothing keeps back, found in the queue's index.
fn heads(query: &mut Builder, engine: Engine, slots: usize, types: &[&str]) {
    query.with(
        "most as (select coalesce((select running_max from run_limits where name = 'tenant_reads'), {}) as reads_max), \
         all_places as (select coalesce((select running_max from run_limits where name = 'all'), 1000000) \
         - (select cast(coalesce(sum(runs), 0) as bigint) from busy) as places), ",
        [TENANT_READS_MAX.into()],
    );
    query.with(
        "heads as (select r.id, r.tenant_id, r.type, r.writes, r.available_at, \
         greatest(0, r.priority - (now_ms() - r.available_at) / {}) as class, coalesce(b.runs, 0) as held, \
         case when r.writes then 1 else m.reads_max - coalesce(b.runs, 0) + coalesce(b.writers, 0) end as places \
         from waiting t cross join most m cross join ",
        [AGING_MS.into()],
    );
    query.text(
        "(select 0 as priority union all select 1 union all select 2) c left join busy b on b.tenant_id = t.tenant_id ",
    );
    // Each engine has its own way to say "for each of these".
    let (before, after) = match engine {
        Engine::Sqlite => ("join operation_runs r on r.id in (select q.id", ")"),
        Engine::Postgres => ("cross join lateral (select q.*", ") r"),
    };
    query.text(before).text(
        " from operation_runs q where q.tenant_id = t.tenant_id and q.status = 'queued' and q.priority = c.priority \
         and q.available_at <= (select now_ms())",
    );
    query.text(KEPT_BACK).text(" and q.type").one_of(types.iter().map(|name| Arg::from(*name)));
    // No tenant has places for more than its readers and its writer.
    query.with(" order by q.available_at, q.id limit (select least({}, reads_max + 1) from most)", [slots.into()]);
    query.text(after);
    query.text(
        " where not exists (select 1 from run_pauses p where p.type = '' and (p.tenant_id is null or p.tenant_id = t.tenant_id))), ",
    );
}

/// Of the heads, those that fit into their tenant's and their type's places together.
const FITTING: &str = "kinds as (select heads.*, \
    row_number() over (partition by tenant_id, writes order by class, available_at, id) as of_kind from heads), \
    turns as (select kinds.*, coalesce(s.served_at, 0) as served_at, \
    held + row_number() over (partition by kinds.tenant_id order by class, available_at, id) as turn \
    from kinds left join tenant_turns s on s.tenant_id = kinds.tenant_id where of_kind <= places), \
    ranked as (select turns.*, \
    row_number() over (partition by type order by class, turn, served_at, available_at, id) as of_type from turns) \
    select id from ranked left join free_types f on f.type = ranked.type where f.places is null or of_type <= f.places";

/// Puts the tenants that were served at the end of the row.
pub(super) async fn serve_turns(tx: &mut Tx, claimed: &[ClaimedRun]) -> Result<(), StoreError> {
    let Some(first) = claimed.first() else { return Ok(()) };
    let mut tenants: Vec<_> = claimed.iter().map(|run| run.tenant).collect();
    tenants.sort();
    tenants.dedup();
    let mut insert = Builder::new("insert into tenant_turns (tenant_id, served_at) ");
    insert.rows(tenants.into_iter().map(|tenant| vec![id(tenant).into(), first.database_now_ms.into()]));
    insert.text(" on conflict (tenant_id) do update set served_at = excluded.served_at");
    tx.execute(insert.statement()).await?;
    Ok(())
}
