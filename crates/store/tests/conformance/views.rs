//! Saved views and files: whose they are, and what the database keeps apart.

use std::collections::BTreeMap;

use model::access::Role;
use model::run::ItemOutcome;
use store::{ExportPart, Opening, ViewContent};

use crate::harness::{both, item};

fn content(name: &str) -> ViewContent {
    let filter = BTreeMap::from([("outcome".to_owned(), vec!["failed".to_owned()])]);
    ViewContent { name: name.into(), filter }
}

fn part(number: u64, text: &str, position: Option<model::ids::RunId>) -> ExportPart {
    let key = format!("part/{number}");
    ExportPart { number, plain: text.into(), rows: 2, position, item: item(&key, ItemOutcome::Succeeded) }
}

both! {
    async fn a_view_is_ones_own_or_everybodys(test: &TestDb) {
        let (owner, other) = (test.owner().await, test.owner().await);
        let reader = test.user("reader").await;
        test.db.tenant(&owner).set_member(reader, Role::Readonly).await.unwrap();
        let readers = test.db.authorise(reader, owner.tenant_id()).await.unwrap();
        let (mine, theirs) = (test.db.tenant(&owner).views(), test.db.tenant(&readers).views());
        let own = mine.create(&content("Mine"), false).await.unwrap();
        let shared = mine.create(&content("Ours"), true).await.unwrap();
        assert_eq!(mine.list().await.unwrap().iter().map(|view| view.id).collect::<Vec<_>>(), [own, shared]);
        assert_eq!(theirs.list().await.unwrap().iter().map(|view| view.id).collect::<Vec<_>>(), [shared]);
        for stranger in [&theirs, &test.db.tenant(&other).views()] {
            assert_eq!(stranger.get(own).await.unwrap_err().code, "not_found");
            assert_eq!(stranger.change(own, &content("x")).await.unwrap_err().code, "not_found");
            assert_eq!(stranger.remove(own).await.unwrap_err().code, "not_found");
            assert_eq!(stranger.open_with(Opening::View(own)).await.unwrap_err().code, "not_found");
        }
        assert_eq!(theirs.create(&content("x"), true).await.unwrap_err().code, "not_authorised");
        assert_eq!(theirs.change(shared, &content("x")).await.unwrap_err().code, "not_authorised");
        assert_eq!(theirs.remove(shared).await.unwrap_err().code, "not_authorised");
        assert_eq!(theirs.open_for_everybody_with(Some(shared)).await.unwrap_err().code, "not_authorised");
        assert_eq!(test.db.tenant(&other).views().get(shared).await.unwrap_err().code, "not_found");
        theirs.create(&content("MINE"), false).await.expect("another person may use the same name");
    }

    async fn a_name_is_one_in_any_case(test: &TestDb) {
        let scope = test.owner().await;
        let views = test.db.tenant(&scope).views();
        let first = views.create(&content("Größe"), false).await.unwrap();
        assert_eq!(views.create(&content("GRÖßE"), false).await.unwrap_err().code, "view.exists");
        views.create(&content("größe"), true).await.expect("shared ones are counted apart");
        let second = views.create(&content("Other"), false).await.unwrap();
        assert_eq!(views.change(second, &content("GRÖßE")).await.unwrap_err().code, "view.exists");
        views.change(first, &content("GRÖSSE")).await.unwrap();
        views.change(first, &ViewContent { filter: BTreeMap::new(), ..content("grösse") }).await.unwrap();
        let found = views.get(first).await.unwrap();
        assert_eq!((found.content.name.as_str(), found.content.filter.len()), ("grösse", 0));
    }

    async fn ones_own_choice_goes_before_everybodys(test: &TestDb) {
        let scope = test.owner().await;
        let views = test.db.tenant(&scope).views();
        let (own, one, two) = (
            views.create(&content("a"), false).await.unwrap(),
            views.create(&content("b"), true).await.unwrap(),
            views.create(&content("c"), true).await.unwrap(),
        );
        assert_eq!(views.opening().await.unwrap(), Opening::AsTheTenant);
        assert_eq!(views.open_for_everybody_with(Some(own)).await.unwrap_err().code, "view.not_shared");
        views.open_for_everybody_with(Some(one)).await.unwrap();
        views.open_for_everybody_with(Some(two)).await.unwrap();
        let defaults = views.list().await.unwrap().into_iter().filter(|view| view.everybodys_default);
        assert_eq!(defaults.map(|view| view.id).collect::<Vec<_>>(), [two]);
        for opening in [Opening::View(own), Opening::Everything, Opening::AsTheTenant, Opening::View(own)] {
            views.open_with(opening).await.unwrap();
            assert_eq!(views.opening().await.unwrap(), opening);
        }
        views.remove(own).await.unwrap();
        assert_eq!(views.opening().await.unwrap(), Opening::AsTheTenant, "a default that is gone is none");
        views.open_for_everybody_with(None).await.unwrap();
        assert!(views.list().await.unwrap().iter().all(|view| !view.everybodys_default));
    }

    async fn views_are_bounded_and_audited_without_personal_names(test: &TestDb) {
        let scope = test.owner().await;
        let views = test.db.tenant(&scope).views();
        for number in 0..50 {
            views.create(&content(&format!("Secret plan {number}")), false).await.unwrap();
        }
        assert_eq!(views.create(&content("one more"), false).await.unwrap_err().code, "view.too_many");
        assert_eq!(views.list().await.unwrap().len(), 50);
        views.create(&content("For all"), true).await.unwrap();
        let audit = test.db.tenant(&scope).audit().list(None, 100).await.unwrap();
        let details: Vec<_> = audit.iter().filter(|row| row.action == "view.create").filter_map(|row| row.detail.as_deref()).collect();
        assert_eq!(details.len(), 51);
        assert!(details.iter().all(|detail| !detail.contains("Secret")) && details.contains(&"shared, “For all”"));
    }

    async fn a_file_is_written_part_by_part_encrypted_and_goes(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let (run, lease) = test.claimed(&scope).await;
        let exports = test.db.tenant(&scope).exports();
        assert!(exports.of_run(run.id).await.unwrap().is_none());
        assert!(!exports.begin(&lease, "csv").await.unwrap().finished);
        exports.add(&lease, part(1, "canary-one", Some(run.id))).await.unwrap();
        let resumed = exports.begin(&lease, "csv").await.unwrap();
        assert_eq!((resumed.parts, resumed.rows, resumed.position), (1, 2, Some(run.id)));
        let again = exports.add(&lease, part(1, "canary-one", None)).await;
        assert!(again.is_err(), "a part is written once");
        let lost = store::Lease { fence: lease.fence + 1, ..lease };
        assert_eq!(exports.add(&lost, part(2, "x", None)).await.unwrap_err().code(), "run.lease_lost");
        exports.add(&lease, part(2, "canary-two", None)).await.unwrap();
        let file = exports.of_run(run.id).await.unwrap().unwrap();
        assert_eq!((file.parts, file.rows, file.bytes, file.finished, file.expired), (2, 4, 20, true, false));
        assert_eq!(exports.part(run.id, 2).await.unwrap().unwrap(), b"canary-two");
        assert_eq!(test.number("select count(*) from operation_run_items").await, 2);
        let theirs = test.db.tenant(&other).exports();
        assert!(theirs.of_run(run.id).await.unwrap().is_none() && theirs.part(run.id, 1).await.unwrap().is_none());
        assert_eq!(test.db.remove_expired_exports().await.unwrap(), 0);
        test.raw("update export_files set expires_at = 1").await.unwrap();
        assert_eq!(test.db.remove_expired_exports().await.unwrap(), 2);
        assert!(exports.of_run(run.id).await.unwrap().unwrap().expired && exports.part(run.id, 1).await.unwrap().is_none());
    }

    async fn codes_are_those_of_the_tenants_items(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        for (scope, codes) in [(&scope, ["b.two", "a.one", "b.two"]), (&other, ["z.not", "z.not", "z.not"])] {
            let (_, lease) = test.claimed(scope).await;
            let items = codes.iter().enumerate().map(|(number, code)| store::ItemRecord {
                code: Some((*code).to_owned()), ..item(&number.to_string(), ItemOutcome::Failed)
            });
            test.db.ledger().record(&lease, items.collect()).await.unwrap();
        }
        assert_eq!(test.db.tenant(&scope).runs().item_codes().await.unwrap(), ["a.one", "b.two"]);
    }
}
