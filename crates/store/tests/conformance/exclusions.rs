//! What a tenant leaves out: of that tenant alone, without a trace in how fresh the rest is.

use crate::harness::both;
use crate::inventory::{object, observed};

both! {
    async fn an_exclusion_belongs_to_its_tenant_and_is_gone_when_it_is_taken_back(test: &TestDb) {
        let (one, other) = (test.owner().await, test.owner().await);
        let (mine, others) = (test.db.tenant(&one), test.db.tenant(&other));
        mine.inventory().exclude("scopeTags", "first").await.unwrap();
        mine.inventory().exclude("scopeTags", "second").await.unwrap();
        let excluded = mine.inventory().exclusions().await.unwrap();
        assert_eq!((excluded.len(), excluded[0].reason.as_str()), (1, "second"));
        assert_eq!(excluded[0].by_name, one.actor().name);
        assert!(others.inventory().exclusions().await.unwrap().is_empty());
        others.inventory().include("scopeTags").await.unwrap();
        assert_eq!(mine.inventory().exclusions().await.unwrap().len(), 1, "nobody takes back another tenant's");
        mine.inventory().include("scopeTags").await.unwrap();
        assert!(mine.inventory().exclusions().await.unwrap().is_empty());
        let entries = mine.audit().list(None, 100).await.unwrap();
        let told: Vec<_> = entries
            .iter()
            .filter(|entry| entry.action.starts_with("type."))
            .map(|entry| (entry.action.as_str(), entry.object.as_deref(), entry.detail.as_deref()))
            .collect();
        assert_eq!(told, [
            ("type.include", Some("scopeTags"), None),
            ("type.exclude", Some("scopeTags"), Some("second")),
            ("type.exclude", Some("scopeTags"), Some("first")),
        ]);
    }

    async fn what_is_left_out_makes_the_inventory_neither_old_nor_incomplete(test: &TestDb) {
        let scope = test.owner().await;
        let inventory = test.db.tenant(&scope).inventory();
        let (_, lease) = test.claimed(&scope).await;
        inventory.record(&lease, vec![object("a", "1")]).await.unwrap();
        inventory.finish_types(&lease, &[observed(Some("graph.timeout"), 1, true)]).await.unwrap();
        assert!(!inventory.freshness().await.unwrap().unwrap().complete);
        inventory.exclude("settingsCatalog", "x").await.unwrap();
        assert_eq!(inventory.freshness().await.unwrap(), None, "no other type was observed");
        assert_eq!(inventory.coverage().await.unwrap().len(), 1, "what was seen stays");
    }
}
