//! The invariants of `spec/runs.md` that a database alone can show, read past the product's own code.
//!
//! Each is a query that finds violations; a database that keeps its promises answers every one with zero rows.
//! I5 needs the simulator's journal, I9 and I11 have readers of their own, and I10 is computed in `chain.rs`.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::Engine;

use crate::chain;

/// Name, what it would mean, and the number of rows that break it.
const INVARIANTS: [(&str, &str, &str); 17] = [
    (
        "I1",
        "two active runs of one identity",
        "select count(*) from (select 1 as twin from operation_runs where status <> 'completed' group by tenant_id, type, identity having count(*) > 1) as t",
    ),
    (
        "I1",
        "a start of an identity whose run before had not ended, at whatever instant",
        "select count(*) from (select e.kind, lag(e.kind) over (partition by r.tenant_id, r.type, r.identity order by e.id) as before \
            from operation_run_events e join operation_runs r on r.id = e.run_id where e.kind in ('queued', 'finished')) as steps \
         where kind = before",
    ),
    (
        "I2",
        "an outcome or an end that does not fit the status",
        "select count(*) from operation_runs where (outcome = 'pending') <> (status <> 'completed') or (completed_at is null) <> (status <> 'completed')",
    ),
    (
        "I2",
        "a run that was not started once, or did not end once",
        "select count(*) from operation_runs r where (select count(*) from operation_run_events e where e.run_id = r.id and e.kind = 'queued') <> 1 \
         or (select count(*) from operation_run_events e where e.run_id = r.id and e.kind = 'finished') <> (case when r.status = 'completed' then 1 else 0 end)",
    ),
    (
        "I2",
        "a run whose start or end was not audited exactly once",
        "select count(*) from operation_runs r where (select count(*) from audit_entries a where a.run_id = r.id and a.action = 'run.start' and a.outcome = 'succeeded') <> 1 \
         or (select count(*) from audit_entries a where a.run_id = r.id and a.action = 'run.finish') <> (case when r.status = 'completed' then 1 else 0 end)",
    ),
    (
        "I3",
        "a fence that is not the number of claims",
        "select count(*) from operation_runs r where r.fence <> (select count(*) from operation_run_events e where e.run_id = r.id and e.kind = 'claimed')",
    ),
    (
        "I3",
        "something that a worker said about a run which was not its own",
        "select count(*) from operation_run_events e where e.worker is not null and e.kind <> 'claimed' and 1 <> coalesce(\
         (select case when c.worker = e.worker then 1 else 0 end from operation_run_events c \
            where c.run_id = e.run_id and c.id < e.id and c.kind in ('claimed', 'worker_lost', 'finished') order by c.id desc limit 1), 0)",
    ),
    (
        "I4",
        "a running run without an owner, or an owner without a running run",
        "select count(*) from operation_runs where (lease_owner is null) <> (status <> 'running') or (lease_expires_at is null) <> (status <> 'running')",
    ),
    (
        "I6",
        "counts that are not the sum of the items",
        "select count(*) from operation_runs r where \
         r.processed <> (select count(*) from operation_run_items i where i.run_id = r.id and i.outcome <> 'pending') \
         or r.succeeded <> (select count(*) from operation_run_items i where i.run_id = r.id and i.outcome = 'succeeded') \
         or r.skipped <> (select count(*) from operation_run_items i where i.run_id = r.id and i.outcome = 'skipped') \
         or r.failed <> (select count(*) from operation_run_items i where i.run_id = r.id and i.outcome in ('failed', 'incomplete', 'conflict', 'unknown'))",
    ),
    (
        "I6",
        "a completed run whose total is not the number of its items",
        "select count(*) from operation_runs r where r.status = 'completed' \
         and coalesce(r.total, -1) <> (select count(*) from operation_run_items i where i.run_id = r.id)",
    ),
    (
        "I6",
        "an outcome that the items contradict",
        "select count(*) from operation_runs where (outcome = 'succeeded' and failed > 0) \
         or (outcome = 'partially_succeeded' and (failed = 0 or succeeded = 0)) \
         or (outcome = 'failed' and failed = 0 and reason_code is null)",
    ),
    (
        "I7",
        "a completed run with no terminal notification for its initiator, or more than one",
        "select count(*) from operation_runs r where r.status = 'completed' and r.initiator_id is not null and \
         (select count(*) from outbox o where o.run_id = r.id and o.kind = 'terminal' and o.user_id = r.initiator_id) \
         + (select count(*) from notifications n where n.run_id = r.id and n.kind = 'terminal' and n.user_id = r.initiator_id) <> 1",
    ),
    (
        "I7",
        "a notification for somebody who did not start the run, or of an end that has not come",
        "select (select count(*) from notifications n join operation_runs r on r.id = n.run_id \
           where r.initiator_id is null or r.initiator_id <> n.user_id or (n.kind = 'terminal' and (r.status <> 'completed' or r.outcome <> n.outcome))) \
         + (select count(*) from outbox o join operation_runs r on r.id = o.run_id \
           where r.initiator_id is null or r.initiator_id <> o.user_id or (o.kind = 'terminal' and r.status <> 'completed'))",
    ),
    (
        "I8",
        "something of one tenant that hangs on another's",
        "select (select count(*) from operation_run_items i join operation_runs r on r.id = i.run_id where i.tenant_id <> r.tenant_id) \
         + (select count(*) from notifications n join operation_runs r on r.id = n.run_id where n.tenant_id <> r.tenant_id) \
         + (select count(*) from backup_sets b join operation_runs r on r.id = b.run_id where b.tenant_id <> r.tenant_id) \
         + (select count(*) from backup_set_items i join backup_sets b on b.id = i.set_id join versions v on v.id = i.version_id where v.tenant_id <> b.tenant_id) \
         + (select count(*) from inventory_objects o join versions v on v.id = o.version_id \
            where v.tenant_id <> o.tenant_id or v.type_key <> o.type_key or v.external_id <> o.external_id)",
    ),
    (
        "I12",
        "counters that differ from a recount",
        "select count(*) from (select type from (select tenant_id, type, status, outcome, runs as n from run_counters \
         union all select tenant_id, type, status, outcome, -1 as n from operation_runs) as sides \
         group by tenant_id, type, status, outcome having sum(n) <> 0) as wrong",
    ),
    (
        "backup sets",
        "a sealed set whose numbers are not those of its items",
        "select count(*) from backup_sets b where b.sealed_at is not null and \
         (b.items <> (select count(*) from backup_set_items i where i.set_id = b.id and i.outcome = 'succeeded') \
         or (b.status = 'complete' and b.incomplete > 0))",
    ),
    (
        "versions",
        "a complete object without a version, or two versions in a row with one content",
        "select (select count(*) from inventory_objects where complete and version_id is null) \
         + (select count(*) from (select content_hash, lag(content_hash) over (partition by tenant_id, type_key, external_id order by first_seen_at, id) as before \
            from versions where not imported) as pairs where content_hash = before)",
    ),
];

/// Fails with every invariant that the database at this address breaks.
pub async fn check(engine: Engine, address: &str) {
    let mut broken = chain::broken(engine, address).await;
    for (name, meaning, query) in INVARIANTS {
        let rows = number(engine, address, query).await;
        if rows != 0 {
            broken.push(format!("{name}: {meaning} ({rows})"));
        }
    }
    assert!(broken.is_empty(), "broken invariants:\n{}", broken.join("\n"));
}

/// I4: no run has been without a living owner for longer than this, by the database's clock.
pub async fn check_rescued(engine: Engine, address: &str, bound_ms: i64) {
    let now = match engine {
        Engine::Sqlite => "cast(unixepoch('subsec') * 1000 as integer)",
        Engine::Postgres => "(extract(epoch from clock_timestamp()) * 1000)::bigint",
    };
    let query = format!(
        "select count(*) from operation_runs where status = 'running' and lease_expires_at < {now} - {bound_ms}"
    );
    assert_eq!(
        number(engine, address, &query).await,
        0,
        "I4: running runs nobody has beaten for, beyond {bound_ms} ms"
    );
}

pub(crate) async fn number(engine: Engine, address: &str, query: &str) -> i64 {
    let query = AssertSqlSafe(query.to_owned());
    match engine {
        Engine::Sqlite => {
            let path = address.strip_prefix("sqlite:").unwrap_or(address);
            let mut connection =
                SqliteConnection::connect(&format!("sqlite:{path}")).await.expect("the database opens");
            let number = sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("the query runs");
            connection.close().await.expect("the database closes");
            number
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(address).await.expect("the database answers");
            let number = sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("the query runs");
            connection.close().await.expect("the connection closes");
            number
        }
    }
}
