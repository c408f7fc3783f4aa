//! Backup sets.

use model::ids::BackupSetId;
use model::registry::content::Reference;
use model::run::ItemOutcome;
use store::{BackupStatus, Capture, Closing, Dependent, ItemRecord, Keep, ScheduleRule, SealedManifest, TenantScope};

use crate::harness::{TestDb, both};

fn capture(id: &str, outcome: ItemOutcome) -> Capture {
    let item = ItemRecord {
        key: format!("settingsCatalog/{id}"),
        label: format!("Policy {id}"),
        kind: "Settings catalog policy".into(),
        outcome,
        code: None,
        message: None,
        detail: None,
    };
    let (type_key, external_id) = ("settingsCatalog".into(), id.into());
    Capture { item, type_key, external_id, version: None, sha256: None, bytes: None, foundation: false }
}

fn sealed() -> store::SealedManifest {
    store::SealedManifest { manifest: b"{\"items\":1}".to_vec(), sha256_hex: "abc".into(), complete: false }
}

both! {
    async fn a_sealed_set_never_changes(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let backups = test.db.tenant(&scope).backups();
        let set = backups.create_set(&lease, "Nightly", None).await.unwrap();
        assert_eq!(backups.create_set(&lease, "Nightly", None).await.unwrap(), set, "one set per run");
        let first = vec![capture("a", ItemOutcome::Succeeded), capture("b", ItemOutcome::Incomplete)];
        backups.add(&lease, set, first).await.unwrap();
        assert_eq!(backups.manifest(set).await.unwrap_err().code, "not_found");
        backups.seal(&lease, set, &sealed()).await.unwrap();
        let row = backups.get(set).await.unwrap();
        assert_eq!((row.status, row.items, row.incomplete, row.run), (BackupStatus::Partial, 1, 1, run.id));
        assert_eq!(backups.manifest(set).await.unwrap(), b"{\"items\":1}");
        assert_eq!(backups.items(set, Some("policy"), 1, 10).await.unwrap()[0].outcome, ItemOutcome::Incomplete);
        assert_eq!(backups.by_run(run.id).await.unwrap().unwrap().id, set);
        assert_eq!(backups.list(None, 10).await.unwrap().len(), 1);
        assert!(backups.list(Some(set), 10).await.unwrap().is_empty());
        assert!(backups.add(&lease, set, vec![capture("c", ItemOutcome::Succeeded)]).await.is_err());
        for change in [
            "update backup_sets set name = 'x'",
            "delete from backup_sets",
            "update backup_set_items set name = 'x'",
            "delete from backup_set_items",
        ] {
            assert!(test.raw(change).await.is_err(), "{change}");
        }
    }

    async fn an_attempt_that_resumes_leaves_nothing_out_and_adds_nothing_twice(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let backups = test.db.tenant(&scope).backups();
        let set = backups.create_set(&lease, "Nightly", None).await.unwrap();
        backups.add(&lease, set, vec![capture("a", ItemOutcome::Succeeded), capture("c", ItemOutcome::Succeeded)]).await.unwrap();
        // Meanwhile an object came between them, and one was read less well than before.
        let again = vec![capture("a", ItemOutcome::Incomplete), capture("b", ItemOutcome::Succeeded), capture("c", ItemOutcome::Succeeded)];
        backups.add(&lease, set, again).await.unwrap();
        let items = backups.items(set, None, 0, 10).await.unwrap();
        let kept: Vec<_> = items.iter().map(|item| (item.sequence, item.external_id.as_str(), item.outcome)).collect();
        assert_eq!(kept, [(1, "a", ItemOutcome::Succeeded), (2, "c", ItemOutcome::Succeeded), (3, "b", ItemOutcome::Succeeded)]);
        let row = test.db.tenant(&scope).runs().get(run.id).await.unwrap();
        assert_eq!((row.counts.succeeded, row.counts.failed), (3, 0), "the run counts what the set holds");
    }

    async fn a_set_is_put_away_and_brought_back_and_stays_what_it_is(test: &TestDb) {
        let scope = test.owner().await;
        let backups = test.db.tenant(&scope).backups();
        let (old, new) = (made(test, &scope, None, true).await, made(test, &scope, None, false).await);
        backups.archive(old).await.unwrap();
        backups.archive(old).await.unwrap();
        let ids = |sets: Vec<store::BackupSet>| sets.into_iter().map(|set| set.id).collect::<Vec<_>>();
        assert_eq!(ids(backups.list(None, 10).await.unwrap()), [new]);
        assert_eq!((ids(backups.archived(None, 10).await.unwrap()), backups.archived_count().await.unwrap()), (vec![old], 1));
        let row = backups.get(old).await.unwrap();
        assert_eq!((row.status, row.archived.map(|(_, by)| by)), (BackupStatus::Complete, Some(scope.actor().name.clone())));
        assert_eq!(backups.manifest(old).await.unwrap(), b"{\"items\":1}", "it is kept");
        assert!(test.raw("update backup_sets set name = 'x'").await.is_err(), "and does not change");
        let other = test.owner().await;
        let theirs = test.db.tenant(&other).backups();
        for refused in [theirs.archive(new).await, theirs.unarchive(old).await, theirs.delete(new, "Nightly").await] {
            assert_eq!(refused.unwrap_err().code, "not_found", "another tenant's");
        }
        backups.unarchive(old).await.unwrap();
        backups.unarchive(old).await.unwrap();
        assert_eq!(ids(backups.list(None, 10).await.unwrap()), [new, old]);
        let entries = test.db.tenant(&scope).audit().list(None, 100).await.unwrap();
        let told: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).filter(|action| action.starts_with("backup.")).collect();
        assert_eq!(told, ["backup.unarchive", "backup.archive"]);
    }

    async fn a_set_goes_by_its_name_and_not_while_something_depends_on_it(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let backups = tenant.backups();
        let schedule = tenant.schedules().create(&rule(), Some(i64::MAX)).await.unwrap();
        let (first, partial) = (made(test, &scope, Some(schedule), true).await, made(test, &scope, Some(schedule), false).await);
        let last_good = Dependent::LastGood { schedule, name: "Nightly".into() };
        assert_eq!(backups.depends(first).await.unwrap(), [last_good]);
        assert_eq!(backups.archive(first).await.unwrap_err().code, "backup.last_good");
        assert_eq!(backups.delete(first, "Nightly").await.unwrap_err().code, "backup.last_good");
        assert!(backups.depends(partial).await.unwrap().is_empty());
        let second = made(test, &scope, Some(schedule), true).await;
        assert!(backups.depends(first).await.unwrap().is_empty(), "there is a newer good one");
        let run = test.start(&scope, serde_json::json!({ "set": first })).await.run();
        assert!(matches!(backups.depends(first).await.unwrap()[..], [Dependent::ActiveRun { run: active, .. }] if active == run));
        assert_eq!(backups.archive(first).await.unwrap_err().code, "backup.in_use");
        assert!(matches!(backups.depends(second).await.unwrap()[..], [Dependent::LastGood { .. }]));
        tenant.runs().request_cancel(run).await.unwrap();
        assert_eq!(backups.delete(first, "nightly").await.unwrap_err().code, "backup.confirmation");
        backups.delete(first, " Nightly ").await.unwrap();
        assert_eq!(backups.get(first).await.unwrap_err().code, "not_found");
        assert_eq!(test.number("select count(*) from backup_set_removals where reason = 'Removed by hand'").await, 1);
        tenant.schedules().remove(schedule).await.unwrap();
        backups.delete(second, "Nightly").await.unwrap();
        let entries = tenant.audit().list(None, 100).await.unwrap();
        assert_eq!(entries.iter().filter(|entry| entry.action == "backup.delete").count(), 2);
    }

    async fn a_set_that_is_being_written_is_neither_put_away_nor_removed_until_its_run_has_ended(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let backups = test.db.tenant(&scope).backups();
        let set = backups.create_set(&lease, "Nightly", None).await.unwrap();
        backups.add(&lease, set, vec![Capture { foundation: true, ..capture("a", ItemOutcome::Succeeded) }]).await.unwrap();
        let item = backups.item(set, 1).await.unwrap();
        assert!(item.foundation && item.external_id == "a");
        assert_eq!(backups.item(set, 2).await.unwrap_err().code, "not_found");
        let named = Reference { kind: "settingsCatalog".into(), external_id: "a".into() };
        assert!(backups.holds(set, &[named]).await.unwrap().is_empty(), "without content nothing is held");
        assert_eq!(backups.archive(set).await.unwrap_err().code, "backup.not_sealed");
        assert_eq!(backups.delete(set, "Nightly").await.unwrap_err().code, "backup.in_use");
        test.db.ledger().finish(&lease, Closing::default()).await.unwrap();
        assert_eq!(test.db.tenant(&scope).runs().get(run.id).await.unwrap().counts.succeeded, 1);
        backups.delete(set, "Nightly").await.unwrap();
        assert!(backups.list(None, 10).await.unwrap().is_empty());
    }
}

/// A sealed set of a run that has ended.
async fn made(
    test: &TestDb,
    scope: &TenantScope,
    schedule: Option<model::ids::ScheduleId>,
    complete: bool,
) -> BackupSetId {
    let (_, lease) = test.claimed(scope).await;
    let backups = test.db.tenant(scope).backups();
    let set = backups.create_set(&lease, "Nightly", schedule).await.unwrap();
    backups.seal(&lease, set, &SealedManifest { complete, ..sealed() }).await.unwrap();
    test.db.ledger().finish(&lease, Closing::default()).await.unwrap();
    set
}

fn rule() -> ScheduleRule {
    ScheduleRule {
        name: "Nightly".into(),
        types: vec!["scopeTags".into()],
        cron: "0 2 * * *".into(),
        zone: "UTC".into(),
        enabled: true,
        catch_up: false,
        keep: Keep::default(),
    }
}
