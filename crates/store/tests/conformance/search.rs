//! Searching names and settings, and who names whom.

use model::registry::Registry;
use model::registry::content::{Reference, Searched, searched};
use model::search::SearchText;
use serde_json::{Value, json};
use store::{GroupRecord, InventoryFilter, RecordedObject, TenantScope, What};

use crate::harness::{TestDb, both};
use crate::inventory::{incomplete, object};

/// A policy of the settings catalog that sets one thing.
pub(crate) fn policy(name: &str, setting: &str, value: &str) -> RecordedObject {
    let document = json!({ "id": name, "name": name, "settings": [{ "settingInstance": {
        "settingDefinitionId": setting, "simpleSettingValue": { "value": value } } }],
        "assignments": [{ "target": { "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g1" } }],
        "roleScopeTagIds": ["0"] });
    told(object(name, value), &document)
}

fn told(object: RecordedObject, document: &Value) -> RecordedObject {
    let contract = Registry::embedded().get(&object.type_key).unwrap();
    let bytes = document.to_string().into_bytes();
    RecordedObject { searched: searched(contract, document), content: bytes.clone(), document: bytes, ..object }
}

pub(crate) fn scope_tag(id: &str) -> RecordedObject {
    let key = format!("scopeTags/{id}");
    let tag = RecordedObject { key, type_key: "scopeTags".into(), name: "Default".into(), ..object(id, "tag") };
    told(tag, &json!({ "id": id, "displayName": "Default" }))
}

pub(crate) async fn record(test: &TestDb, scope: &TenantScope, objects: Vec<RecordedObject>) {
    let (_, lease) = test.claimed(scope).await;
    test.db.tenant(scope).inventory().record(&lease, objects).await.unwrap();
}

pub(crate) async fn found(test: &TestDb, scope: &TenantScope, text: &str) -> Vec<String> {
    let inventory = test.db.tenant(scope).inventory();
    let found = inventory.find(&SearchText::parse(text).unwrap().unwrap()).await.unwrap();
    let filter = InventoryFilter { found: Some(found), ..InventoryFilter::default() };
    let rows = inventory.list(&filter, None, 1_000).await.unwrap();
    assert_eq!(inventory.count(&filter).await.unwrap(), rows.len() as u64);
    rows.into_iter().map(|row| row.external_id).collect()
}

both! {
    async fn an_object_is_found_by_what_its_last_complete_version_sets(test: &TestDb) {
        let scope = test.owner().await;
        record(test, &scope, vec![policy("a", "bitlocker_requireencryption", "Blue"), policy("b", "defender_scan", "Blue"), incomplete("c")]).await;
        assert_eq!(found(test, &scope, "require encryption").await, ["a"], "the id has lost its spaces");
        assert_eq!(found(test, &scope, "blue").await, ["a", "b"]);
        assert_eq!(found(test, &scope, "bitlocker_requireencryption").await, ["a"]);
        assert_eq!(found(test, &scope, "C").await, ["a", "b", "c"], "settings of catalogs, and a name");
        assert!(found(test, &scope, "bitlocker scan").await.is_empty());
        record(test, &scope, vec![policy("a", "bitlocker_requireencryption", "Red"), incomplete("b")]).await;
        assert_eq!(found(test, &scope, "blue").await, ["b"], "what was not read completely keeps what it was");
        assert_eq!(found(test, &scope, "red").await, ["a"]);
    }

    /// It was left as it is, without looking into it, and then it was another one.
    async fn an_object_that_another_run_changed_after_it_was_kept_gets_its_text_afterwards(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let (blue, red) = (policy("a", "bitlocker_requireencryption", "Blue"), policy("a", "bitlocker_requireencryption", "Red"));
        record(test, &scope, vec![blue.clone()]).await;
        let sealer = tenant.inventory().sealer("settingsCatalog").await.unwrap();
        assert!(sealer.kept("a", &red.document).is_none() && sealer.kept("b", &blue.document).is_none());
        let kept = sealer.kept("a", &blue.document).unwrap();
        let unread = || RecordedObject { content: Vec::new(), searched: Searched::default(), ..blue.clone() };
        let write = async |sealed| {
            let (_, lease) = test.claimed(&scope).await;
            tenant.inventory().record_sealed(&lease, vec![sealed]).await.unwrap().remove(0)
        };
        assert_eq!(write(sealer.seal_kept(unread(), kept)).await.what, What::Unchanged);
        assert_eq!(found(test, &scope, "blue").await, ["a"], "what it is found by stays");
        assert_eq!(test.db.make_texts(10).await.unwrap(), 0);
        record(test, &scope, vec![red]).await;
        let recorded = write(sealer.seal_kept(unread(), kept)).await;
        assert_eq!(recorded.what, What::Changed);
        assert_eq!(tenant.versions().document(recorded.version.unwrap()).await.unwrap(), blue.document);
        assert_eq!(test.db.make_texts(10).await.unwrap(), 1);
        assert_eq!(found(test, &scope, "blue").await, ["a"]);
        assert!(found(test, &scope, "red").await.is_empty());
    }

    async fn nothing_that_was_said_stands_in_the_index(test: &TestDb) {
        let scope = test.owner().await;
        record(test, &scope, vec![policy("a", "bitlocker_zebrasetting", "zebravalue")]).await;
        let body = if test.db.engine() == store::Engine::Sqlite { "hex(body)" } else { "encode(body, 'hex')" };
        let clear = |word: &str| {
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            format!("select count(*) from inventory_texts where lower({body}) like '%{hex}%'")
        };
        assert_eq!(test.number("select count(*) from inventory_texts").await, 1, "one row for one object");
        for word in ["zebra", "bitlocker"] {
            assert_eq!(test.number(&clear(word)).await, 0, "{word}");
        }
        assert_eq!(found(test, &scope, "zebravalue").await, ["a"]);
    }

    async fn a_text_belongs_to_its_tenant_and_goes_with_its_object(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        record(test, &scope, vec![policy("a", "x_y", "Blue")]).await;
        record(test, &other, vec![policy("a", "x_y", "Red")]).await;
        assert!(found(test, &other, "blue").await.is_empty());
        test.raw("update inventory_texts set body = (select body from inventory_texts order by body limit 1)").await.unwrap();
        let both = [&scope, &other].map(|scope| test.db.tenant(scope));
        let search = SearchText::parse("blue").unwrap().unwrap();
        let first = both[0].inventory().find(&search).await;
        let second = both[1].inventory().find(&search).await;
        assert!(first.is_err() != second.is_err(), "a text that was moved to another tenant does not open");
        delete_objects(test).await;
        for table in ["inventory_texts", "inventory_references"] {
            assert_eq!(test.number(&format!("select count(*) from {table}")).await, 0, "{table}");
        }
    }

    async fn what_was_there_before_is_made_searchable(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let objects = (0..5).map(|number| policy(&format!("a{number}"), "x_y", "Blue")).collect();
        record(test, &scope, objects).await;
        record(test, &other, vec![policy("b", "x_y", "Blue"), incomplete("c")]).await;
        for statement in ["delete from inventory_texts", "delete from inventory_references", "update inventory_objects set text_rules = 0"] {
            test.raw(statement).await.unwrap();
        }
        assert_eq!(test.db.tenant(&scope).inventory().without_text().await.unwrap(), 5);
        assert!(found(test, &scope, "blue").await.is_empty());
        let mut made = 0;
        while test.db.make_texts(2).await.unwrap() > 0 {
            made += 1;
        }
        assert_eq!(made, 4, "three slices of one tenant, one of the other");
        for (scope, expected) in [(&scope, 5), (&other, 1)] {
            assert_eq!(found(test, scope, "blue").await.len(), expected);
            assert_eq!(test.db.tenant(scope).inventory().without_text().await.unwrap(), 0);
        }
        assert_eq!(test.number("select count(*) from inventory_references").await, 12);
    }

    async fn references_go_both_ways(test: &TestDb) {
        let scope = test.owner().await;
        record(test, &scope, vec![policy("a", "x_y", "Blue"), policy("b", "x_y", "Blue")]).await;
        let tenant = test.db.tenant(&scope);
        let inventory = tenant.inventory();
        let uses = async |object: &str| {
            let used = inventory.uses("settingsCatalog", object).await.unwrap();
            used.into_iter().map(|each| (each.reference.kind, each.reference.external_id, each.name)).collect::<Vec<_>>()
        };
        let pair = |kind: &str, id: &str, name: Option<&str>| (kind.to_owned(), id.to_owned(), name.map(str::to_owned));
        assert_eq!(uses("a").await, [pair("groups", "g1", None), pair("scopeTags", "0", None)]);
        let (_, lease) = test.claimed(&scope).await;
        let group = GroupRecord { id: "g1".into(), name: "Pilot".into(), description: None, kind: "security".into(), rule: None };
        tenant.groups().record(&lease, vec![group]).await.unwrap();
        record(test, &scope, vec![scope_tag("0")]).await;
        assert_eq!(uses("a").await, [pair("groups", "g1", Some("Pilot")), pair("scopeTags", "0", Some("Default"))]);
        let naming = |kind: &str, id: &str| InventoryFilter {
            naming: Some(Reference { kind: kind.into(), external_id: id.into() }),
            ..InventoryFilter::default()
        };
        assert_eq!(inventory.count(&naming("scopeTags", "0")).await.unwrap(), 2);
        let bare = told(object("a", "1"), &json!({ "id": "a", "name": "a" }));
        record(test, &scope, vec![bare]).await;
        assert!(uses("a").await.is_empty(), "it names nothing any more");
        assert_eq!(inventory.count(&naming("groups", "g1")).await.unwrap(), 1);
        assert_eq!(inventory.count(&naming("groups", "g2")).await.unwrap(), 0);
    }
}

async fn delete_objects(test: &TestDb) {
    let delete = "delete from inventory_objects";
    match test.db.engine() {
        // A connection of SQLite minds foreign keys only when it is told to.
        store::Engine::Sqlite => test.raw(&format!("pragma foreign_keys = on; {delete}")).await.unwrap(),
        store::Engine::Postgres => test.raw(delete).await.unwrap(),
    };
}
