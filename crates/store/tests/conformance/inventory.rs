//! Versions, completeness, missing objects, groups.

use model::registry::content::Searched;
use model::run::{ItemOutcome, Outcome};
use model::search::SearchText;
use secrecy::{ExposeSecret, SecretString};
use store::{
    Closing, GroupChanges, GroupReading, GroupRecord, InventoryFilter, ItemRecord, MissingPart, ObservedType,
    RecordedObject, StoreError, What,
};

use crate::harness::both;

pub(crate) fn object(name: &str, content: &str) -> RecordedObject {
    RecordedObject {
        key: format!("settingsCatalog/{name}"),
        label: name.into(),
        kind: "settingsCatalog".into(),
        type_key: "settingsCatalog".into(),
        external_id: name.into(),
        name: name.to_uppercase(),
        platform: "windows".into(),
        category: "configuration".into(),
        document: format!("{{\"id\":\"{name}\",\"value\":\"{content}\",\"n\":1.0}}").into_bytes(),
        content: content.as_bytes().to_vec(),
        missing_parts: Vec::new(),
        modified_at: None,
        assignments_count: Some(1),
        scope_tags: vec!["0".into()],
        assigned_groups: vec!["g1".into()],
        signal: None,
        searched: Searched::default(),
        told: Vec::new(),
        probed: false,
    }
}

pub(crate) fn incomplete(name: &str) -> RecordedObject {
    let part =
        MissingPart { part: "settings".into(), code: "graph.throttled".into(), message: "Graph asked to wait".into() };
    RecordedObject { missing_parts: vec![part], ..object(name, "half") }
}

/// The type of these objects, as a run observed it.
pub(crate) fn observed(code: Option<&'static str>, seen: u64, whole: bool) -> ObservedType<'static> {
    ObservedType { type_key: "settingsCatalog", code, seen, whole, step: None }
}

fn group(id: &str) -> GroupRecord {
    GroupRecord { id: id.into(), name: format!("Group {id}"), description: None, kind: "security".into(), rule: None }
}

/// Everything was read by a run that began at that turn.
fn whole(turn: i64, since: i64) -> GroupReading {
    GroupReading { turn, state: Some(SecretString::from(format!("state {turn}"))), whole_since: Some(since) }
}

fn told() -> ItemRecord {
    let (key, label, kind) = ("list".to_owned(), "Groups".to_owned(), "Type".to_owned());
    ItemRecord { key, label, kind, outcome: ItemOutcome::Succeeded, code: None, message: None, detail: None }
}

both! {
    async fn a_version_is_made_only_of_complete_and_different_content(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let mut whats = Vec::new();
        for objects in [vec![object("a", "1")], vec![object("a", "1")], vec![incomplete("a")], vec![object("a", "2")], vec![object("a", "1")]] {
            let (_, lease) = test.claimed(&scope).await;
            whats.push(tenant.inventory().record(&lease, objects.clone()).await.unwrap().remove(0).what);
            assert!(tenant.inventory().record(&lease, objects).await.unwrap().is_empty(), "an item ends once in a run");
        }
        assert_eq!(whats, [What::New, What::Unchanged, What::Incomplete, What::Changed, What::Changed]);
        let versions = tenant.versions().of("settingsCatalog", "a").await.unwrap();
        assert_eq!(versions.len(), 3);
        assert_eq!(test.number("select count(*) from blobs").await, 2, "equal content is stored once");
        assert_eq!(tenant.versions().document(versions[0].id).await.unwrap(), object("a", "1").document);
        assert_eq!(tenant.inventory().get("settingsCatalog", "a").await.unwrap().row.version, Some(versions[0].id));
    }

    /// A sync of everything and one of a single type, both at work: found by the fault tests on PostgreSQL, where each
    /// saw the object as it was before the other.
    async fn two_runs_that_see_the_same_content_at_the_same_moment_make_one_version(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let ((_, one), (_, other)) = (test.claimed(&scope).await, test.claimed(&scope).await);
        for round in 0..20 {
            let objects = vec![object(&format!("a{round}"), "1"), object(&format!("b{round}"), "1")];
            let inventory = tenant.inventory();
            let (one, other) = tokio::join!(inventory.record(&one, objects.clone()), inventory.record(&other, objects));
            let whats = |recorded: Vec<store::Recorded>| recorded.into_iter().map(|each| each.what).collect::<Vec<_>>();
            let mut whats = [one, other].map(|recorded| whats(recorded.unwrap()));
            whats.sort_by_key(|each| format!("{each:?}"));
            assert_eq!(whats, [[What::New; 2], [What::Unchanged; 2]], "round {round}");
        }
        assert_eq!(test.number("select count(*) from versions").await, 40);
    }

    /// What was the last content when it was sealed need not be when it is recorded.
    async fn an_object_that_another_run_changed_after_it_was_sealed_has_its_own_content(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let record = async |object| {
            let (_, lease) = test.claimed(&scope).await;
            tenant.inventory().record(&lease, vec![object]).await.unwrap();
        };
        record(object("a", "1")).await;
        let sealed = tenant.inventory().sealer("settingsCatalog").await.unwrap().seal(object("a", "1"));
        record(object("a", "2")).await;
        let (_, lease) = test.claimed(&scope).await;
        let recorded = tenant.inventory().record_sealed(&lease, vec![sealed]).await.unwrap().remove(0);
        assert_eq!(recorded.what, What::Changed);
        let document = tenant.versions().document(recorded.version.unwrap()).await.unwrap();
        assert_eq!(document, object("a", "1").document);
    }

    async fn an_incomplete_object_keeps_its_version_and_says_what_is_missing(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let (_, lease) = test.claimed(&scope).await;
        tenant.inventory().record(&lease, vec![object("a", "1")]).await.unwrap();
        let (run, lease) = test.claimed(&scope).await;
        tenant.inventory().record(&lease, vec![incomplete("a"), incomplete("b")]).await.unwrap();
        let detail = tenant.inventory().get("settingsCatalog", "a").await.unwrap();
        assert!(!detail.row.complete && detail.row.version.is_some() && detail.row.missing_parts[0].code == "graph.throttled");
        assert_eq!(detail.assigned_groups, ["g1"]);
        assert_eq!(tenant.inventory().get("settingsCatalog", "b").await.unwrap().row.version, None);
        let items = tenant.runs().items(run.id, &Default::default(), 0, 10).await.unwrap();
        assert!(items.iter().all(|item| item.outcome == ItemOutcome::Incomplete && item.code.as_deref() == Some("graph.throttled")));
        assert_eq!(test.db.ledger().finish(&lease, Closing::default()).await.unwrap(), Outcome::Failed);
    }

    async fn only_a_whole_list_makes_an_object_missing_and_only_a_clean_run_makes_it_sure(test: &TestDb) {
        let scope = test.owner().await;
        let inventory = test.db.tenant(&scope).inventory();
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, vec![object("a", "1"), object("b", "1")]).await.unwrap();
        inventory.finish_types(&lease, &[observed(None, 2, true)]).await.unwrap();
        let mut sure = Vec::new();
        for (whole, partial) in [(false, false), (true, true), (true, false)] {
            test.raw("update inventory_objects set last_seen_at = last_seen_at - 60000").await.unwrap();
            let (_, lease) = test.claimed(&scope).await;
            inventory.record(&lease, vec![object("a", "1")]).await.unwrap();
            inventory.finish_types(&lease, &[observed((!whole).then_some("graph.timeout"), 1, true)]).await.unwrap();
            let outcome = if partial { Outcome::PartiallySucceeded } else { Outcome::Succeeded };
            test.db.ledger().finish(&lease, Closing { outcome: Some(outcome), ..Closing::default() }).await.unwrap();
            sure.push(inventory.get("settingsCatalog", "b").await.unwrap().row.missing.map(|missing| missing.high_confidence));
            assert!(inventory.get("settingsCatalog", "a").await.unwrap().row.missing.is_none());
        }
        assert_eq!(sure, [None, Some(false), Some(true)]);
        let coverage = inventory.coverage().await.unwrap();
        assert!(coverage.len() == 1 && coverage[0].list_complete && coverage[0].seen == 1 && coverage[0].incomplete == 0);
        assert!(inventory.freshness().await.unwrap().unwrap().complete);
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, vec![object("b", "1")]).await.unwrap();
        assert!(inventory.get("settingsCatalog", "b").await.unwrap().row.missing.is_none(), "it is back");
    }

    async fn filters_facets_and_pages_agree(test: &TestDb) {
        let scope = test.owner().await;
        let inventory = test.db.tenant(&scope).inventory();
        let (_, lease) = test.claimed(&scope).await;
        let mut objects: Vec<_> = (0..7).map(|number| object(&format!("ä{number}"), "1")).collect();
        objects.push(incomplete("z"));
        inventory.record(&lease, objects).await.unwrap();
        let found = inventory.find(&SearchText::parse("Ä").unwrap().unwrap()).await.unwrap();
        let filter = InventoryFilter { found: Some(found), ..Default::default() };
        assert_eq!(inventory.count(&filter).await.unwrap(), 7);
        let first = inventory.list(&filter, None, 4).await.unwrap();
        let rest = inventory.list(&filter, Some(&first[3].cursor()), 4).await.unwrap();
        assert_eq!((first.len(), rest.len(), rest[2].external_id.as_str()), (4, 3, "ä6"));
        let facets = inventory.facets(&InventoryFilter::default()).await.unwrap();
        assert_eq!((facets.types, facets.incomplete, facets.missing), (vec![("settingsCatalog".to_owned(), 8)], 1, 0));
        for (filter, expected) in [
            (InventoryFilter { assigned_to: Some("g1".into()), ..Default::default() }, 8),
            (InventoryFilter { assigned_to: Some("g2".into()), ..Default::default() }, 0),
            (InventoryFilter { changed_since: Some(1), incomplete: Some(false), ..Default::default() }, 7),
            (InventoryFilter { types: vec!["other".into()], ..Default::default() }, 0),
            (InventoryFilter { missing: Some(false), platforms: vec!["windows".into()], ..Default::default() }, 8),
        ] {
            assert_eq!(inventory.count(&filter).await.unwrap(), expected, "{filter:?}");
        }
    }

    async fn a_run_writes_only_to_its_own_tenant(test: &TestDb) {
        let (one, other) = (test.owner().await, test.owner().await);
        let (_, lease) = test.claimed(&one).await;
        let foreign = test.db.tenant(&other);
        assert!(matches!(foreign.inventory().record(&lease, vec![object("a", "1")]).await, Err(StoreError::LeaseLost)));
        assert!(matches!(foreign.backups().create_set(&lease, "x", None).await, Err(StoreError::LeaseLost)));
        assert!(matches!(foreign.groups().record(&lease, Vec::new()).await, Err(StoreError::LeaseLost)));
        let recorded = test.db.tenant(&one).inventory().record(&lease, vec![object("a", "1")]).await.unwrap();
        assert_eq!(foreign.versions().document(recorded[0].version.unwrap()).await.unwrap_err().code, "not_found");
        assert_eq!(foreign.inventory().get("settingsCatalog", "a").await.unwrap_err().code, "not_found");
    }

    async fn groups_are_cached_and_missed(test: &TestDb) {
        let scope = test.owner().await;
        let groups = test.db.tenant(&scope).groups();
        let (run, lease) = test.claimed(&scope).await;
        assert_eq!(groups.record(&lease, vec![group("1"), group("2"), group("2")]).await.unwrap(), 2);
        assert_eq!(groups.finish(&lease, whole(0, run.database_now_ms), told()).await.unwrap(), 0);
        test.raw("update directory_groups set last_seen_at = last_seen_at - 60000").await.unwrap();
        let (run, lease) = test.claimed(&scope).await;
        groups.record(&lease, vec![group("1")]).await.unwrap();
        let some = GroupReading { whole_since: None, ..whole(1, 0) };
        assert_eq!(groups.finish(&lease, some, told()).await.unwrap(), 0, "changes alone make nothing missing");
        assert_eq!(groups.finish(&lease, whole(2, run.database_now_ms), told()).await.unwrap(), 1);
        assert_eq!(groups.names(&["1".into(), "9".into()]).await.unwrap().len(), 1);
        let list = groups.list(Some("GROUP"), None, 10).await.unwrap();
        assert_eq!((list.len(), list[0].missing_since, list[1].missing_since.is_some()), (2, None, true));
        assert_eq!(groups.list(None, Some(&(list[0].name_key.clone(), list[0].id.clone())), 10).await.unwrap().len(), 1);
        assert_eq!(groups.count().await.unwrap(), 2);
        groups.record_gone(&lease, &["1".into(), "unknown".into()]).await.unwrap();
        assert!(groups.list(None, None, 10).await.unwrap().iter().all(|row| row.missing_since.is_some()));
        groups.record(&lease, vec![group("1")]).await.unwrap();
        assert_eq!(groups.list(None, None, 10).await.unwrap()[0].missing_since, None, "it is back");
    }

    async fn the_state_of_the_groups_changes_moves_with_the_turn_and_is_encrypted(test: &TestDb) {
        let (one, other) = (test.owner().await, test.owner().await);
        let groups = test.db.tenant(&one).groups();
        let at = |state: GroupChanges| (state.turn, state.state.map(|state| state.expose_secret().to_owned()), state.whole_at.is_some());
        assert_eq!(at(groups.changes().await.unwrap()), (0, None, false));
        let (run, lease) = test.claimed(&one).await;
        groups.finish(&lease, whole(0, run.database_now_ms), told()).await.unwrap();
        assert_eq!(at(groups.changes().await.unwrap()), (1, Some("state 0".into()), true));
        assert_eq!(at(test.db.tenant(&other).groups().changes().await.unwrap()), (0, None, false));
        let (_, foreign) = test.claimed(&other).await;
        let refused = groups.finish(&foreign, whole(1, 0), told()).await;
        assert!(matches!(refused, Err(StoreError::LeaseLost)), "another tenant's run");
        assert!(matches!(groups.record_gone(&foreign, &["1".into()]).await, Err(StoreError::LeaseLost)));
        let sealed = format!("select count(*) from group_changes where length(state) = {}", 4 + 24 + 7 + 16);
        assert_eq!(test.number(&sealed).await, 1, "the key's id, the nonce, the text, the proof");
        groups.finish(&lease, whole(0, 0), told()).await.unwrap();
        assert_eq!(at(groups.changes().await.unwrap()), (2, None, true), "two began at turn 0");
        groups.finish(&lease, whole(2, 0), told()).await.unwrap();
        assert_eq!(at(groups.changes().await.unwrap()), (3, Some("state 2".into()), true));
        test.raw("update group_changes set state = substr(state, 2)").await.unwrap();
        assert_eq!(at(groups.changes().await.unwrap()), (3, None, true), "what cannot be read is as good as none");
    }

    async fn three_thousand_objects_are_recorded_in_batches(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let objects: Vec<_> = (0..3_100).map(|number| object(&format!("o{number}"), &number.to_string())).collect();
        for batch in objects.chunks(700) {
            test.db.tenant(&scope).inventory().record(&lease, batch.to_vec()).await.unwrap();
        }
        let row = test.db.tenant(&scope).runs().get(run.id).await.unwrap();
        assert_eq!(row.counts.succeeded, 3_100);
    }
}
