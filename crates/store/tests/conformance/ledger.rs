//! Claim, beat, sweep, fenced writes, endings and notifications.

use model::ids::WorkerId;
use model::run::{Counts, ItemOutcome, Outcome, Reason, Status};
use serde_json::json;
use store::{Closing, Engine, Lease, NewRun, NotificationKind, Release, StoreError, SweptTo};

use crate::harness::{FRESH, SYNC, both, item, new_run, worker};

both! {
    async fn tenants_take_turns(test: &TestDb) {
        let (noisy, quiet) = (test.owner().await, test.owner().await);
        for _ in 0..6 {
            test.db.tenant(&noisy).runs().start(new_run(&FRESH, json!({}))).await.unwrap();
        }
        test.db.tenant(&quiet).runs().start(new_run(&FRESH, json!({}))).await.unwrap();
        let claimed = test.db.ledger().claim(&worker(), 2, &[FRESH.run_type]).await.unwrap();
        let tenants: Vec<_> = claimed.iter().map(|run| run.tenant).collect();
        assert!(tenants.contains(&noisy.tenant_id()) && tenants.contains(&quiet.tenant_id()));
        assert!(claimed.iter().all(|run| run.attempt == 1 && run.fence == 1));
        assert!(test.db.ledger().claim(&worker(), 9, &[SYNC.run_type]).await.unwrap().is_empty(), "only the types it knows");
    }

    async fn two_workers_never_hold_the_same_run(test: &TestDb) {
        let scope = test.owner().await;
        test.db.limits().set(&[(store::limits::TENANT_READS, Some(100))], scope.actor(), None).await.unwrap();
        for _ in 0..20 {
            test.db.tenant(&scope).runs().start(new_run(&FRESH, json!({}))).await.unwrap();
        }
        let claims = (0..4).map(|_| {
            let db = test.db.clone();
            tokio::spawn(async move {
                let worker = worker();
                let mut held = Vec::new();
                while held.len() < 20 {
                    let claimed = db.ledger().claim(&worker, 3, &[FRESH.run_type]).await.unwrap();
                    if claimed.is_empty() { break }
                    held.extend(claimed.into_iter().map(|run| run.id));
                }
                held
            })
        });
        let mut held = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            held.extend(claim.await.unwrap());
        }
        held.extend(test.db.ledger().claim(&worker(), 20, &[FRESH.run_type]).await.unwrap().into_iter().map(|run| run.id));
        let all = held.len();
        held.sort();
        held.dedup();
        assert_eq!((all, held.len()), (20, 20));
    }

    async fn a_lost_lease_writes_nothing(test: &TestDb) {
        let scope = test.owner().await;
        let (run, old) = test.claimed(&scope).await;
        let ledger = test.db.ledger();
        test.expire_leases().await;
        ledger.record(&old, vec![item("before", ItemOutcome::Succeeded)]).await.unwrap();
        let swept = ledger.sweep().await.unwrap();
        assert_eq!((swept[0].run, swept[0].became, swept[0].code.as_str()), (run.id, SweptTo::Requeued, "worker_lost"));
        assert!(ledger.sweep().await.unwrap().is_empty(), "a second sweeper finds nothing");
        for again in [false, true] {
            let stranger = Lease { worker: model::Ambient::system().id::<WorkerId>(), ..old };
            for lease in [old, stranger] {
                assert!(matches!(ledger.record(&lease, vec![item("late", ItemOutcome::Succeeded)]).await, Err(StoreError::LeaseLost)));
                assert!(matches!(ledger.set_total(&lease, 7).await, Err(StoreError::LeaseLost)));
                assert!(matches!(ledger.event(&lease, "late", None).await, Err(StoreError::LeaseLost)));
                assert!(matches!(ledger.step_done(&lease, "late", None).await, Err(StoreError::LeaseLost)));
                assert!(matches!(ledger.finish(&lease, Closing::default()).await, Err(StoreError::LeaseLost)));
                let release = Release { available_at: 0, reason: Reason::new("x", "y"), costs_attempt: false };
                assert!(matches!(ledger.release(&lease, release).await, Err(StoreError::LeaseLost)));
            }
            assert!(ledger.heart(old.worker).beat(&[old.run]).await.unwrap().is_empty(), "a lost run is missing in the beat");
            if !again {
                let taken = ledger.claim(&worker(), 1, &[FRESH.run_type]).await.unwrap();
                assert_eq!((taken[0].fence, taken[0].attempt), (2, 2));
            }
        }
        let row = test.db.tenant(&scope).runs().get(run.id).await.unwrap();
        assert_eq!((row.status, row.counts.processed), (Status::Running, 1));
    }

    async fn a_run_that_its_living_worker_gave_up_is_not_kept_by_the_beat(test: &TestDb) {
        let scope = test.owner().await;
        for _ in 0..2 {
            test.db.tenant(&scope).runs().start(new_run(&FRESH, json!({}))).await.unwrap();
        }
        let worker = worker();
        let claimed = test.db.ledger().claim(&worker, 2, &[FRESH.run_type]).await.unwrap();
        test.expire_leases().await;
        let heart = test.db.ledger().heart(worker.id);
        let beats = heart.beat(&[claimed[0].id]).await.unwrap();
        assert_eq!(beats.iter().map(|beat| beat.run).collect::<Vec<_>>(), [claimed[0].id]);
        let swept = test.db.ledger().sweep().await.unwrap();
        assert_eq!(swept.iter().map(|swept| swept.run).collect::<Vec<_>>(), [claimed[1].id]);
        assert!(heart.beat(&[]).await.unwrap().is_empty());
    }

    async fn a_run_that_keeps_killing_its_worker_ends(test: &TestDb) {
        let scope = test.owner().await;
        let run = test.db.tenant(&scope).runs().start(new_run(&FRESH, json!({}))).await.unwrap().run();
        for _ in 0..FRESH.attempts_max {
            assert_eq!(test.db.ledger().claim(&worker(), 1, &[FRESH.run_type]).await.unwrap().len(), 1);
            test.expire_leases().await;
            test.db.ledger().sweep().await.unwrap();
        }
        let row = test.db.tenant(&scope).runs().get(run).await.unwrap();
        assert_eq!((row.outcome, row.reason.unwrap().code.as_str(), row.failures.len()), (Outcome::Failed, "worker_crashed", 1));
    }

    async fn the_end_of_a_part_wakes_the_run_that_waits_for_it(test: &TestDb) {
        let scope = test.owner().await;
        let (whole, lease) = test.claimed(&scope).await;
        let part = NewRun { parent: Some(whole.id), ..new_run(&FRESH, json!({})) };
        let part = test.db.tenant(&scope).runs().start(part).await.unwrap().run();
        let far = test.db.ping().await.unwrap() + 3_600_000;
        let wait = Release { available_at: far, reason: Reason::new("x", "Waiting"), costs_attempt: false };
        test.db.ledger().release(&lease, wait).await.unwrap();
        let worker = worker();
        let claimed = test.db.ledger().claim(&worker, 9, &[FRESH.run_type]).await.unwrap();
        assert_eq!(claimed.iter().map(|run| run.id).collect::<Vec<_>>(), [part], "the whole waits");
        test.db.ledger().finish(&claimed[0].lease(worker.id), Closing::default()).await.unwrap();
        let claimed = test.db.ledger().claim(&worker, 9, &[FRESH.run_type]).await.unwrap();
        assert_eq!(claimed.iter().map(|run| run.id).collect::<Vec<_>>(), [whole.id]);
    }

    async fn a_hung_handler_ends_by_its_deadline(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        test.raw("update operation_runs set deadline_at = 1").await.unwrap();
        let swept = test.db.ledger().sweep().await.unwrap();
        assert_eq!((swept[0].run, swept[0].code.as_str()), (run.id, "deadline_exceeded"));
        assert!(matches!(test.db.ledger().finish(&lease, Closing::default()).await, Err(StoreError::LeaseLost)));
    }

    async fn an_item_ends_once_and_counts_follow_the_items(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let ledger = test.db.ledger();
        ledger.record(&lease, vec![item("a", ItemOutcome::Pending), item("b", ItemOutcome::Succeeded), item("b", ItemOutcome::Failed)]).await.unwrap();
        assert_eq!(ledger.recorded_keys(run.id).await.unwrap(), ["b".to_owned()].into());
        let again = vec![item("a", ItemOutcome::Incomplete), item("b", ItemOutcome::Failed), item("c\0", ItemOutcome::Skipped)];
        assert_eq!(ledger.record(&lease, again).await.unwrap(), 2, "b has ended before");
        let outcome = ledger.finish(&lease, Closing::default()).await.unwrap();
        let row = test.db.tenant(&scope).runs().get(run.id).await.unwrap();
        let items = [ItemOutcome::Incomplete, ItemOutcome::Succeeded, ItemOutcome::Skipped];
        assert_eq!(row.counts, Counts::of(items));
        assert_eq!((outcome, row.outcome), (Outcome::PartiallySucceeded, Counts::of(items).outcome()));
        assert!(test.raw("update operation_run_items set outcome = 'failed' where key = 'b'").await.is_err(), "an ended item is final");
    }

    async fn the_outcome_in_the_database_is_the_rule_of_the_model(test: &TestDb) {
        let scope = test.owner().await;
        use ItemOutcome::{Conflict, Failed, Incomplete, Skipped, Succeeded, Unknown};
        let cases: [&[ItemOutcome]; 7] =
            [&[], &[Skipped], &[Succeeded, Skipped], &[Succeeded, Unknown], &[Failed], &[Incomplete, Conflict], &[Succeeded, Failed]];
        for outcomes in cases {
            let (_, lease) = test.claimed(&scope).await;
            let items = outcomes.iter().enumerate().map(|(at, outcome)| item(&at.to_string(), *outcome)).collect();
            test.db.ledger().record(&lease, items).await.unwrap();
            let outcome = test.db.ledger().finish(&lease, Closing::default()).await.unwrap();
            assert_eq!(outcome, Counts::of(outcomes.iter().copied()).outcome(), "{outcomes:?}");
        }
    }

    async fn an_end_is_final_and_notifies_its_initiator_once(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let user = scope.actor().user.unwrap();
        let cards = test.db.notifications(user);
        assert_eq!(test.db.outbox().deliver(10).await.unwrap(), 1);
        assert_eq!(cards.list(10).await.unwrap()[0].kind, NotificationKind::Queued);
        cards.mark_read(None).await.unwrap();
        assert_eq!(test.db.ledger().finish(&lease, Closing::default()).await.unwrap(), Outcome::Succeeded);
        let outbox = test.db.outbox();
        let (one, two) = tokio::join!(outbox.deliver(10), outbox.deliver(10));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        let list = cards.list(10).await.unwrap();
        assert_eq!((list.len(), list[0].run, list[0].kind, list[0].outcome), (1, run.id, NotificationKind::Terminal, Outcome::Succeeded));
        assert_eq!(cards.unread_count().await.unwrap(), 1, "the terminal card is unread again");
        let stranger = test.user("stranger").await;
        assert!(test.db.notifications(stranger).list(10).await.unwrap().is_empty());
        assert!(test.raw("update operation_runs set outcome = 'failed'").await.is_err(), "terminal rows do not change");
        let kinds: Vec<_> = test.db.tenant(&scope).runs().events(run.id).await.unwrap().into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, ["queued", "claimed", "finished"]);
    }

    async fn the_database_refuses_nonsense(test: &TestDb) {
        let scope = test.owner().await;
        test.start(&scope, json!({})).await;
        for nonsense in [
            "update operation_runs set outcome = 'succeeded'",
            "update operation_runs set status = 'completed'",
            "update operation_runs set status = 'running'",
            "update operation_runs set completed_at = 1",
            "update operation_runs set processed = 1",
            "update operation_runs set status = 'paused'",
            "update audit_entries set outcome = 'x'",
            "delete from audit_entries",
        ] {
            assert!(test.raw(nonsense).await.is_err(), "{nonsense}");
        }
        let twin = "insert into operation_runs (id, tenant_id, type, label, target, status, outcome, identity, initiator_name, inputs, context, \
                    attempts_max, deadline_ms, available_at, created_at) select cast('x' as TYPE), tenant_id, type, label, target, status, outcome, \
                    identity, initiator_name, inputs, context, attempts_max, deadline_ms, available_at, created_at from operation_runs";
        let twin = match test.db.engine() {
            store::Engine::Sqlite => twin.replace("cast('x' as TYPE)", "randomblob(16)"),
            store::Engine::Postgres => twin.replace("cast('x' as TYPE)", "gen_random_uuid()"),
        };
        assert!(test.raw(&twin).await.is_err(), "a second active run of one identity");
    }

    async fn waiting_costs_no_attempt_and_retrying_does(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let ledger = test.db.ledger();
        let wait = |at, costs_attempt| Release { available_at: at, reason: Reason::new("graph.throttled", "Graph asks to wait"), costs_attempt };
        ledger.release(&lease, wait(run.database_now_ms + 60_000, false)).await.unwrap();
        let row = test.db.tenant(&scope).runs().get(run.id).await.unwrap();
        assert_eq!((row.status, row.attempt, row.reason.unwrap().code.as_str()), (Status::Queued, 0, "graph.throttled"));
        assert!(row.deadline_at.unwrap() > run.deadline_at, "time spent waiting does not count");
        assert!(ledger.claim(&worker(), 1, &[FRESH.run_type]).await.unwrap().is_empty(), "not yet");
        test.raw("update operation_runs set available_at = 1").await.unwrap();
        for attempt in 1..=3 {
            let worker = worker();
            let run = ledger.claim(&worker, 1, &[FRESH.run_type]).await.unwrap().remove(0);
            assert_eq!(run.attempt, attempt);
            ledger.release(&run.lease(worker.id), wait(0, true)).await.unwrap();
        }
        let row = test.db.tenant(&scope).runs().get(run.id).await.unwrap();
        assert_eq!((row.status, row.outcome), (Status::Completed, Outcome::Failed));
    }

    async fn a_cancelled_run_is_not_given_back(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        test.db.tenant(&scope).runs().request_cancel(run.id).await.unwrap();
        let release = Release { available_at: 0, reason: Reason::new("stopping", "The worker stops"), costs_attempt: false };
        test.db.ledger().release(&lease, release).await.unwrap();
        assert_eq!(test.db.tenant(&scope).runs().get(run.id).await.unwrap().outcome, Outcome::Cancelled);
    }

    async fn steps_and_context_survive_the_worker(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let ledger = test.db.ledger();
        ledger.step_cursor(&lease, "lists", "page 2").await.unwrap();
        ledger.step_done(&lease, "lists", None).await.unwrap();
        ledger.set_context(&lease, &json!({"set": "bak_1"})).await.unwrap();
        ledger.set_total(&lease, 9).await.unwrap();
        ledger.event(&lease, "resumed", Some(Reason::new("resumed", "Goes on"))).await.unwrap();
        let steps = ledger.steps(run.id).await.unwrap();
        assert!(steps.len() == 1 && steps[0].done);
        let row = test.db.tenant(&scope).runs().get(run.id).await.unwrap();
        assert_eq!((row.context, row.counts.total), (json!({"set": "bak_1"}), Some(9)));
    }

    async fn counters_equal_a_recount_after_everything(test: &TestDb) {
        let scope = test.owner().await;
        let ledger = test.db.ledger();
        for round in 0..80 {
            let (_, lease) = test.claimed(&scope).await;
            match round % 4 {
                0 => { ledger.finish(&lease, Closing::default()).await.unwrap(); }
                1 => { ledger.finish(&lease, Closing { outcome: Some(Outcome::Blocked), ..Closing::default() }).await.unwrap(); }
                2 => { test.expire_leases().await; ledger.sweep().await.unwrap(); }
                _ => {}
            }
        }
        ledger.sweep().await.unwrap();
        ledger.compact().await.unwrap();
        while test.db.outbox().deliver(1_000).await.unwrap() > 0 {}
        assert!(ledger.purge_completed_runs(i64::MAX, 7).await.unwrap() == 7, "a bounded slice");
        let wrong = "select count(*) from (select type, status, outcome, sum(n) as n from \
             (select type, status, outcome, runs as n from run_counters union all \
              select type, status, outcome, -1 as n from operation_runs) as both_sides group by type, status, outcome having sum(n) <> 0) as wrong";
        assert_eq!(test.number(wrong).await, 0);
    }

    async fn counters_that_nobody_folded_for_long_are_folded_a_slice_at_a_time(test: &TestDb) {
        test.owner().await;
        if test.db.engine() == Engine::Sqlite {
            return; // They are never appended there.
        }
        test.raw(
            "insert into run_counters (tenant_id, type, status, outcome, runs) select tenants.id, 'x', 'queued', '', 1 \
             from tenants, generate_series(1, 60000)",
        )
        .await
        .unwrap();
        test.db.ledger().sweep().await.unwrap();
        assert_eq!(test.number("select count(*) from run_counters").await, 10_001);
        assert!(!test.db.ledger().compact().await.unwrap(), "the rest is less than a slice");
        assert_eq!(test.number("select count(*) from run_counters").await, 1);
        assert_eq!(test.number("select sum(runs)::bigint from run_counters").await, 60_000);
    }

    async fn a_run_that_is_ended_under_a_lost_lease_and_its_present_one_together_is_answered_to_each(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lost) = test.claimed(&scope).await;
        test.expire_leases().await;
        let ledger = test.db.ledger();
        ledger.sweep().await.unwrap();
        let again = store::WorkerInfo { id: lost.worker, ..worker() };
        let held = ledger.claim(&again, 1, &[FRESH.run_type]).await.unwrap().remove(0).lease(lost.worker);
        let failed = Closing { outcome: Some(Outcome::Failed), ..Closing::default() };
        let ended = ledger.finish_many(vec![(lost, failed), (held, Closing::default())]).await.unwrap();
        assert_eq!(ended, [(run.id, None), (run.id, Some(Outcome::Succeeded))]);
    }

    async fn the_worker_checks_the_right_again(test: &TestDb) {
        let scope = test.owner().await;
        let second = test.user("second").await;
        let tenant = test.db.tenant(&scope);
        tenant.set_member(second, model::access::Role::Owner).await.unwrap();
        let (run, _) = test.claimed(&scope).await;
        let judge = async || test.db.scopes_of_runs(&[(&run, FRESH.capability)]).await.unwrap().remove(0);
        assert_eq!(judge().await.unwrap().actor(), scope.actor());
        tenant.set_member(scope.actor().user.unwrap(), model::access::Role::Readonly).await.unwrap();
        assert_eq!(judge().await.unwrap_err().code, "not_authorised");
        tenant.set_member(scope.actor().user.unwrap(), model::access::Role::Owner).await.unwrap();
        tenant.set_state(store::TenantState::Suspended).await.unwrap();
        assert_eq!(judge().await.unwrap_err().code, "tenant_suspended");
    }
}
