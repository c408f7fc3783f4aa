//! What a person chose, plans, the journal of writes, and remembered decisions.

use model::access::Role;
use model::ids::{RestoreId, SecretId};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{
    Decision, NewPlan, RestoreSource, RestoreState, SecretChanges, TenantScope, WriteIntent, WriteOutcome, WriteResult,
};

use crate::harness::{TestDb, both};

async fn begun(test: &TestDb, scope: &TenantScope) -> RestoreId {
    let source = RestoreSource { tenant: scope.tenant_id(), set: None, run: None };
    test.db.tenant(scope).restores().create("before", &source, &json!({ "objects": null })).await.unwrap()
}

fn plan(revision: i64) -> NewPlan {
    NewPlan { revision, body: b"{\"secret\":\"kept\"}".to_vec(), hash: "h".repeat(64), blocked: false }
}

/// Somebody who may only look.
async fn reader(test: &TestDb, owner: &TenantScope) -> TenantScope {
    let user = test.user("Rita").await;
    test.db.tenant(owner).set_member(user, Role::Readonly).await.unwrap();
    test.db.authorise(user, owner.tenant_id()).await.unwrap()
}

both! {
    async fn a_plan_is_of_one_revision_and_is_taken_up_once(test: &TestDb) {
        let scope = test.owner().await;
        let restore = begun(test, &scope).await;
        let restores = test.db.tenant(&scope).restores();
        assert_eq!(restores.change(restore, 1, &json!({ "objects": [] })).await.unwrap(), 2);
        assert_eq!(restores.change(restore, 1, &json!({})).await.unwrap_err().code, "restore.changed_meanwhile");
        let (_, lease) = test.claimed(&scope).await;
        assert!(!restores.set_plan(&lease, restore, &plan(1)).await.unwrap(), "the draft has moved on");
        assert!(restores.set_plan(&lease, restore, &plan(2)).await.unwrap());
        assert_eq!(restores.plan(restore).await.unwrap(), plan(2).body);
        assert!(!restores.take_up(&lease, restore).await.unwrap(), "nobody confirmed it");
        assert_eq!(restores.confirm(restore, &"x".repeat(64), "why").await.unwrap_err().code, "restore.changed_meanwhile");
        restores.confirm(restore, &plan(2).hash, "why").await.unwrap();
        assert!(restores.take_up(&lease, restore).await.unwrap());
        assert!(restores.take_up(&lease, restore).await.unwrap(), "a later attempt of the same run goes on");
        let (_, other) = test.claimed(&scope).await;
        assert!(!restores.take_up(&other, restore).await.unwrap());
        let row = restores.get(restore).await.unwrap();
        assert_eq!((row.state, row.run), (RestoreState::Executed, Some(lease.run)));
        assert_eq!(restores.change(restore, 2, &json!({})).await.unwrap_err().code, "restore.not_a_draft");
        assert_eq!(restores.discard(restore).await.unwrap_err().code, "restore.not_a_draft");
    }

    async fn a_change_takes_a_second_persons_word_back(test: &TestDb) {
        let scope = test.owner().await;
        let restore = begun(test, &scope).await;
        let restores = test.db.tenant(&scope).restores();
        let (_, lease) = test.claimed(&scope).await;
        restores.set_plan(&lease, restore, &plan(1)).await.unwrap();
        restores.approve(restore, &plan(1).hash).await.unwrap();
        assert!(restores.get(restore).await.unwrap().approved.is_some());
        restores.change(restore, 1, &json!({})).await.unwrap();
        let row = restores.get(restore).await.unwrap();
        assert!(row.approved.is_none() && !row.has_current_plan());
        assert_eq!(restores.approve(restore, &plan(1).hash).await.unwrap_err().code, "restore.changed_meanwhile");
    }

    async fn an_intent_without_an_outcome_stays_visible_and_what_is_certain_stays(test: &TestDb) {
        let scope = test.owner().await;
        let restores = test.db.tenant(&scope).restores();
        let (_, lease) = test.claimed(&scope).await;
        let intent = WriteIntent { request: "POST x".into(), before: None, approval: None };
        restores.intend(&lease, (1, 0, 1), &intent).await.unwrap();
        let rows = restores.writes(lease.run).await.unwrap();
        assert_eq!((rows.len(), &rows[0].intent, &rows[0].ended), (1, &intent, &None));
        restores.ended(&lease, (1, 0, 1), WriteResult::Unknown, &WriteOutcome::default()).await.unwrap();
        let made = WriteOutcome { made: Some("id".into()), ..WriteOutcome::default() };
        restores.ended(&lease, (1, 0, 1), WriteResult::Made, &made).await.unwrap();
        restores.ended(&lease, (1, 0, 1), WriteResult::NotMade, &WriteOutcome::default()).await.unwrap();
        let rows = restores.writes(lease.run).await.unwrap();
        assert_eq!(rows[0].ended, Some((WriteResult::Made, made)));
        test.raw("update operation_runs set fence = fence + 1").await.unwrap();
        assert!(restores.intend(&lease, (1, 1, 1), &intent).await.is_err(), "a lost lease writes nothing");
    }

    async fn another_tenant_sees_nothing_of_it(test: &TestDb) {
        let (own, other) = (test.owner().await, test.owner().await);
        let restore = begun(test, &own).await;
        assert_eq!(test.db.tenant(&other).restores().get(restore).await.unwrap_err().kind, model::Kind::NotFound);
        assert!(test.db.tenant(&other).restores().list(None, 10).await.unwrap().is_empty());
        let decision = Decision {
            directory_id: "d".into(), kind: "groups".into(), external_id: "g".into(), choice: json!({ "use": "h" }),
        };
        test.db.tenant(&own).restores().remember(std::slice::from_ref(&decision)).await.unwrap();
        let asked = [("groups".to_owned(), "g".to_owned())];
        assert_eq!(test.db.tenant(&own).restores().decided("d", &asked).await.unwrap(), [decision]);
        assert!(test.db.tenant(&own).restores().decided("e", &asked).await.unwrap().is_empty(), "of that directory alone");
        assert!(test.db.tenant(&other).restores().decided("d", &asked).await.unwrap().is_empty());
    }

    async fn entered_values_are_for_the_run_of_their_restore_and_go_with_it(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let restore = begun(test, &scope).await;
        let restores = test.db.tenant(&scope).restores();
        let (one, two): (SecretId, SecretId) = (test.db.ambient().id(), test.db.ambient().id());
        let value = |id: SecretId, text: &str| (id, SecretString::from(text.to_owned()));
        let entered = SecretChanges { entered: vec![value(one, "first-value"), value(two, "second-value")], forgotten: vec![] };
        assert_eq!(restores.change_secrets(restore, 1, &json!({}), &entered).await.unwrap(), 2);
        assert_eq!(restores.secrets_kept(restore).await.unwrap(), [one, two].into());
        assert!(test.db.tenant(&other).restores().secrets_kept(restore).await.unwrap().is_empty());
        let third: SecretId = test.db.ambient().id();
        let late = SecretChanges { entered: vec![value(third, "late")], forgotten: vec![one] };
        assert_eq!(restores.change_secrets(restore, 1, &json!({}), &late).await.unwrap_err().code, "restore.changed_meanwhile");
        assert_eq!(restores.secrets_kept(restore).await.unwrap(), [one, two].into(), "nothing of it was kept");

        let (_, lease) = test.claimed(&scope).await;
        assert!(restores.secrets(&lease, restore).await.unwrap().is_empty(), "the run has not taken it up");
        restores.set_plan(&lease, restore, &plan(2)).await.unwrap();
        restores.confirm(restore, &plan(2).hash, "why").await.unwrap();
        assert!(restores.take_up(&lease, restore).await.unwrap());
        let read = restores.secrets(&lease, restore).await.unwrap();
        assert_eq!((read.len(), read[&one].expose_secret(), read[&two].expose_secret()), (2, "first-value", "second-value"));
        assert_eq!(test.db.remove_spent_secrets().await.unwrap(), 0, "the run is at work");
        test.raw("update restore_secrets set expires_at = 0").await.unwrap();
        assert_eq!(test.db.remove_spent_secrets().await.unwrap(), 0, "however long it takes");
        test.raw("update operation_runs set fence = fence + 1").await.unwrap();
        assert!(restores.secrets(&lease, restore).await.is_err(), "a lost lease reads nothing");
        test.raw("update restores set run_id = tenant_id").await.unwrap();
        assert_eq!(test.db.remove_spent_secrets().await.unwrap(), 2, "the run is over");
    }

    async fn entered_values_go_when_a_draft_is_given_up_or_waits_too_long(test: &TestDb) {
        let scope = test.owner().await;
        let restores = test.db.tenant(&scope).restores();
        for given_up in [true, false] {
            let restore = begun(test, &scope).await;
            let entered = vec![(test.db.ambient().id(), SecretString::from("value"))];
            restores.change_secrets(restore, 1, &json!({}), &SecretChanges { entered, forgotten: vec![] }).await.unwrap();
            assert_eq!(test.db.remove_spent_secrets().await.unwrap(), 0);
            if given_up {
                restores.discard(restore).await.unwrap();
            } else {
                test.raw("update restore_secrets set expires_at = 0").await.unwrap();
                assert_eq!(test.db.remove_spent_secrets().await.unwrap(), 1);
            }
            assert!(restores.secrets_kept(restore).await.unwrap().is_empty());
        }
    }

    async fn a_set_that_a_restore_takes_its_objects_from_stays(test: &TestDb) {
        let scope = test.owner().await;
        let (_, lease) = test.claimed(&scope).await;
        let backups = test.db.tenant(&scope).backups();
        let set = backups.create_set(&lease, "nightly", None).await.unwrap();
        let source = RestoreSource { tenant: scope.tenant_id(), set: Some(set), run: None };
        let restore = test.db.tenant(&scope).restores().create("nightly", &source, &json!({})).await.unwrap();
        assert!(backups.depends(set).await.unwrap().contains(&store::Dependent::Restore));
        test.db.tenant(&scope).restores().discard(restore).await.unwrap();
        assert!(!backups.depends(set).await.unwrap().contains(&store::Dependent::Restore));
    }

    async fn whoever_may_only_look_begins_nothing(test: &TestDb) {
        let owner = test.owner().await;
        let scope = reader(test, &owner).await;
        let source = RestoreSource { tenant: owner.tenant_id(), set: None, run: None };
        let refused = test.db.tenant(&scope).restores().create("x", &source, &json!({})).await.unwrap_err();
        assert_eq!(refused.kind, model::Kind::Forbidden);
        assert!(!test.db.tenant(&scope).restores().second_person().await.unwrap());
        test.db.tenant(&owner).restores().demand_second_person(true).await.unwrap();
        assert!(test.db.tenant(&scope).restores().second_person().await.unwrap());
    }
}
