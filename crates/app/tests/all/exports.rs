//! Exports as runs: exactly the rows of the filter, behind any crash, and nothing that a spreadsheet would run.

use app::backups::schedules::now_run;
use app::exports::{Format, Pages, create_run, open_file, start_export};
use app::operations::RunQuery;
use model::access::Role;
use model::ids::{RunId, WorkerId};
use model::run::{ItemOutcome, Outcome};
use serde_json::json;
use store::{ExportPart, ItemRecord, NewRun, Started, TenantScope, WorkerInfo};
use testkit::{TestDatabase, World, on_both_databases};

on_both_databases!(
    a_file_holds_exactly_the_rows_and_a_dead_worker_costs_none,
    the_same_export_is_one_run_and_its_file_is_its_initiators_and_exporters,
    what_a_spreadsheet_would_run_is_text,
);

const ROWS: usize = 25;
/// Rows that the first worker has written when it dies.
const WRITTEN: usize = 10;

fn all() -> RunQuery {
    RunQuery::of([("type", now_run::DEFINITION.run_type), ("when", "all")])
}

/// Runs that nobody works on: cancelled before they began.
async fn cancelled(world: &World, scope: &TenantScope, target: &str) -> RunId {
    let run = NewRun::of(&now_run::DEFINITION, target, json!({}));
    let runs = world.db.tenant(scope).runs();
    let run = runs.start(run).await.unwrap().run();
    runs.request_cancel(run).await.unwrap();
    run
}

/// The whole file.
async fn file(world: &World, scope: &TenantScope, run: RunId) -> String {
    let file = open_file(&world.db, scope, run).await.unwrap();
    let mut bytes = Vec::new();
    for number in 1..=file.parts {
        bytes.extend(world.db.tenant(scope).exports().part(run, number).await.unwrap().unwrap());
    }
    assert_eq!(bytes.len() as u64, file.bytes);
    String::from_utf8(bytes).unwrap()
}

async fn a_file_holds_exactly_the_rows_and_a_dead_worker_costs_none(database: &TestDatabase) {
    let world = World::seeded(database, 1).await;
    let scope = world.scope().await;
    let mut ids = Vec::new();
    for number in 0..ROWS {
        ids.push(cancelled(&world, &scope, &format!("number {number}")).await.to_string());
    }
    let run = start_export(&world.db, &scope, all(), Format::Json, Default::default()).await.unwrap().run();
    // The first worker writes one part, as the handler does, and dies.
    let worker = WorkerInfo {
        id: world.db.ambient().id::<WorkerId>(),
        host: "test".into(),
        version: "0".into(),
        roles: Vec::new(),
    };
    let claimed = world.db.ledger().claim(&worker, 1, &[create_run::DEFINITION.run_type]).await.unwrap();
    let lease = claimed[0].lease(worker.id);
    let exports = world.db.tenant(&scope).exports();
    exports.begin(&lease, "json").await.unwrap();
    let page = Pages::new(all().filter(None, 0), Format::Json, WRITTEN).next(&world.db, &scope).await.unwrap().unwrap();
    let item = ItemRecord {
        key: "part/1".into(),
        label: "Operations 1 to 10".into(),
        kind: "Part".into(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail: None,
    };
    exports
        .add(&lease, ExportPart { number: 1, plain: page.bytes, rows: page.rows, position: page.position, item })
        .await
        .unwrap();
    database.execute("update operation_runs set lease_expires_at = 1 where status = 'running'").await;
    // A run that is started meanwhile is not in it.
    cancelled(&world, &scope, "later").await;
    let row = world.worked(run).await;
    assert_eq!((row.outcome, row.attempt, row.counts.succeeded), (Outcome::Succeeded, 2, 2), "{row:?}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&file(&world, &scope, run).await).unwrap();
    let exported: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    ids.reverse();
    assert_eq!(exported, ids, "each once, newest first");
    database.execute("update export_files set expires_at = 1").await;
    assert_eq!(open_file(&world.db, &scope, run).await.unwrap_err().code, "export.expired");
    assert_eq!(world.db.remove_expired_exports().await.unwrap(), 2);
}

async fn the_same_export_is_one_run_and_its_file_is_its_initiators_and_exporters(database: &TestDatabase) {
    let world = World::seeded(database, 1).await;
    let manager = world.person("Mara", Role::Manager).await;
    let (owner, mara) = (world.scope().await, world.scope_of(manager).await);
    let start = async |scope: &TenantScope, query: RunQuery, format| {
        start_export(&world.db, scope, query, format, Default::default()).await.unwrap()
    };
    let run = start(&mara, all(), Format::Csv).await.run();
    assert!(matches!(start(&owner, all(), Format::Csv).await, Started::AlreadyRunning(active) if active.id == run));
    assert!(matches!(start(&owner, all(), Format::Json).await, Started::New(_)), "another format is another file");
    let me = || RunQuery::of([("who", "me")]);
    let hers = start(&mara, me(), Format::Csv).await.run();
    assert!(matches!(start(&owner, me(), Format::Csv).await, Started::New(_)), "\"me\" is somebody else");
    let target = world.db.tenant(&owner).runs().get(hers).await.unwrap().target;
    assert_eq!(target, "operations as CSV: by Mara, last 30 days");
    world.drain().await;
    world.set_role(manager, Role::Readonly).await;
    let mara = world.scope_of(manager).await;
    assert!(file(&world, &mara, run).await.starts_with("\u{feff}id,"), "it stays hers");
    let other = world.scope_of(world.person("Rio", Role::Operator).await).await;
    assert_eq!(open_file(&world.db, &other, run).await.unwrap_err().code, "not_authorised");
    open_file(&world.db, &owner, run).await.unwrap();
}

async fn what_a_spreadsheet_would_run_is_text(database: &TestDatabase) {
    let world = World::seeded(database, 1).await;
    let scope = world.scope().await;
    for target in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a,\"b\"\r\nc"] {
        cancelled(&world, &scope, target).await;
    }
    let run = start_export(&world.db, &scope, all(), Format::Csv, Default::default()).await.unwrap().run();
    world.worked(run).await;
    let text = file(&world, &scope, run).await;
    for (line, cell) in [
        "\"a,\"\"b\"\"\r\nc\"",
        "\"'\r=1\"",
        "\"'\t=1\"",
        "\"'@SUM(A1)\"",
        "\"'-1\"",
        "\"'+1\"",
        "\"'=cmd|' /C calc'!A0\"",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(text.contains(&format!(",{cell},")), "{line}: {text}");
    }
}
