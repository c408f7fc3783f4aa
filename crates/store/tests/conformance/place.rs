//! Where the database and its key are, and what is refused.

use model::Ambient;
use store::{DatabaseUrl, Db, Keyring};

use crate::harness::{KEY, both};

both! {
    async fn another_key_and_another_schema_are_refused(test: &TestDb) {
        let open = |key: &str| Db::open(&test.url, Keyring::from_text(key).unwrap(), Ambient::system());
        assert_eq!(open(&KEY.replace("00", "ff")).await.err().unwrap().code(), "key.wrong");
        open(KEY).await.unwrap().close().await;
        assert_eq!(Db::migrate(&test.url).await.unwrap(), store::Migrated { from: 1, to: 1 });
        test.raw("update _sqlx_migrations set version = 999").await.unwrap();
        assert_eq!(open(KEY).await.err().unwrap().code(), "database.newer_schema");
        assert_eq!(Db::migrate(&test.url).await.err().unwrap().code(), "database.newer_schema");
        test.raw("update _sqlx_migrations set version = 1").await.unwrap();
        assert!(test.db.ping().await.unwrap() > 1_700_000_000_000);
    }

    async fn a_lost_key_file_is_named(test: &TestDb) {
        let missing = test.folder.path().join("gone.key");
        let error = Db::open(&test.url, Keyring::from_file(&missing), Ambient::system()).await.err().unwrap();
        assert_eq!(error.code(), "key.lost");
        assert!(error.to_string().contains("gone.key") && !missing.exists());
    }
}

fn place(folder: &tempfile::TempDir) -> (DatabaseUrl, std::path::PathBuf) {
    (folder.path().join("new.db").into(), folder.path().join("new.key"))
}

#[tokio::test]
async fn a_new_database_makes_its_key_file_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (url, key) = place(&folder);
    Db::open(&url, Keyring::from_file(&key), Ambient::system()).await.unwrap().close().await;
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    Db::open(&url, Keyring::from_file(&key), Ambient::system()).await.unwrap().close().await;
}

#[tokio::test]
async fn two_servers_on_one_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (url, key) = place(&folder);
    let one = Db::open(&url, Keyring::from_file(&key), Ambient::system()).await.unwrap();
    let two = Db::open(&url, Keyring::from_file(&key), Ambient::system()).await.unwrap();
    let lock = one.serve_lock().unwrap();
    assert_eq!(two.serve_lock().unwrap_err().code(), "database.in_use");
    drop(lock);
    two.serve_lock().unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_unreachable() {
    let url: DatabaseUrl = "/nowhere/at/all/atlas.db".parse().unwrap();
    let error = Db::open(&url, Keyring::from_text(KEY).unwrap(), Ambient::system()).await.err().unwrap();
    assert_eq!(error.code(), "database.unreachable");
}
