//! Turns, classes, one writer, limits, pauses, and the sentences that say why a run waits (spec 016).

use model::access::Role;
use model::ids::{RunId, TenantId};
use model::run::{Definition, IdentityInputs, Outcome, Priority, Status};
use serde_json::json;
use store::{Actor, ClaimedRun, Closing, NewRun, TenantScope, WorkerInfo, limits};

use crate::harness::{FRESH, TestDb, both, new_run, worker};

static WRITE: Definition =
    Definition { run_type: "restore.execute", identity: IdentityInputs::Fresh, writes: true, ..FRESH };

const TYPES: [&str; 2] = ["backup_set.create", "restore.execute"];

fn boss() -> Actor {
    Actor { user: None, name: "Boss".into() }
}

async fn start(test: &TestDb, scope: &TenantScope, new: NewRun) -> RunId {
    test.db.tenant(scope).runs().start(new).await.unwrap().run()
}

async fn fresh(test: &TestDb, scope: &TenantScope) -> RunId {
    start(test, scope, new_run(&FRESH, json!({}))).await
}

async fn claim(test: &TestDb, worker: &WorkerInfo, slots: usize) -> Vec<ClaimedRun> {
    test.db.ledger().claim(worker, slots, &TYPES).await.unwrap()
}

async fn finish(test: &TestDb, worker: &WorkerInfo, run: &ClaimedRun) {
    test.db.ledger().finish(&run.lease(worker.id), Closing::default()).await.unwrap();
}

/// Why a run waits, as code and sentence.
async fn why(test: &TestDb, scope: &TenantScope, run: RunId) -> (String, String) {
    let row = test.db.tenant(scope).runs().get(run).await.unwrap();
    assert_eq!(row.status, Status::Queued);
    row.reason.map(|reason| (reason.code, reason.sentence)).unwrap_or_default()
}

both! {
    async fn a_tenant_with_many_queued_runs_waits_for_its_next_turn(test: &TestDb) {
        let (noisy, quiet) = (test.owner().await, test.owner().await);
        for _ in 0..20 {
            fresh(test, &noisy).await;
        }
        let worker = worker();
        for round in 0..5 {
            // One place, as if a worker had no more: the noisy one's is served, then the quiet one's comes first.
            let taken = claim(test, &worker, 1).await.remove(0);
            assert_eq!(taken.tenant, noisy.tenant_id(), "round {round}");
            let first = fresh(test, &quiet).await;
            test.raw("update tenant_turns set served_at = served_at - 1000").await.unwrap();
            let next = claim(test, &worker, 1).await.remove(0);
            assert_eq!(next.id, first, "round {round}");
            finish(test, &worker, &taken).await;
            finish(test, &worker, &next).await;
        }
    }

    async fn equally_busy_tenants_are_served_in_a_circle(test: &TestDb) {
        let scopes = [test.owner().await, test.owner().await, test.owner().await];
        for scope in &scopes {
            for _ in 0..4 {
                fresh(test, scope).await;
            }
        }
        let worker = worker();
        let mut order: Vec<TenantId> = Vec::new();
        for _ in 0..12 {
            let run = claim(test, &worker, 1).await.remove(0);
            order.push(run.tenant);
            finish(test, &worker, &run).await;
            // Turns are told apart by milliseconds.
            test.raw("update tenant_turns set served_at = served_at - 10").await.unwrap();
        }
        for circle in order.chunks(3) {
            let mut served = circle.to_vec();
            served.sort();
            served.dedup();
            assert_eq!(served.len(), 3, "{order:?}");
        }
    }

    async fn a_person_goes_before_a_schedule_until_that_has_waited_long(test: &TestDb) {
        let scope = test.owner().await;
        let class = |priority| NewRun { priority, ..new_run(&FRESH, json!({})) };
        let background = start(test, &scope, class(Priority::Background)).await;
        let scheduled = start(test, &scope, class(Priority::Scheduled)).await;
        let person = start(test, &scope, class(Priority::Interactive)).await;
        let worker = worker();
        assert_eq!(claim(test, &worker, 1).await[0].id, person);
        // Five minutes of waiting lift a run by one class.
        test.raw("update operation_runs set available_at = available_at - 301000 where status = 'queued' and priority = 1").await.unwrap();
        fresh(test, &scope).await;
        let next = claim(test, &worker, 1).await;
        assert_eq!((next[0].id, next[0].priority), (scheduled, Priority::Scheduled));
        test.raw("update operation_runs set available_at = available_at - 601000 where status = 'queued' and priority = 2").await.unwrap();
        assert_eq!(claim(test, &worker, 1).await[0].id, background);
    }

    async fn one_run_at_a_time_writes_to_a_directory(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let first = start(test, &scope, new_run(&WRITE, json!({}))).await;
        let second = start(test, &scope, new_run(&WRITE, json!({}))).await;
        let read = fresh(test, &scope).await;
        let elsewhere = start(test, &other, new_run(&WRITE, json!({}))).await;
        let worker = worker();
        let mut taken = claim(test, &worker, 9).await;
        let mut ids: Vec<_> = taken.iter().map(|run| run.id).collect();
        ids.sort();
        let mut expected = vec![first, read, elsewhere];
        expected.sort();
        assert_eq!(ids, expected);
        assert!(claim(test, &worker, 9).await.is_empty());
        test.db.nodes().register(&worker, &TYPES, 9).await.unwrap();
        let (code, sentence) = why(test, &scope, second).await;
        assert_eq!((code.as_str(), sentence.as_str()), ("tenant_busy", "Waiting because “Sync inventory” is writing to this tenant. One writes at a time"));
        let forced = test.raw("update operation_runs set status = 'running', lease_owner = id, lease_expires_at = 1 where status = 'queued'").await;
        assert!(forced.is_err(), "the database refuses a second writer");
        taken.retain(|run| run.id == first);
        finish(test, &worker, &taken[0]).await;
        assert_eq!(claim(test, &worker, 9).await[0].id, second);
    }

    async fn many_workers_never_let_two_write(test: &TestDb) {
        let scope = test.owner().await;
        for _ in 0..12 {
            start(test, &scope, new_run(&WRITE, json!({}))).await;
        }
        let claims = (0..4).map(|_| {
            let db = test.db.clone();
            tokio::spawn(async move {
                let (worker, mut ended) = (worker(), 0);
                for _ in 0..200 {
                    let claimed = db.ledger().claim(&worker, 3, &TYPES).await.unwrap();
                    assert!(claimed.len() <= 1);
                    for run in claimed {
                        db.ledger().finish(&run.lease(worker.id), Closing::default()).await.unwrap();
                        ended += 1;
                    }
                }
                ended
            })
        });
        let mut ended = 0;
        for claim in claims.collect::<Vec<_>>() {
            ended += claim.await.unwrap();
        }
        let worker = worker();
        while let Some(run) = claim(test, &worker, 1).await.first() {
            finish(test, &worker, run).await;
            ended += 1;
        }
        assert_eq!(ended, 12);
    }

    async fn limits_hold_and_keep_nobody_else_back(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        for _ in 0..30 {
            fresh(test, &scope).await;
        }
        for _ in 0..3 {
            start(test, &other, new_run(&WRITE, json!({}))).await;
        }
        let worker = worker();
        test.db.nodes().register(&worker, &TYPES, 50).await.unwrap();
        test.db.limits().set(&[(FRESH.run_type, Some(2))], &boss(), None).await.unwrap();
        let taken = claim(test, &worker, 50).await;
        let of = |name: &str| taken.iter().filter(|run| run.run_type == name).count();
        assert_eq!((of(FRESH.run_type), of(WRITE.run_type)), (2, 1));
        assert!(claim(test, &worker, 50).await.is_empty());
        let waiting = fresh(test, &scope).await;
        assert_eq!(why(test, &scope, waiting).await.0, "limit_reached");
        test.db.limits().set(&[(FRESH.run_type, None)], &boss(), None).await.unwrap();
        test.db.limits().set(&[(limits::TENANT_READS, Some(5))], &boss(), None).await.unwrap();
        assert_eq!(claim(test, &worker, 50).await.len(), 3, "five reads of one tenant, two of which run");
        test.db.limits().set(&[(limits::TENANT_READS, Some(50))], &boss(), None).await.unwrap();
        test.db.limits().set(&[(limits::ALL, Some(10))], &boss(), None).await.unwrap();
        assert_eq!(claim(test, &worker, 50).await.len(), 4, "ten in all, six of which run");
        assert_eq!(why(test, &scope, waiting).await.1, "Waiting for a place: at most 10 runs of all tenants together are running at a time");
        test.db.limits().set(&[(limits::ALL, Some(0))], &boss(), None).await.unwrap();
        assert!(claim(test, &worker, 50).await.is_empty(), "a limit below what runs lets it end and takes nothing");
        assert_eq!(test.db.limits().list().await.unwrap().len(), 2);
        assert_eq!(test.number("select count(*) from audit_entries where action = 'limit.set'").await, 6);
    }

    async fn a_tenant_reads_eight_at_a_time_unless_told_otherwise(test: &TestDb) {
        let scope = test.owner().await;
        for _ in 0..12 {
            fresh(test, &scope).await;
        }
        assert_eq!(claim(test, &worker(), 50).await.len(), 8);
    }

    async fn a_pause_keeps_what_it_covers_and_says_so(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let worker = worker();
        test.db.nodes().register(&worker, &TYPES, 9).await.unwrap();
        let (run, theirs) = (fresh(test, &scope).await, fresh(test, &other).await);
        let tenant = test.db.tenant(&scope);
        let pause = tenant.pause(None, " Migration tonight ").await.unwrap();
        assert_eq!(why(test, &scope, run).await, ("paused".into(), format!("Paused by {}: Migration tonight", scope.actor().name)));
        assert!(tenant.runs().get(run).await.unwrap().paused);
        assert_eq!(claim(test, &worker, 9).await.iter().map(|run| run.id).collect::<Vec<_>>(), [theirs]);
        assert_eq!(tenant.pause(None, "again").await.unwrap_err().code, "pause.exists");
        assert_eq!(test.db.tenant(&other).resume(pause).await.unwrap_err().code, "not_found");
        assert!(test.db.tenant(&other).pauses().await.unwrap().is_empty());
        tenant.resume(pause).await.unwrap();
        assert_eq!(tenant.resume(pause).await.unwrap_err().code, "not_found");

        let of_type = tenant.pause(Some(FRESH.run_type), "Too slow").await.unwrap();
        assert!(claim(test, &worker, 9).await.is_empty());
        let write = start(test, &scope, new_run(&WRITE, json!({}))).await;
        assert_eq!(claim(test, &worker, 9).await[0].id, write, "another type goes on");
        let everywhere = test.db.pauses().pause(Some(FRESH.run_type), "Throttled", &boss(), None).await.unwrap();
        tenant.resume(of_type).await.unwrap();
        assert!(claim(test, &worker, 9).await.is_empty());
        assert_eq!(why(test, &scope, run).await.1, "Paused for all tenants by Boss: Throttled");
        assert_eq!(tenant.resume(everywhere).await.unwrap_err().code, "not_found", "not this tenant's to end");
        test.db.pauses().resume(everywhere, &boss(), None).await.unwrap();

        let all = test.db.pauses().pause(None, "Upgrade", &boss(), None).await.unwrap();
        assert!(claim(test, &worker, 9).await.is_empty());
        assert_eq!(test.db.pauses().list().await.unwrap().len(), 1);
        test.db.pauses().resume(all, &boss(), None).await.unwrap();
        assert_eq!(claim(test, &worker, 9).await[0].id, run);
        assert_eq!(test.number("select count(*) from audit_entries where action in ('pause.create', 'pause.end')").await, 8);
    }

    async fn a_pause_needs_the_right_and_a_reason(test: &TestDb) {
        let owner = test.owner().await;
        let user = test.user("op").await;
        test.db.tenant(&owner).set_member(user, Role::Operator).await.unwrap();
        let operator = test.db.authorise(user, owner.tenant_id()).await.unwrap();
        assert_eq!(test.db.tenant(&operator).pause(None, "mine").await.unwrap_err().code, "not_authorised");
        for reason in ["", "  ", "two\nlines", &"x".repeat(201)] {
            assert_eq!(test.db.tenant(&owner).pause(None, reason).await.unwrap_err().code, "pause.reason");
        }
        assert!(test.db.tenant(&owner).pauses().await.unwrap().is_empty());
    }

    async fn a_queued_run_says_what_it_waits_for(test: &TestDb) {
        let scope = test.owner().await;
        let run = fresh(test, &scope).await;
        assert_eq!(why(test, &scope, run).await.0, "no_worker");
        let (busy, server, old) = (worker(), worker(), worker());
        test.db.nodes().register(&server, &[], 0).await.unwrap();
        assert_eq!(why(test, &scope, run).await.0, "no_worker", "a node that only serves takes nothing");
        test.db.nodes().register(&old, &["inventory.sync"], 1).await.unwrap();
        assert_eq!(why(test, &scope, run).await.0, "no_handler");
        test.db.nodes().register(&busy, &TYPES, 1).await.unwrap();
        assert_eq!(why(test, &scope, run).await, Default::default(), "only its turn is missing");
        let held = claim(test, &busy, 1).await;
        assert_eq!(test.db.nodes().with_runs(60_000).await.unwrap().iter().map(|node| node.holds.len()).sum::<usize>(), 1);
        test.db.nodes().forget(old.id).await.unwrap();
        let next = fresh(test, &scope).await;
        assert_eq!(why(test, &scope, next).await, ("workers_busy".into(), "Waiting for a place: the workers have 1, all taken".into()));
        finish(test, &busy, &held[0]).await;
        assert_eq!(why(test, &scope, next).await, Default::default());
        let listed = test.db.tenant(&scope).runs().list(&Default::default(), &store::RunPageRequest { limit: 9, ..Default::default() }).await.unwrap();
        assert!(listed.rows.iter().all(|row| row.reason.is_none()));
    }

    async fn a_type_that_nobody_knows_ends_after_its_time(test: &TestDb) {
        let scope = test.owner().await;
        let run = fresh(test, &scope).await;
        test.raw("update operation_runs set available_at = available_at - 70000").await.unwrap();
        assert_eq!(test.db.ledger().end_unhandled().await.unwrap(), 0, "without a worker nothing is judged");
        let worker = worker();
        test.db.nodes().register(&worker, &["inventory.sync"], 4).await.unwrap();
        assert_eq!(test.db.ledger().end_unhandled().await.unwrap(), 1);
        let row = test.db.tenant(&scope).runs().get(run).await.unwrap();
        assert_eq!((row.outcome, row.reason.unwrap().code.as_str()), (Outcome::Failed, "no_handler"));
        let waiting = fresh(test, &scope).await;
        assert_eq!(test.db.ledger().end_unhandled().await.unwrap(), 0, "its time is not over");
        test.db.nodes().register(&worker, &["inventory.sync"], 4).await.unwrap();
        assert_eq!(why(test, &scope, waiting).await.0, "no_handler");
    }

    async fn a_repetition_is_a_run_of_its_own_and_only_once(test: &TestDb) {
        let scope = test.owner().await;
        let whole = test.start(&scope, json!({"types": ["a"]})).await.run();
        let repeat = || NewRun { retry_of: Some(whole), ..new_run(&crate::harness::SYNC, json!({"types": ["a"]})) };
        let first = start(test, &scope, repeat()).await;
        assert_ne!(first, whole);
        assert_eq!(start(test, &scope, repeat()).await, first, "two clicks are one run");
    }
}
