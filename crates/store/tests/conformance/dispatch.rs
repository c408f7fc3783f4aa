//! From the click to the handler: a fault at every edge leaves no run, or one queued run that a worker takes and ends;
//! and whoever asked is told which.

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use futures::future::poll_fn;
use model::Ambient;
use model::AppError;
use model::run::{Outcome, Status};
use serde_json::json;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use store::{
    Closing, DatabaseUrl, Db, Idempotency, Keyring, NewRun, NewTenant, NewUser, RunFilter, RunPageRequest, Started,
    TenantScope,
};

use crate::cutter::{Cut, Cutter};
use crate::harness::{KEY, SYNC, TestDb, both, new_run, worker};

/// More edges than a start has.
const EDGES_MAX: usize = 400;
/// Rounds in which a request is dropped at each of its awaits.
const ROUNDS_MAX: usize = 200;

fn asked(number: usize) -> NewRun {
    let mut new = new_run(&SYNC, json!({ "types": number }));
    new.idempotency = Some(Idempotency { key: number.to_string(), body_hash: [1; 32] });
    new
}

/// What is there fits to what was said; then the same request is repeated, and a worker takes and ends its run. Says how
/// many runs the fault had left.
async fn left_behind(db: &Db, scope: &TenantScope, number: usize, answer: Option<Result<Started, AppError>>) -> usize {
    let runs = db.tenant(scope).runs();
    let label = format!("{:?}", asked(number).inputs);
    let newest = RunPageRequest { limit: 50, ..RunPageRequest::default() };
    let found = runs.list(&RunFilter::default(), &newest).await.unwrap().rows;
    let left: Vec<_> = found.iter().filter(|row| row.status == Status::Queued).map(|row| row.id).collect();
    assert!(left.len() <= 1, "{label}: {left:?}");
    match &answer {
        None => {}
        Some(Ok(Started::New(run))) => assert_eq!(left, [*run], "{label}: started means queued"),
        Some(Ok(other)) => panic!("{label}: nothing of the kind was there before: {other:?}"),
        Some(Err(error)) if error.code == "run.start_unknown" => assert!(error.hint.is_some()),
        Some(Err(error)) => {
            assert!(error.message.ends_with("Nothing was started"), "{label}: {error}");
            assert!(left.is_empty(), "{label}: {error}, and yet {left:?} is queued");
        }
    }
    let again = runs.start(asked(number)).await.unwrap();
    assert!(left.first().is_none_or(|run| *run == again.run()), "{label}: the same key gives the same run");
    let worker = worker();
    let claimed = db.ledger().claim(&worker, 8, &[SYNC.run_type]).await.unwrap();
    assert_eq!(claimed.iter().map(|run| run.id).collect::<Vec<_>>(), [again.run()], "{label}: what is queued is taken");
    let ended = db.ledger().finish(&claimed[0].lease(worker.id), Closing::default()).await.unwrap();
    assert_eq!(ended, Outcome::Succeeded);
    left.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_at_any_edge_of_a_start_leaves_what_the_person_is_told() {
    let test = TestDb::postgres().await;
    let scope = test.owner().await;
    let cutter = Cutter::before(&test.address).await;
    let url = DatabaseUrl::from_str(&cutter.address).unwrap();
    let cut = Db::open(&url, Keyring::from_text(KEY).unwrap(), Ambient::system()).await.unwrap();
    let mut number = 0;
    // Cut, whether the database is back at once, and what came of it: settled as started, not known with and without a run.
    let (mut settled, mut unknown) = (0, [0, 0]);
    for (side, stays_away) in [(Cut::Before, false), (Cut::After, false), (Cut::Before, true), (Cut::After, true)] {
        for edge in 1..EDGES_MAX {
            number += 1;
            cutter.arm(edge, side, stays_away);
            let answer = cut.tenant(&scope).runs().start(asked(number)).await;
            let was_cut = cutter.disarm();
            let (is_ok, code) = (answer.is_ok(), answer.as_ref().err().map(|error| error.code));
            let left = left_behind(&test.db, &scope, number, Some(answer)).await;
            match code {
                Some("run.start_unknown") => {
                    assert!(stays_away, "a database that is back is asked again");
                    unknown[left] += 1;
                }
                None if was_cut => settled += 1,
                _ => {}
            }
            if !was_cut {
                assert!(is_ok, "without a fault it starts");
                assert!(edge > 8, "a start has more edges than {edge}");
                break;
            }
        }
    }
    assert!(settled >= 2, "a lost commit is settled by a second look, {settled} times");
    assert!(unknown[0] >= 1 && unknown[1] >= 1, "a commit that stays unknown may have happened or not: {unknown:?}");
    cut.close().await;
    test.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_fails_at_any_instruction_of_a_start_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let left = Arc::new(AtomicI64::new(i64::MAX));
    let refuses_commit = Arc::new(AtomicI64::new(0));
    let (counted, refused) = (left.clone(), refuses_commit.clone());
    // As the store's own pool does: SQLite itself rolls back what was interrupted, and sqlx does not learn of it.
    let outside = SqlitePoolOptions::new().max_connections(1).before_acquire(|connection, _| {
        let inside = connection.is_in_transaction();
        Box::pin(async move { Ok(!inside) })
    });
    let pool = outside.after_connect(move |connection, _| {
        let (counted, refused) = (counted.clone(), refused.clone());
        Box::pin(async move {
            let mut handle = connection.lock_handle().await?;
            handle.set_progress_handler(1, move || counted.fetch_sub(1, Ordering::SeqCst) != 0);
            handle.set_commit_hook(move || refused.load(Ordering::SeqCst) == 0);
            Ok(())
        })
    });
    let options = SqliteConnectOptions::new().filename(folder.path().join("atlas.db"));
    let options = options.create_if_missing(true).foreign_keys(true).synchronous(SqliteSynchronous::Off);
    let pool = pool.connect_with(options).await.unwrap();
    let db = Db::on_given_pool(pool, Keyring::from_text(KEY).unwrap(), Ambient::system()).await.unwrap();
    let scope = owner(&db).await;
    let (mut number, mut instruction) = (0, 0);
    loop {
        number += 1;
        left.store(instruction, Ordering::SeqCst);
        let answer = db.tenant(&scope).runs().start(asked(number)).await;
        let was_hit = left.swap(i64::MAX, Ordering::SeqCst) < 0;
        let is_ok = answer.is_ok();
        let runs = left_behind(&db, &scope, number, Some(answer)).await;
        if !was_hit {
            assert!(is_ok && runs == 1 && instruction > 300, "{instruction} instructions are a whole start");
            break;
        }
        assert_eq!(runs, 0, "a statement that failed at instruction {instruction} left something");
        instruction += 11;
    }
    refuses_commit.store(1, Ordering::SeqCst);
    let answer = db.tenant(&scope).runs().start(asked(0)).await;
    refuses_commit.store(0, Ordering::SeqCst);
    assert!(answer.is_err(), "the commit was refused");
    assert_eq!(left_behind(&db, &scope, 0, Some(answer)).await, 0);
    db.close().await;
}

async fn owner(db: &Db) -> TenantScope {
    let (email, name) = ("owner@example.com".into(), "Owner".into());
    let user = db.people().create(NewUser { email, name, password_hash: None, platform_admin: false }).await.unwrap();
    let new = NewTenant {
        display_name: "Contoso".into(),
        directory_id: Ambient::system().uuid().to_string(),
        primary_domain: "contoso.com".into(),
        cloud: "global".into(),
        labels: Default::default(),
    };
    let tenant = db.tenants().create(new, user).await.unwrap();
    db.authorise(user, tenant).await.unwrap()
}

/// Starts the run of this number, and drops the request when it has been polled so often without an answer.
async fn start_dropped(
    db: &Db,
    scope: &TenantScope,
    number: usize,
    polls_max: usize,
) -> Option<Result<Started, AppError>> {
    let runs = db.tenant(scope).runs();
    let mut starting = Box::pin(runs.start(asked(number)));
    let mut polls = 0;
    poll_fn(|context| {
        polls += 1;
        match starting.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if polls == polls_max => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

both! {
    async fn a_request_that_is_dropped_at_any_await_of_a_start_leaves_nothing_or_a_queued_run(test: &TestDb) {
        let scope = test.owner().await;
        let mut left = [0, 0];
        let mut number = 0;
        // SQLite may answer before it is asked whether it has; then there are few awaits to be dropped at, and more rounds.
        for _ in 0..ROUNDS_MAX {
            for polls_max in 1..EDGES_MAX {
                number += 1;
                let answer = start_dropped(&test.db, &scope, number, polls_max).await;
                let dropped = answer.is_none();
                // What a dropped request has left is on its way: whoever writes next waits for it.
                let of_next = test.db.tenant(&scope).audit().record("test.waits", None, "succeeded", None).await;
                of_next.unwrap();
                left[left_behind(&test.db, &scope, number, answer).await] += 1;
                if !dropped {
                    break;
                }
            }
            if left[0] > 3 {
                break;
            }
        }
        assert!(left[0] > 3 && left[1] > 0, "{left:?}");
    }
}
