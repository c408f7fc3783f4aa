//! Reads the tables past the store and compares them with the reference; then looks for broken invariants in what it
//! read, without the reference.

use std::collections::BTreeMap;

use model::ids::Id as _;
use model::run::{ItemOutcome, Outcome, Status};
use serde_json::{Value, json};
use sqlx::SqlitePool;

use crate::reference::{KINDS, Reference, Run, SYSTEM};

/// Everything in one answer, because each statement costs a schedule a tenth of its time.
const TABLES: &str = "select json_object( \
    'runs', (select json_group_array(json_array(lower(hex(id)), type, status, outcome, reason_code, fence, attempt, \
        lower(hex(lease_owner)), lease_expires_at, available_at, deadline_at, cancel_requested_at is not null, completed_at, \
        total, processed, succeeded, failed, skipped, next_sequence, lower(hex(tenant_id)), lower(hex(identity)), \
        initiator_id is not null)) from (select * from operation_runs order by id)), \
    'items', (select json_group_array(json_array(lower(hex(run_id)), key, outcome, ended_at is not null)) \
        from (select * from operation_run_items order by run_id, sequence)), \
    'steps', (select json_group_array(json_array(lower(hex(run_id)), name, done)) \
        from (select * from operation_run_steps order by run_id, name)), \
    'events', (select json_group_array(json_array(lower(hex(run_id)), kind)) \
        from (select * from operation_run_events order by run_id, id)), \
    'promises', (select json_group_array(json_array(lower(hex(run_id)), kind)) \
        from (select * from outbox order by run_id, id)), \
    'cards', (select json_group_array(json_array(lower(hex(run_id)), case kind when 'queued' then kind else outcome end)) \
        from (select * from notifications order by run_id)), \
    'keys', (select json_group_array(json_array(lower(hex(run_id)), expires_at)) \
        from (select * from idempotency_keys order by run_id, expires_at)), \
    'counters', (select json_group_array(json_array(lower(hex(tenant_id)), type, status, outcome, runs)) \
        from (select * from run_counters where runs <> 0 order by tenant_id, type, status, outcome)))";

/// Fails when the database is not as the reference has it, or breaks an invariant.
pub(crate) async fn check(pool: &SqlitePool, reference: &Reference) {
    let text: String = sqlx::query_scalar(TABLES).fetch_one(pool).await.unwrap();
    let seen: Value = serde_json::from_str(&text).unwrap();
    let expected = expected(reference);
    for (part, rows) in expected {
        let seen: Vec<_> = seen[part].as_array().unwrap().iter().map(|row| without_last(part, row)).collect();
        assert_eq!(seen, rows, "{part}: the database (left) is not what the operations lead to (right)");
    }
    invariants(&seen);
}

/// Columns at the end of a run's row are for the invariants alone.
fn without_last(part: &str, row: &Value) -> Value {
    match part {
        "runs" => row.as_array().unwrap()[..19].to_vec().into(),
        _ => row.clone(),
    }
}

fn hex(id: uuid::Uuid) -> String {
    id.simple().to_string()
}

fn expected(reference: &Reference) -> Vec<(&'static str, Vec<Value>)> {
    let (mut items, mut steps, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let (mut runs, mut promises, mut cards, mut keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut present: Vec<_> = reference.present().collect();
    // A start that is held has its id before one that overtakes it.
    present.sort_by_key(|(_, run)| run.id);
    for (index, run) in present {
        let id = hex(run.id.uuid());
        runs.push(row(run));
        let ended = |outcome: ItemOutcome| i64::from(outcome != ItemOutcome::Pending);
        items.extend(run.items.iter().map(|(key, outcome)| json!([id, key, outcome, ended(*outcome)])));
        steps.extend(run.steps.iter().map(|(name, done)| json!([id, name, i64::from(*done)])));
        events.extend(run.events.iter().map(|kind| json!([id, kind])));
        let mine = reference.outbox.iter().filter(|(promised, _)| *promised == index);
        promises.extend(mine.map(|(_, terminal)| json!([id, if *terminal { "terminal" } else { "queued" }])));
        let mut mine: Vec<_> =
            reference.keys.values().filter(|key| key.run == index).map(|key| key.expires_at).collect();
        mine.sort_unstable();
        keys.extend(mine.into_iter().map(|expires_at| json!([id, expires_at])));
    }
    let mut told: Vec<_> = reference.runs.iter().filter_map(|run| Some((run.id, run.card.as_ref()?))).collect();
    told.sort();
    cards.extend(told.into_iter().map(|(run, shown)| json!([hex(run.uuid()), shown])));
    vec![
        ("runs", runs),
        ("items", items),
        ("steps", steps),
        ("events", events),
        ("promises", promises),
        ("cards", cards),
        ("keys", keys),
    ]
}

fn row(run: &Run) -> Value {
    let bad = run.count(ItemOutcome::counts_as_failed);
    let good = run.count(|outcome| outcome == ItemOutcome::Succeeded);
    let skipped = run.count(|outcome| outcome == ItemOutcome::Skipped);
    json!([
        hex(run.id.uuid()),
        KINDS[run.kind].run_type,
        run.status,
        run.outcome,
        run.reason,
        run.fence,
        run.attempt,
        run.owner.map(|owner| hex(owner.uuid())).unwrap_or_default(),
        run.expires_at,
        run.available_at,
        run.deadline_at,
        i64::from(run.cancel),
        run.completed_at,
        run.total,
        good + bad + skipped,
        good,
        bad,
        skipped,
        run.items.len() + 1,
    ])
}

/// I1, I2, I4, I6, I7 and I12 on the rows as they were read.
fn invariants(seen: &Value) {
    let rows = |part: &str| seen[part].as_array().unwrap();
    let of = |part: &str, run: &Value| rows(part).iter().filter(|row| row[0] == *run).collect::<Vec<_>>();
    let mut counters: BTreeMap<String, i64> = BTreeMap::new();
    let mut active = Vec::new();
    for run in rows("runs") {
        let (id, status, outcome) = (&run[0], &run[2], &run[3]);
        let completed = status == "completed";
        if !completed {
            let identity = json!([run[19], run[1], run[20]]);
            assert!(!active.contains(&identity), "I1: two active runs of one identity");
            active.push(identity);
        }
        assert_eq!(outcome == "pending", !completed, "I2: an outcome exactly when completed");
        assert_eq!(run[12].is_null(), !completed, "I2: an end exactly when completed");
        let finished = of("events", id).iter().filter(|event| event[1] == "finished").count();
        assert_eq!(finished, usize::from(completed), "I2: a run ends once");
        assert_eq!(run[7] == "", status != "running", "I4: a worker holds a run exactly while it is running");
        assert_eq!(run[8].is_null(), status != "running", "I4: and only then has it a lease");
        items(run, &of("items", id));
        let told = of("promises", id).iter().chain(&of("cards", id)).filter(|row| row[1] != "queued").count();
        assert_eq!(told, usize::from(completed && run[21] == 1), "I7: the initiator, and nobody else, is told once");
        *counters.entry(json!([run[19], run[1], status, outcome]).to_string()).or_default() += 1;
    }
    for counter in rows("counters") {
        let [key @ .., number] = counter.as_array().unwrap().as_slice() else { unreachable!() };
        let recount = counters.remove(&json!(key).to_string());
        assert_eq!(recount, number.as_i64(), "I12: a counter is not the recount");
    }
    assert!(counters.is_empty(), "I12: runs that no counter knows: {counters:?}");
}

/// I6: the counts are the sum of the items, and the outcome does not contradict them.
fn items(run: &Value, items: &[&Value]) {
    let count = |outcomes: &[&str]| items.iter().filter(|item| outcomes.contains(&item[2].as_str().unwrap())).count();
    let good = count(&["succeeded"]);
    let bad = count(&["failed", "incomplete", "conflict", "unknown"]);
    let skipped = count(&["skipped"]);
    assert_eq!(
        (&run[14], &run[15], &run[16], &run[17]),
        (&json!(good + bad + skipped), &json!(good), &json!(bad), &json!(skipped)),
        "I6: the counts are not the sum of the items"
    );
    match run[3].as_str().unwrap() {
        "succeeded" => assert_eq!(bad, 0, "I6: succeeded with bad items"),
        "partially_succeeded" => assert!(good > 0 && bad > 0, "I6: partially succeeded without good or bad items"),
        "failed" => assert!(bad > 0 || !run[4].is_null(), "I6: failed without a bad item and without a reason"),
        _ => {}
    }
}

/// After a drain: everything has ended, and everybody who started something was told of its end.
pub(crate) fn all_ended(reference: &Reference) {
    for (_, run) in reference.present() {
        assert_eq!(run.status, Status::Completed, "{} never ended", run.id);
        assert_ne!(run.outcome, Outcome::Pending, "{} has no outcome", run.id);
        let told = run.card.as_deref().is_some_and(|shown| shown != "queued");
        assert_eq!(told, run.by != SYSTEM, "I7: {} ended, and its initiator sees {:?}", run.id, run.card);
    }
}

/// I5: nobody did an effect whose intent somebody else had recorded.
pub(crate) fn effects(reference: &Reference) {
    for ((run, key), times) in &reference.effects {
        assert!(*times <= 1, "I5: the effect {key} of {} was done {times} times", reference.runs[*run].id);
    }
}
