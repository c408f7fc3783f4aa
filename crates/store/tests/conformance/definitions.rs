//! What a tenant's service calls settings: each tenant's own, encrypted, and searched by.

use std::collections::{BTreeMap, BTreeSet};

use model::registry::content::Definition;
use store::TenantScope;

use crate::harness::{TestDb, both};
use crate::search::{found, policy, record};

fn definition(name: &str, version: &str) -> Definition {
    Definition {
        name: name.into(),
        category: "Encryption".into(),
        version: version.into(),
        options: BTreeMap::from([("a_b_1".into(), "On".into())]),
        ..Definition::default()
    }
}

async fn learned(test: &TestDb, scope: &TenantScope, setting: &str, definition: Option<Definition>, users: &[&str]) {
    let (_, lease) = test.claimed(scope).await;
    let users = BTreeMap::from([("settingsCatalog", users.iter().copied().collect::<BTreeSet<_>>())]);
    let found = BTreeMap::from([(setting.to_owned(), definition)]);
    test.db.tenant(scope).definitions().record(&lease, &found, &users).await.unwrap();
}

both! {
    async fn each_tenant_has_its_own_names_and_no_other_can_read_them(test: &TestDb) {
        let (own, other) = (test.owner().await, test.owner().await);
        learned(test, &own, "a_b", Some(definition("Ours", "1")), &[]).await;
        learned(test, &other, "a_b", Some(definition("Theirs", "1")), &[]).await;
        learned(test, &own, "a_c", None, &[]).await;
        let name = async |scope| {
            let names = test.db.tenant(scope).definitions().names(["a_b", "a_c", "a_d"]).await.unwrap();
            (names.get("a_b").map(|known| known.name.clone()), names.get("a_c").cloned())
        };
        assert_eq!(name(&own).await, (Some("Ours".into()), None));
        assert_eq!(name(&other).await, (Some("Theirs".into()), None));
        let known = test.db.tenant(&own).definitions().known(["a_b", "a_c", "a_d"]).await.unwrap();
        assert_eq!((known.len(), known["a_c"].definition.clone()), (2, None), "asked for, and there was none");
        let rows = "select count(*) from setting_definitions";
        assert_eq!(test.number(rows).await, 3);
        let move_one = "update setting_definitions set body = (select body from setting_definitions order by id_hash limit 1)";
        test.raw(move_one).await.unwrap();
        let moved = test.db.tenant(&own).definitions().known(["a_b", "a_c"]).await;
        let moved = moved.and(test.db.tenant(&other).definitions().known(["a_b"]).await);
        assert!(moved.is_err(), "a row is of its setting and tenant only");
    }

    async fn what_objects_are_found_by_is_made_again_when_a_name_is_new(test: &TestDb) {
        let scope = test.owner().await;
        record(test, &scope, vec![policy("x", "a_b", "Blue"), policy("y", "c_d", "Red")]).await;
        assert!(found(test, &scope, "\"require encryption\"").await.is_empty());
        learned(test, &scope, "a_b", Some(definition("Require encryption", "1")), &["x"]).await;
        assert_eq!(test.db.tenant(&scope).inventory().without_text().await.unwrap(), 1, "of the one object alone");
        while test.db.make_texts(10).await.unwrap() > 0 {}
        assert_eq!(found(test, &scope, "\"require encryption\"").await, ["x"]);
        assert_eq!(found(test, &scope, "a_b").await, ["x"], "its id still finds it");
        learned(test, &scope, "a_b", Some(definition("Demand encryption", "2")), &["x"]).await;
        while test.db.make_texts(10).await.unwrap() > 0 {}
        assert!(found(test, &scope, "require").await.is_empty());
        assert_eq!(found(test, &scope, "demand blue").await, ["x"]);
    }
}
