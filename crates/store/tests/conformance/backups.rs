//! Backup sets.

use model::run::ItemOutcome;
use store::{BackupItem, BackupStatus};

use crate::harness::both;

fn item(sequence: i64, outcome: ItemOutcome) -> BackupItem {
    BackupItem {
        sequence,
        type_key: "settingsCatalog".into(),
        external_id: sequence.to_string(),
        name: format!("Policy {sequence}"),
        version: None,
        sha256: None,
        bytes: None,
        outcome,
        code: None,
    }
}

both! {
    async fn a_sealed_set_never_changes(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let backups = test.db.tenant(&scope).backups();
        let set = backups.create_set(&lease, "Nightly").await.unwrap();
        assert_eq!(backups.create_set(&lease, "Nightly").await.unwrap(), set, "one set per run");
        backups.add_items(&lease, set, vec![item(1, ItemOutcome::Succeeded), item(2, ItemOutcome::Incomplete)]).await.unwrap();
        backups.add_items(&lease, set, vec![item(2, ItemOutcome::Succeeded)]).await.unwrap();
        assert_eq!(backups.manifest(set).await.unwrap_err().code, "not_found");
        backups.seal(&lease, set, b"{\"items\":1}", "abc", false).await.unwrap();
        let row = backups.get(set).await.unwrap();
        assert_eq!((row.status, row.items, row.incomplete, row.run), (BackupStatus::Partial, 1, 1, run.id));
        assert_eq!(backups.manifest(set).await.unwrap(), b"{\"items\":1}");
        assert_eq!(backups.items(set, Some("policy"), 1, 10).await.unwrap()[0].outcome, ItemOutcome::Incomplete);
        assert_eq!(backups.by_run(run.id).await.unwrap().unwrap().id, set);
        assert_eq!(backups.list(None, 10).await.unwrap().len(), 1);
        assert!(backups.list(Some(set), 10).await.unwrap().is_empty());
        assert!(backups.add_items(&lease, set, vec![item(3, ItemOutcome::Succeeded)]).await.is_err());
        for change in [
            "update backup_sets set name = 'x'",
            "delete from backup_sets",
            "update backup_set_items set name = 'x'",
            "delete from backup_set_items",
        ] {
            assert!(test.raw(change).await.is_err(), "{change}");
        }
    }
}
