//! `many-items DATABASE EMAIL COUNT`: a completed run with so many items, three of them failed, in the first tenant of
//! this person. Prints the run's id. For looking at pages: no operation of a simulated tenant has as many items.

#![allow(clippy::print_stdout, reason = "what it prints is its answer")]

use std::path::Path;
use std::str::FromStr as _;

use model::Ambient;
use model::access::Capability;
use model::ids::RunId;
use model::run::{Definition, IdentityInputs, ItemOutcome, Repeat};
use serde_json::json;
use store::{Closing, DatabaseUrl, Db, ItemRecord, Keyring, Lease, NewRun, TenantScope, WorkerInfo};

/// No server knows this type, so that none takes the run.
const MANY: Definition = Definition {
    run_type: "test.many_items",
    aliases: &[],
    label: "Read many items",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fresh,
    deadline_ms: 600_000,
    attempts_max: 1,
    writes: false,
    repeat: Repeat::Whole,
    spec: "001-operation-runs-ledger",
};
/// Items that are recorded between two beats.
const BATCH: u64 = 5_000;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, email, count] = &arguments[..] else { panic!("many-items DATABASE EMAIL COUNT") };
    let count = count.parse().expect("COUNT is a number");
    let keys = Keyring::from_file(Path::new(database).with_extension("key"));
    let url = DatabaseUrl::from_str(database).expect("DATABASE is one");
    let db = Db::open(&url, keys, Ambient::system()).await.expect("the database opens");
    let person = db.people().by_email(email).await.expect("it answers").expect("the person is there").id;
    let tenant =
        db.tenants().list_for(person).await.expect("it answers").first().expect("they have a tenant").tenant.id;
    let scope = db.authorise(person, tenant).await.expect("they are a member");
    println!("{}", make(&db, &scope, count).await);
    db.close().await;
}

async fn make(db: &Db, scope: &TenantScope, count: u64) -> RunId {
    let new = NewRun::of(&MANY, format!("{count} items"), json!({}));
    db.tenant(scope).runs().start(new).await.expect("it starts");
    let roles = vec!["worker".into()];
    let worker = WorkerInfo { id: Ambient::system().id(), host: "here".into(), version: "1".into(), roles };
    let claimed = db.ledger().claim(&worker, 1, &[MANY.run_type]).await.expect("it answers");
    let lease = claimed.first().expect("nobody else takes it").lease(worker.id);
    record(db, &lease, count).await;
    db.ledger().finish(&lease, Closing::default()).await.expect("it ends");
    lease.run
}

async fn record(db: &Db, lease: &Lease, count: u64) {
    let heart = db.ledger().heart(lease.worker);
    let failed = [count / 2, count / 2 + 1, count - 1];
    for first in (1..=count).step_by(BATCH as usize) {
        heart.beat(&[lease.run]).await.expect("the beat goes on");
        let items = (first..=count.min(first + BATCH - 1)).map(|number| item(number, failed.contains(&number)));
        db.ledger().record(lease, items.collect()).await.expect("items are recorded");
    }
    heart.stop().await;
}

fn item(number: u64, failed: bool) -> ItemRecord {
    ItemRecord {
        key: format!("scopeTags/{number}"),
        label: format!("Tag {number:06}"),
        kind: "Scope tag".into(),
        outcome: if failed { ItemOutcome::Failed } else { ItemOutcome::Succeeded },
        code: failed.then(|| "graph.forbidden".into()),
        message: failed.then(|| "Microsoft Graph refused it".into()),
        detail: None,
    }
}
