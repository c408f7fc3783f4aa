//! A tenant with very many runs, made by statements of its own with the product's triggers on: through the product it
//! would take hours.

use store::{Engine, NewUser};
use tokio::time::Instant;
use uuid::Uuid;

use super::bulk::{Bulk, settle};
use crate::Failure;
use crate::ledger::database::Database;
use crate::ledger::world::World;
use model::access::Role;
use model::ids::{Id, UserId};

/// Rows in one transaction.
const SLICE: i64 = 50_000;
/// The runs are spread over so many milliseconds: what is kept by default.
const SPAN_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// The newest runs, which still wait.
const QUEUED: i64 = 40;
/// E-mail address of somebody who started one run in fifty.
pub(crate) const SECOND: &str = "second@example.com";

/// Fills the tenant with so many runs, then tidies up as a worker's sweep does.
pub(crate) async fn fill(database: &Database, world: &World, runs: i64) -> Result<(), Failure> {
    let began = Instant::now();
    let second = second_person(world).await?;
    let words = Words::of(database.engine, world, second, runs, world.db.ping().await?);
    let mut raw = database.raw().await?;
    let bulk = Bulk::begin(database, &mut raw).await?;
    let mut first = 1;
    while first <= runs {
        let last = runs.min(first + SLICE - 1);
        raw.execute(words.runs(first, last)).await?;
        raw.execute(words.items(first, last)).await?;
        first = last + 1;
    }
    bulk.end(database, &mut raw).await?;
    world.db.ledger().sweep().await?;
    while world.db.ledger().compact().await? {}
    // After the sweep, which folds as many counters as there are runs.
    settle(&mut raw).await?;
    println!("{runs} runs are there after {:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Queues so many runs of this type, due at once and the oldest first.
pub(crate) async fn queue(database: &Database, world: &World, runs: i64, run_type: &str) -> Result<(), Failure> {
    let words = Words::of(database.engine, world, world.owner, runs, world.db.ping().await?);
    let mut raw = database.raw().await?;
    raw.execute(words.queued(runs, run_type)).await?;
    settle(&mut raw).await
}

async fn second_person(world: &World) -> Result<UserId, Failure> {
    let person = NewUser { email: SECOND.into(), name: "Second".into(), password_hash: None, platform_admin: false };
    let person = world.db.people().create(person).await?;
    world.db.tenant(&world.scope).set_member(person, Role::Operator).await?;
    Ok(person)
}

/// What differs between the engines, and between databases.
struct Words {
    engine: Engine,
    tenant: String,
    owner: String,
    second: String,
    runs: i64,
    /// Creation of the oldest run, milliseconds since the Unix epoch.
    oldest_ms: i64,
    step_ms: i64,
}

impl Words {
    fn of(engine: Engine, world: &World, second: UserId, runs: i64, now_ms: i64) -> Self {
        let literal = |id: Uuid| match engine {
            Engine::Sqlite => format!("x'{}'", id.simple()),
            Engine::Postgres => format!("'{id}'::uuid"),
        };
        Self {
            engine,
            tenant: literal(world.tenant.uuid()),
            owner: literal(world.owner.uuid()),
            second: literal(second.uuid()),
            runs,
            oldest_ms: now_ms - SPAN_MS,
            step_ms: (SPAN_MS / runs).max(1),
        }
    }

    /// The numbers of the rows, as `n (i)`.
    fn numbers(&self, first: i64, last: i64) -> String {
        match self.engine {
            Engine::Sqlite => {
                format!("with recursive n (i) as (select {first} union all select i + 1 from n where i < {last}) ")
            }
            Engine::Postgres => format!("with n (i) as (select generate_series({first}::bigint, {last}::bigint)) "),
        }
    }

    /// Creation of run `i`.
    fn at(&self) -> String {
        format!("({} + i * {})", self.oldest_ms, self.step_ms)
    }

    /// Id of run `i`: sorts by creation, as the product's ids do.
    fn id(&self) -> String {
        let at = self.at();
        match self.engine {
            Engine::Sqlite => format!("unhex(printf('%012x7%03x8%015x', {at}, i % 4096, i))"),
            Engine::Postgres => format!(
                "(lpad(to_hex({at}), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || lpad(to_hex(i), 15, '0'))::uuid"
            ),
        }
    }

    fn identity(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "unhex(printf('%064x', i))",
            Engine::Postgres => "decode(lpad(to_hex(i), 64, '0'), 'hex')",
        }
    }

    fn runs(&self, first: i64, last: i64) -> String {
        let (numbers, id, at, identity) = (self.numbers(first, last), self.id(), self.at(), self.identity());
        let (tenant, owner, second) = (&self.tenant, &self.owner, &self.second);
        let waits = format!("i > {}", self.runs - QUEUED);
        format!(
            "{numbers} insert into operation_runs (id, tenant_id, type, label, target, status, outcome, identity, \
             initiator_id, initiator_name, inputs, context, total, processed, succeeded, failed, next_sequence, attempt, \
             fence, attempts_max, deadline_ms, available_at, created_at, started_at, completed_at, last_progress_at) \
             select {id}, {tenant}, \
             case when i % 20 < 12 then 'inventory.sync' when i % 20 < 16 then 'directory_groups.sync' \
             when i % 20 < 18 then 'backup_set.create' when i % 20 = 18 then 'policy.capture_snapshot' else 'connection.check' end, \
             case when i % 20 < 12 then 'Sync inventory' when i % 20 < 16 then 'Sync groups' \
             when i % 20 < 18 then 'Back up' when i % 20 = 18 then 'Capture snapshot' else 'Check connection' end, \
             case when i % 100000 = 77 then 'Pilot ring' else '16 types' end, \
             case when {waits} then 'queued' else 'completed' end, \
             case when {waits} then 'pending' when i % 100 = 0 then 'failed' when i % 100 < 4 then 'partially_succeeded' \
             when i % 1000 = 500 then 'cancelled' else 'succeeded' end, \
             {identity}, case when i % 50 = 7 then {second} else {owner} end, case when i % 50 = 7 then 'Second' else 'Bench' end, \
             '{{}}', '{{}}', 100, 100, 100 - case when i % 100 < 4 then 1 else 0 end, case when i % 100 < 4 then 1 else 0 end, \
             101, 1, 1, 5, 7200000, {at} + case when {waits} then 3600000 else 0 end, {at}, \
             case when {waits} then null else {at} + 20 end, case when {waits} then null else {at} + 9000 end, {at} + 9000 from n"
        )
    }

    /// Runs that nothing but their number keeps from being claimed.
    fn queued(&self, runs: i64, run_type: &str) -> String {
        let (numbers, id, at, identity) = (self.numbers(1, runs), self.id(), self.at(), self.identity());
        let (tenant, owner) = (&self.tenant, &self.owner);
        format!(
            "{numbers} insert into operation_runs (id, tenant_id, type, label, target, status, outcome, identity, \
             initiator_id, initiator_name, inputs, context, attempts_max, deadline_ms, available_at, created_at) \
             select {id}, {tenant}, '{run_type}', 'Do nothing', '1 thing', 'queued', 'pending', {identity}, \
             {owner}, 'Bench', '{{}}', '{{}}', 3, 600000, {at}, {at} from n"
        )
    }

    /// One item with a code for each run that failed; one in a hundred of those is rare.
    fn items(&self, first: i64, last: i64) -> String {
        let (numbers, id, at, tenant) = (self.numbers(first, last), self.id(), self.at(), &self.tenant);
        format!(
            "{numbers} insert into operation_run_items \
             (run_id, sequence, tenant_id, key, label, kind, outcome, code, message, started_at, ended_at) \
             select {id}, 1, {tenant}, 'settingsCatalog/1', 'WIN – BitLocker', 'Settings catalog policy', 'failed', \
             case when i % 10000 = 0 then 'graph.page_loop' else 'graph.permission_denied' end, 'It failed', {at}, {at} + 9000 \
             from n where i % 100 = 0"
        )
    }
}
