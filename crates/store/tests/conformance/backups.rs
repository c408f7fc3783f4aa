//! Backup sets.

use model::run::ItemOutcome;
use store::{BackupStatus, Capture, ItemRecord};

use crate::harness::both;

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
    Capture { item, type_key, external_id, version: None, sha256: None, bytes: None }
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
        assert!(backups.held("settingsCatalog", "a", Some(set), 10).await.unwrap().is_empty(), "nothing was captured of it");
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
}
