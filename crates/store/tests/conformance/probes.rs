//! Who made which version, what of the logs is handled, and whose probe is due.

use model::change::{Author, AuthorKind, ChangeLog, EventMark, ToldChange};
use store::{HandledLog, RecordedObject, StoreError};

use crate::harness::both;
use crate::inventory::{incomplete, object};

/// An event about the object at that time.
fn told(event: &str, object: &str, at: i64) -> ToldChange {
    let author = Author {
        kind: AuthorKind::Person,
        name: Some(format!("{event}@contoso.com")),
        id: None,
        activity: "Patch Policy".into(),
        at,
        log: ChangeLog::Intune,
        correlation: None,
    };
    ToldChange { event: event.into(), object: object.into(), deletes: false, failed: false, author }
}

fn read(content: &str, told: Vec<ToldChange>) -> Vec<RecordedObject> {
    vec![RecordedObject { told, probed: true, ..object("a", content) }]
}

both! {
    async fn an_event_belongs_to_the_first_version_that_was_seen_after_it(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let (inventory, versions) = (tenant.inventory(), tenant.versions());
        let by = async || {
            let all = versions.of("settingsCatalog", "a").await.unwrap();
            all.into_iter().map(|row| row.author.map(|by| (by.author.name.unwrap(), by.others))).collect::<Vec<_>>()
        };
        let seen = async || versions.of("settingsCatalog", "a").await.unwrap()[0].first_seen_at;
        let name = |event: &str| format!("{event}@contoso.com");
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, read("1", vec![told("first", "a", 5)])).await.unwrap();
        assert_eq!(by().await, [Some((name("first"), 0))], "nothing was before");
        let first = seen().await;
        let (_, lease) = test.claimed(&scope).await;
        let several = vec![told("old", "a", first), told("b", "a", first + 1), told("c", "a", first + 2)];
        inventory.record(&lease, read("2", several)).await.unwrap();
        assert_eq!(by().await[0], Some((name("c"), 1)), "what the version before contains does not count");
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, read("3", vec![told("c", "a", first + 2)])).await.unwrap();
        assert_eq!(by().await[0], None, "an event makes one version");
        let (_, lease) = test.claimed(&scope).await;
        let failed = ToldChange { failed: true, ..told("failed", "a", i64::MAX) };
        inventory.record(&lease, read("4", vec![failed])).await.unwrap();
        assert_eq!(by().await[0], None);
    }

    async fn an_event_that_comes_later_joins_the_version_that_contains_it(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let inventory = tenant.inventory();
        let current = async || tenant.versions().of("settingsCatalog", "a").await.unwrap().remove(0);
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, vec![object("a", "1")]).await.unwrap();
        let at = current().await.first_seen_at;
        for (event, when, known, others) in [
            ("later", at + 1, None, 0),
            ("one", at - 10, Some("one@contoso.com"), 0),
            ("earlier", at - 20, Some("one@contoso.com"), 0),
            ("two", at - 5, Some("two@contoso.com"), 1),
        ] {
            let (_, lease) = test.claimed(&scope).await;
            inventory.record(&lease, read("1", vec![told(event, "a", when)])).await.unwrap();
            let by = current().await.author;
            assert_eq!(by.as_ref().and_then(|by| by.author.name.as_deref()), known, "{event}");
            assert_eq!(by.map_or(0, |by| by.others), others, "{event}");
        }
        let (_, lease) = test.claimed(&scope).await;
        let half = RecordedObject { told: vec![told("x", "a", at)], ..incomplete("a") };
        inventory.record(&lease, vec![half]).await.unwrap();
        assert_eq!(current().await.author.unwrap().others, 1, "what was not read completely says nothing");
    }

    async fn an_author_is_encrypted_and_bound_to_its_version(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let (_, lease) = test.claimed(&scope).await;
        tenant.inventory().record(&lease, read("1", vec![told("ada", "a", 5)])).await.unwrap();
        let body = "select count(*) from version_authors where length(body) > 40";
        assert_eq!(test.number(body).await, 1);
        let (_, lease) = test.claimed(&scope).await;
        tenant.inventory().record(&lease, read("2", Vec::new())).await.unwrap();
        let latest = "(select id from versions order by id desc limit 1)";
        test.raw(&format!("update version_authors set version_id = {latest}")).await.unwrap();
        let moved = tenant.versions().of("settingsCatalog", "a").await.unwrap_err();
        assert!(matches!(moved, StoreError::Undecryptable), "{moved:?}");
    }

    async fn what_is_recorded_is_handled_until_it_cannot_be_met_again(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let probes = tenant.probes();
        let mark = |event: &str, object: &str| EventMark { event: event.into(), object: object.into() };
        let (run, lease) = test.claimed(&scope).await;
        tenant.inventory().record(&lease, read("1", vec![told("both", "a", 50)])).await.unwrap();
        assert!(probes.handled(ChangeLog::Intune).await.unwrap().contains(&mark("both", "a")));
        assert!(!probes.handled(ChangeLog::Intune).await.unwrap().contains(&mark("both", "b")), "each object for itself");
        assert_eq!(probes.logs().await.unwrap(), [], "recording moves nothing on");
        let events = vec![(mark("nameless", ""), 70), (mark("forgotten", ""), 30)];
        let log = HandledLog { log: ChangeLog::Intune, read_from: 40, events };
        probes.advance(&lease, vec![log]).await.unwrap();
        let handled = probes.handled(ChangeLog::Intune).await.unwrap();
        assert_eq!(handled, [mark("both", "a"), mark("nameless", "")].into());
        assert!(probes.handled(ChangeLog::Directory).await.unwrap().is_empty());
        let logs = probes.logs().await.unwrap();
        assert_eq!((logs[0].log, logs[0].read_from, logs[0].run), (ChangeLog::Intune, 40, run.id));
        let log = HandledLog { log: ChangeLog::Intune, read_from: 60, events: Vec::new() };
        probes.advance(&lease, vec![log]).await.unwrap();
        assert_eq!(probes.handled(ChangeLog::Intune).await.unwrap(), [mark("nameless", "")].into());
        let lost = store::Lease { fence: lease.fence + 1, ..lease };
        assert!(matches!(probes.advance(&lost, Vec::new()).await, Err(StoreError::LeaseLost)));
    }

    async fn a_due_probe_is_taken_by_one_scheduler(test: &TestDb) {
        let scope = test.owner().await;
        let probes = test.db.tenant(&scope).probes();
        assert_eq!(probes.choice().await.unwrap(), None);
        probes.choose(Some(5)).await.unwrap();
        let due = test.db.due_probes(10).await.unwrap();
        assert_eq!((due.len(), due[0].tenant), (1, scope.tenant_id()));
        assert!(test.db.take_probe(&due[0]).await.unwrap());
        assert!(!test.db.take_probe(&due[0]).await.unwrap(), "another one was first");
        assert!(test.db.due_probes(10).await.unwrap().is_empty());
        probes.choose(None).await.unwrap();
        let choice = probes.choice().await.unwrap().unwrap();
        assert_eq!((choice.every_minutes, choice.next_at), (None, None));
        assert_eq!(test.number("select count(*) from audit_entries where action = 'probe.choose'").await, 2);
    }

    async fn ids_lead_to_objects_whatever_their_type(test: &TestDb) {
        let scope = test.owner().await;
        let inventory = test.db.tenant(&scope).inventory();
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, vec![object("a", "1"), object("b", "1")]).await.unwrap();
        let found = inventory.locate(&["a".into(), "nobody".into()]).await.unwrap();
        assert_eq!(found, [("settingsCatalog".to_owned(), "a".to_owned())]);
        test.raw("update inventory_objects set missing_since = 1 where external_id = 'a'").await.unwrap();
        assert_eq!(inventory.locate(&["a".into()]).await.unwrap().len(), 1, "one that comes back is found, too");
    }
}
