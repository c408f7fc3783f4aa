//! Sets that were made from files.

use serde_json::json;
use store::{ExportPart, ImportedObject, ItemRecord};

use crate::harness::both;

fn object(id: &str, content: &str) -> ImportedObject {
    ImportedObject {
        type_key: "settingsCatalog".into(),
        external_id: id.into(),
        name: format!("Policy {id}"),
        document: content.as_bytes().to_vec(),
        content: content.as_bytes().to_vec(),
    }
}

both! {
    async fn what_was_sent_is_kept_encrypted_for_its_tenant_alone(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let content: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
        let uploads = test.db.tenant(&scope).uploads();
        let id = uploads.keep("backup.zip", "abc", &content).await.unwrap();
        let upload = uploads.get(id).await.unwrap().unwrap();
        assert_eq!((upload.name.as_str(), upload.sha256.as_str(), upload.bytes), ("backup.zip", "abc", 3_000_000));
        assert!(uploads.content(&upload).await.unwrap() == content);
        let foreign = test.db.tenant(&other).uploads();
        assert!(foreign.get(id).await.unwrap().is_none());
        assert!(foreign.content(&upload).await.is_err());
        foreign.remove(id).await.unwrap();
        assert!(uploads.get(id).await.unwrap().is_some());
        assert_eq!(test.db.remove_expired_uploads().await.unwrap(), 0);
        uploads.remove(id).await.unwrap();
        assert!(uploads.get(id).await.unwrap().is_none() && uploads.content(&upload).await.is_err());
        uploads.keep("later.zip", "abc", b"x").await.unwrap();
        test.raw("update uploads set expires_at = 1").await.unwrap();
        assert_eq!(test.db.remove_expired_uploads().await.unwrap(), 1);
    }

    async fn an_imported_version_is_no_observation(test: &TestDb) {
        let scope = test.owner().await;
        let (_, lease) = test.claimed(&scope).await;
        let tenant = test.db.tenant(&scope);
        let set = tenant.backups().create_set(&lease, "Imported", None).await.unwrap();
        let origin = json!({ "layout": "ours" });
        tenant.backups().set_origin(&lease, set, &origin).await.unwrap();
        tenant.backups().set_origin(&lease, set, &json!({ "layout": "other" })).await.unwrap();
        assert_eq!(tenant.backups().origins(&[set]).await.unwrap()[&set], origin, "said once");
        let objects = [object("a", "{\"a\":1}"), object("b", "{\"b\":2}")];
        let versions = tenant.backups().import_versions(&lease, set, &objects).await.unwrap();
        assert_eq!(tenant.versions().document(versions[1]).await.unwrap(), b"{\"b\":2}");
        let again = [object("b", "{\"b\":2}"), object("b", "{\"b\":3}")];
        let later = tenant.backups().import_versions(&lease, set, &again).await.unwrap();
        assert_eq!(later[0], versions[1], "a later attempt adds nothing");
        assert_ne!(later[1], versions[1]);
        assert!(tenant.versions().of("settingsCatalog", "b").await.unwrap().is_empty(), "the history is what was observed");
        let other = test.owner().await;
        assert!(test.db.tenant(&other).backups().origins(&[set]).await.unwrap().is_empty());
    }

    async fn an_archive_is_written_anew_by_the_next_attempt(test: &TestDb) {
        let scope = test.owner().await;
        let (run, lease) = test.claimed(&scope).await;
        let exports = test.db.tenant(&scope).exports();
        let part = |number: u64, plain: &[u8], is_last: bool| ExportPart {
            number,
            plain: plain.to_vec(),
            rows: 1,
            position: (!is_last).then_some(run.id),
            item: ItemRecord {
                key: format!("part/{number}"),
                label: "Objects".into(),
                kind: "Part".into(),
                outcome: model::run::ItemOutcome::Succeeded,
                code: None,
                message: None,
                detail: None,
            },
        };
        exports.begin(&lease, "zip").await.unwrap();
        exports.add(&lease, part(1, b"half", false)).await.unwrap();
        exports.restart(&lease).await.unwrap();
        exports.add(&lease, part(1, b"who", false)).await.unwrap();
        exports.add(&lease, part(2, b"le", true)).await.unwrap();
        let file = exports.of_run(run.id).await.unwrap().unwrap();
        assert_eq!((file.parts, file.rows, file.bytes, file.finished), (2, 2, 5, true));
        assert_eq!(exports.part(run.id, 1).await.unwrap().unwrap(), b"who");
    }
}
