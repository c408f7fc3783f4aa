//! Links out of many objects at once, what is used most, by nothing, and what is not there.

use model::registry::content::Reference;
use store::{Direction, GroupRecord, UnusedKinds};

use crate::harness::both;
use crate::search::{policy, record, scope_tag};

fn reference(kind: &str, id: &str) -> Reference {
    Reference { kind: kind.into(), external_id: id.into() }
}

both! {
    async fn links_are_followed_from_many_objects_both_ways_and_bounded(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        for scope in [&scope, &other] {
            record(test, scope, vec![policy("a", "x_y", "1"), policy("b", "x_y", "1"), policy("c", "x_y", "1"), scope_tag("0")]).await;
        }
        let tenant = test.db.tenant(&scope);
        let inventory = tenant.inventory();
        let from = [reference("settingsCatalog", "a"), reference("settingsCatalog", "b"), reference("scopeTags", "0")];
        let links = inventory.links(Direction::Uses, &from, 10).await.unwrap();
        let told: Vec<_> = links.iter().map(|link| (link.from.external_id.as_str(), link.to.reference.external_id.as_str(), link.to.name.as_deref(), link.all)).collect();
        assert_eq!(told, [("a", "g1", None, 2), ("a", "0", Some("Default"), 2), ("b", "g1", None, 2), ("b", "0", Some("Default"), 2)]);
        let users = inventory.links(Direction::UsedBy, &[reference("groups", "g1"), reference("scopeTags", "0")], 2).await.unwrap();
        let told: Vec<_> = users.iter().map(|link| (link.from.kind.as_str(), link.to.reference.external_id.as_str(), link.all)).collect();
        assert_eq!(told, [("groups", "a", 3), ("groups", "b", 3), ("scopeTags", "a", 3), ("scopeTags", "b", 3)], "of the own tenant alone");
        assert!(inventory.links(Direction::Uses, &[], 10).await.unwrap().is_empty());
    }

    async fn what_is_used_most_by_nothing_and_not_there_is_told(test: &TestDb) {
        let scope = test.owner().await;
        record(test, &scope, vec![policy("a", "x_y", "1"), policy("b", "x_y", "1"), scope_tag("0"), scope_tag("7")]).await;
        let tenant = test.db.tenant(&scope);
        let inventory = tenant.inventory();
        let used = inventory.most_used(&[], 10).await.unwrap();
        let told: Vec<_> = used.iter().map(|each| (each.object.reference.kind.as_str(), each.users)).collect();
        assert_eq!(told, [("groups", 2), ("scopeTags", 2)]);
        assert_eq!(inventory.most_used(&["scopeTags"], 10).await.unwrap().len(), 1);
        let broken = inventory.dangling(&[], 10).await.unwrap();
        assert_eq!((broken.len(), broken[0].object.reference.clone()), (1, reference("groups", "g1")));
        assert_eq!(inventory.used_kinds().await.unwrap(), [("groups".to_owned(), 1, 2), ("scopeTags".to_owned(), 1, 2)]);

        let (_, lease) = test.claimed(&scope).await;
        let group = |id: &str| GroupRecord { id: id.into(), name: format!("Group {id}"), description: None, kind: "Security".into(), rule: None };
        tenant.groups().record(&lease, vec![group("g1"), group("g2")]).await.unwrap();
        assert!(inventory.dangling(&[], 10).await.unwrap().is_empty());
        let kinds = UnusedKinds { named: &["scopeTags"], assigned: &["settingsCatalog"], groups: true };
        let unused = inventory.unused(&kinds, 10).await.unwrap();
        let told: Vec<_> = unused.iter().map(|each| (each.reference.kind.as_str(), each.reference.external_id.as_str())).collect();
        assert_eq!(told, [("groups", "g2"), ("scopeTags", "7")]);
        assert_eq!(inventory.unused_kinds(&kinds).await.unwrap(), [("groups".to_owned(), 1), ("scopeTags".to_owned(), 1)]);
        assert!(inventory.unused(&UnusedKinds::default(), 10).await.unwrap().is_empty());
        let known = inventory.linked_object(&reference("groups", "g1")).await.unwrap();
        assert_eq!(known.and_then(|known| known.name).as_deref(), Some("Group g1"));
        assert!(inventory.linked_object(&reference("settingsCatalog", "a")).await.unwrap().is_some());
        assert!(inventory.linked_object(&reference("groups", "g3")).await.unwrap().is_none());
    }
}
