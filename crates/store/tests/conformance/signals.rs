//! What lets a sync leave an object unread.

use store::{RecordedObject, RowSignal, SeenObject, What};

use crate::harness::both;
use crate::inventory::{incomplete, object, observed};

fn told(name: &str, content: &str, row: &str, named: Option<bool>) -> RecordedObject {
    RecordedObject { signal: Some(RowSignal { row: row.into(), named }), ..object(name, content) }
}

fn seen(name: &str) -> SeenObject {
    SeenObject { key: format!("settingsCatalog/{name}"), label: name.into(), external_id: name.into() }
}

both! {
    async fn only_what_is_there_and_complete_has_a_signal(test: &TestDb) {
        let scope = test.owner().await;
        let inventory_of = test.db.tenant(&scope);
        let inventory = inventory_of.inventory();
        let (_, lease) = test.claimed(&scope).await;
        let half = RecordedObject { signal: told("half", "1", "row", None).signal, ..incomplete("half") };
        inventory.record(&lease, vec![told("whole", "1", "row", None), half, object("alone", "1")]).await.unwrap();
        let signals = inventory.signals("settingsCatalog").await.unwrap();
        let known = |name: &str, row: &str| signals.read_at(name, row).is_some();
        assert!(known("whole", "row"));
        assert!(!known("whole", "another row") && !known("half", "row") && !known("alone", "row"));
        assert!(inventory.signals("scopeTags").await.unwrap().is_empty());
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, vec![object("whole", "1")]).await.unwrap();
        assert!(inventory.signals("settingsCatalog").await.unwrap().is_empty(), "read alone: its row is not known");
    }

    async fn what_was_left_unread_is_seen_once_and_keeps_its_version(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let inventory = tenant.inventory();
        let (_, lease) = test.claimed(&scope).await;
        let objects = ["a", "b", "gone"].map(|name| told(name, "1", "row", None));
        inventory.record(&lease, objects.to_vec()).await.unwrap();
        inventory.finish_types(&lease, &[observed(None, 3, true)]).await.unwrap();
        let whole_at = inventory.coverage().await.unwrap()[0].whole_at.unwrap();
        test.raw("update inventory_objects set last_seen_at = last_seen_at - 60000").await.unwrap();
        let (run, lease) = test.claimed(&scope).await;
        for _ in 0..2 {
            inventory.record_unchanged(&lease, "settingsCatalog", "Policy", vec![seen("a"), seen("b")]).await.unwrap();
        }
        inventory.finish_types(&lease, &[observed(None, 2, false)]).await.unwrap();
        let items = tenant.runs().items(run.id, &Default::default(), 0, 10).await.unwrap();
        assert_eq!(items.len(), 2, "an item ends once in a run");
        assert!(items.iter().all(|item| item.detail.as_deref() == Some("unchanged, not read again")));
        for (name, missing) in [("a", false), ("b", false), ("gone", true)] {
            let row = inventory.get("settingsCatalog", name).await.unwrap().row;
            assert_eq!(row.missing.is_some(), missing, "{name}");
            assert!(row.version.is_some() && row.complete);
        }
        let coverage = inventory.coverage().await.unwrap();
        assert_eq!((coverage[0].seen, coverage[0].whole_at), (2, Some(whole_at)), "this pass was not whole");
        assert_eq!(test.number("select count(*) from versions").await, 3);
    }

    async fn a_change_of_which_no_signal_told_says_so(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let details = async |row: &str, named: Option<bool>, content: &str| {
            let (run, lease) = test.claimed(&scope).await;
            let recorded = tenant.inventory().record(&lease, vec![told("a", content, row, named)]).await.unwrap();
            let items = tenant.runs().items(run.id, &Default::default(), 0, 10).await.unwrap();
            (recorded[0].what, items[0].detail.clone().unwrap())
        };
        assert_eq!(details("row", None, "1").await, (What::New, "new".into()));
        assert_eq!(details("row", Some(true), "2").await, (What::Changed, "changed".into()), "the audit log told");
        assert_eq!(details("other row", Some(false), "3").await, (What::Changed, "changed".into()), "the row told");
        assert_eq!(details("other row", None, "4").await, (What::Changed, "changed".into()), "nobody asked");
        let untold = details("other row", Some(false), "5").await;
        assert_eq!(untold, (What::Changed, "changed, and no signal had told of it".into()));
    }

    async fn signals_of_another_tenant_are_not_seen(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let (_, lease) = test.claimed(&scope).await;
        test.db.tenant(&scope).inventory().record(&lease, vec![told("a", "1", "row", None)]).await.unwrap();
        assert!(test.db.tenant(&other).inventory().signals("settingsCatalog").await.unwrap().is_empty());
        let others = test.db.tenant(&other);
        let refused = others.inventory().record_unchanged(&lease, "settingsCatalog", "Policy", vec![seen("a")]).await;
        assert!(matches!(refused, Err(store::StoreError::LeaseLost)));
    }
}
