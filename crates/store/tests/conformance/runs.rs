//! Starting, watching and cancelling.

use model::access::Role;
use model::run::{ItemOutcome, Outcome, Status};
use serde_json::json;
use store::{CancelOutcome, Closing, Idempotency, ItemFilter, RunFilter, RunPageRequest, Started, TenantState};

use crate::harness::{FRESH, SYNC, both, item, new_run, worker};

both! {
    async fn a_second_start_is_answered_with_the_active_run(test: &TestDb) {
        let scope = test.owner().await;
        let Started::New(run) = test.start(&scope, json!({"types": ["a"]})).await else { panic!("not new") };
        let Started::AlreadyRunning(active) = test.start(&scope, json!({"types": ["a"], "note": "ignored"})).await else { panic!("not active") };
        assert_eq!((active.id, active.status, active.initiator_name), (run, Status::Queued, scope.actor().name.clone()));
        assert!(matches!(test.start(&scope, json!({"types": ["b"]})).await, Started::New(_)), "other inputs are another run");
        let runs = test.db.tenant(&scope).runs();
        assert!(matches!(runs.start(new_run(&FRESH, json!({}))).await.unwrap(), Started::New(_)));
        assert!(matches!(runs.start(new_run(&FRESH, json!({}))).await.unwrap(), Started::New(_)), "fresh ones never meet");
    }

    async fn many_identical_starts_at_once_make_one_run(test: &TestDb) {
        let scope = std::sync::Arc::new(test.owner().await);
        let starts = (0..40).map(|_| {
            let (db, scope) = (test.db.clone(), scope.clone());
            tokio::spawn(async move { db.tenant(&scope).runs().start(new_run(&SYNC, json!({"types": ["a"]}))).await.unwrap() })
        });
        let mut answers = Vec::new();
        for start in starts.collect::<Vec<_>>() {
            answers.push(start.await.unwrap());
        }
        assert_eq!(answers.iter().filter(|answer| matches!(answer, Started::New(_))).count(), 1);
        assert!(answers.iter().all(|answer| answer.run() == answers[0].run()));
        assert_eq!(test.number("select count(*) from operation_runs").await, 1);
        assert_eq!(test.number("select count(*) from outbox").await, 1);
    }

    async fn an_idempotency_key_gives_the_same_answer_also_after_the_end_and_refuses_another_body(test: &TestDb) {
        let scope = test.owner().await;
        let runs = test.db.tenant(&scope).runs();
        let mut new = new_run(&SYNC, json!({"types": ["a"]}));
        new.idempotency = Some(Idempotency { key: "k".into(), body_hash: [1; 32] });
        let Started::New(run) = runs.start(new.clone()).await.unwrap() else { panic!("not new") };
        assert!(matches!(runs.start(new.clone()).await.unwrap(), Started::Replayed(found) if found == run));
        assert_eq!(runs.request_cancel(run).await.unwrap(), CancelOutcome::Cancelled);
        assert!(matches!(runs.start(new.clone()).await.unwrap(), Started::Replayed(found) if found == run));
        new.idempotency = Some(Idempotency { key: "k".into(), body_hash: [2; 32] });
        assert_eq!(runs.start(new).await.unwrap_err().code, "idempotency.mismatch");
    }

    async fn a_suspended_tenant_and_a_reader_start_nothing(test: &TestDb) {
        let scope = test.owner().await;
        let reader = test.user("reader").await;
        test.db.tenant(&scope).set_member(reader, Role::Readonly).await.unwrap();
        let readers = test.db.authorise(reader, scope.tenant_id()).await.unwrap();
        let refused = test.db.tenant(&readers).runs().start(new_run(&SYNC, json!({}))).await.unwrap_err();
        assert_eq!(refused.code, "not_authorised");
        test.db.tenant(&scope).set_state(TenantState::Suspended).await.unwrap();
        let scope = test.db.authorise(scope.actor().user.unwrap(), scope.tenant_id()).await.unwrap();
        assert_eq!(test.db.tenant(&scope).runs().start(new_run(&SYNC, json!({}))).await.unwrap_err().code, "tenant_suspended");
        assert_eq!(test.number("select count(*) from operation_runs").await, 0);
    }

    async fn pages_are_newest_first_and_numbers_are_exact(test: &TestDb) {
        let scope = test.owner().await;
        let runs = test.db.tenant(&scope).runs();
        for number in 0..5 {
            test.start(&scope, json!({"types": [number]})).await;
        }
        let worker = worker();
        let claimed = test.db.ledger().claim(&worker, 2, &[SYNC.run_type]).await.unwrap();
        let lease = claimed[0].lease(worker.id);
        test.db.ledger().record(&lease, vec![item("a", ItemOutcome::Failed)]).await.unwrap();
        test.db.ledger().finish(&lease, Closing::default()).await.unwrap();
        let filter = RunFilter::default();
        let first = runs.list(&filter, &RunPageRequest { limit: 3, ..Default::default() }).await.unwrap();
        assert_eq!((first.rows.len(), first.newer), (3, None));
        assert!(first.rows.is_sorted_by_key(|row| std::cmp::Reverse(row.id)));
        let second = runs.list(&filter, &RunPageRequest { before: first.older, limit: 3, ..Default::default() }).await.unwrap();
        assert_eq!((second.rows.len(), second.older), (2, None));
        let back = runs.list(&filter, &RunPageRequest { after: second.newer, limit: 3, ..Default::default() }).await.unwrap();
        assert_eq!(back.rows.iter().map(|row| row.id).collect::<Vec<_>>(), first.rows.iter().map(|row| row.id).collect::<Vec<_>>());
        let counts = runs.counts(&filter).await.unwrap();
        assert_eq!((counts.total(), counts.status(Status::Queued), counts.status(Status::Running)), (5, 3, 1));
        assert_eq!(counts.outcome(Outcome::Failed), 1);
        for (filter, expected) in [
            (RunFilter { item_code: Some("graph.throttled".into()), ..Default::default() }, 1),
            (RunFilter { text: Some("13 TYPES".into()), ..Default::default() }, 5),
            (RunFilter { text: Some("100%".into()), ..Default::default() }, 0),
            (RunFilter { text: Some(lease.run.to_string()), ..Default::default() }, 1),
            (RunFilter { initiator: scope.actor().user, since_ms: Some(1), ..Default::default() }, 5),
            (RunFilter { exclude_types: vec![SYNC.run_type.into()], ..Default::default() }, 0),
            (RunFilter { types: vec![SYNC.run_type.into()], statuses: vec![Status::Queued], ..Default::default() }, 3),
        ] {
            assert_eq!(runs.counts(&filter).await.unwrap().total(), expected, "{filter:?}");
            let page = runs.list(&filter, &RunPageRequest { limit: 10, ..Default::default() }).await.unwrap();
            assert_eq!(page.rows.len() as u64, expected, "the number links to the rows it counted: {filter:?}");
        }
        let items = runs.items(lease.run, &ItemFilter { text: Some("A".into()), ..Default::default() }, 0, 10).await.unwrap();
        assert_eq!((items.len(), items[0].sequence, items[0].outcome), (1, 1, ItemOutcome::Failed));
        assert_eq!(runs.item_count(lease.run, &ItemFilter::failed()).await.unwrap(), 1);
        assert_eq!(runs.item_counts(lease.run).await.unwrap().codes, [("graph.throttled".to_owned(), 1)]);
        assert_eq!(runs.initiators().await.unwrap().len(), 1);
        assert_eq!(runs.newer_than(claimed[0].id, &filter).await.unwrap(), 4);
    }

    async fn any_part_of_the_items_is_read_by_its_place(test: &TestDb) {
        let scope = test.owner().await;
        let runs = test.db.tenant(&scope).runs();
        let (run, lease) = test.claimed(&scope).await;
        let outcome = |number| if number % 3 == 0 { ItemOutcome::Failed } else { ItemOutcome::Succeeded };
        let items = (0..30).map(|number| item(&format!("item {number:02}"), outcome(number))).collect();
        test.db.ledger().record(&lease, items).await.unwrap();
        for filter in [ItemFilter::default(), ItemFilter::failed(), ItemFilter { text: Some("item 1".into()), ..Default::default() }] {
            let all: Vec<_> = runs.items(run.id, &filter, 0, 100).await.unwrap().iter().map(|row| row.sequence).collect();
            assert_eq!(runs.item_count(run.id, &filter).await.unwrap(), all.len() as u64);
            for from in [0, 7, all.len() - 1, all.len(), usize::MAX] {
                let part = runs.items_at(run.id, &filter, from as u64, 5).await.unwrap();
                let wanted: Vec<_> = all.iter().skip(from).take(5).copied().collect();
                assert_eq!(part.iter().map(|row| row.sequence).collect::<Vec<_>>(), wanted, "{filter:?} from {from}");
            }
        }
    }

    async fn a_stranger_learns_nothing_about_a_run(test: &TestDb) {
        let (one, other) = (test.owner().await, test.owner().await);
        let run = test.start(&one, json!({})).await.run();
        let runs = test.db.tenant(&other).runs();
        assert_eq!(runs.get(run).await.unwrap_err().code, "not_found");
        assert_eq!(runs.request_cancel(run).await.unwrap_err().code, "not_found");
        assert!(runs.events(run).await.unwrap().is_empty());
        assert!(runs.items(run, &ItemFilter::default(), 0, 10).await.unwrap().is_empty());
        assert!(runs.items_at(run, &ItemFilter::default(), 0, 10).await.unwrap().is_empty());
        assert_eq!(runs.item_count(run, &ItemFilter::default()).await.unwrap(), 0);
        let (user, tenant) = (other.actor().user.unwrap(), one.tenant_id());
        let foreign = test.db.authorise(user, tenant).await.unwrap_err();
        let missing = test.db.authorise(user, model::Ambient::system().id()).await.unwrap_err();
        assert_eq!((foreign.code, foreign.message, foreign.hint), (missing.code, missing.message, missing.hint));
    }

    async fn cancelling_ends_a_queued_run_and_asks_a_running_one(test: &TestDb) {
        let scope = test.owner().await;
        let runs = test.db.tenant(&scope).runs();
        let queued = test.start(&scope, json!({})).await.run();
        assert_eq!(runs.request_cancel(queued).await.unwrap(), CancelOutcome::Cancelled);
        assert_eq!(runs.request_cancel(queued).await.unwrap(), CancelOutcome::AlreadyCompleted);
        let (run, lease) = test.claimed(&scope).await;
        assert_eq!(runs.request_cancel(run.id).await.unwrap(), CancelOutcome::Requested);
        let beats = test.db.ledger().heart(lease.worker).beat(&[lease.run]).await.unwrap();
        assert!(beats[0].cancel_requested && beats[0].run == run.id && beats[0].fence == run.fence);
        let audit = test.db.tenant(&scope).audit().of_run(run.id).await.unwrap();
        assert_eq!(audit.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["run.start", "run.cancel"]);
    }

    async fn changes_are_told_without_a_gap(test: &TestDb) {
        let scope = test.owner().await;
        let position = test.db.changes_position().await.unwrap();
        let mut hint = test.db.changes();
        let run = test.start(&scope, json!({})).await.run();
        hint.changed().await.unwrap();
        // On PostgreSQL a change is shown when every older transaction of the server has ended, other tests' too.
        let mut changes = test.db.runs_changed_since(position).await.unwrap();
        while changes.changes.is_empty() {
            changes = test.db.runs_changed_since(changes.seq).await.unwrap();
        }
        assert_eq!(changes.changes.iter().map(|change| (change.tenant, change.run)).collect::<Vec<_>>(), [(Some(scope.tenant_id()), run)]);
        assert!(test.db.runs_changed_since(changes.seq).await.unwrap().changes.is_empty());
    }
}
