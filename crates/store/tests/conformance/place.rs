//! Where the database and its key are, and what is refused.

use model::Ambient;
use model::ids::{Id as _, TenantId, UserId};
use sqlx::{Connection as _, Executor as _};
use store::{CredentialKind, DatabaseUrl, Db, Engine, Keyring};

use crate::harness::{FRESH, KEY, both, worker};

both! {
    async fn another_key_and_another_schema_are_refused(test: &TestDb) {
        let open = |key: &str| Db::open(&test.url, Keyring::from_text(key).unwrap(), Ambient::system());
        assert_eq!(open(&KEY.replace("00", "ff")).await.err().unwrap().code(), "key.wrong");
        open(KEY).await.unwrap().close().await;
        assert_eq!(Db::migrate(&test.url).await.unwrap(), store::Migrated { from: SCHEMA, to: SCHEMA });
        test.raw(&format!("update _sqlx_migrations set version = 999 where version = {SCHEMA}")).await.unwrap();
        assert_eq!(open(KEY).await.err().unwrap().code(), "database.newer_schema");
        assert_eq!(Db::migrate(&test.url).await.err().unwrap().code(), "database.newer_schema");
        test.raw(&format!("update _sqlx_migrations set version = {SCHEMA} where version = 999")).await.unwrap();
        assert!(test.db.ping().await.unwrap() > 1_700_000_000_000);
    }

    async fn an_older_database_is_brought_up_with_what_is_in_it(test: &TestDb) {
        let (url, address) = empty(test).await;
        let engine = if test.db.engine() == Engine::Sqlite { "sqlite" } else { "postgres" };
        let steps = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let migrator = sqlx::migrate::Migrator::new(std::path::Path::new(&steps)).await.unwrap();
        let (run, tenant) = (test.db.ambient().uuid(), test.db.ambient().uuid());
        let id = |uuid: uuid::Uuid| if engine == "sqlite" { format!("x'{}'", uuid.simple()) } else { format!("'{uuid}'") };
        let identity = if engine == "sqlite" { "x'00'" } else { "'\\x00'" };
        let rows = [
            format!("insert into tenants values ({}, 'Old', 'd', 'old.example', 'global', 'active', '{{}}', 1)", id(tenant)),
            format!(
                "insert into operation_runs (id, tenant_id, type, label, target, status, outcome, identity, initiator_name, inputs, \
                 context, attempts_max, deadline_ms, available_at, created_at) values ({}, {}, '{}', 'Old', 'x', 'queued', 'pending', \
                 {identity}, 'Ada', '{{}}', '{{}}', 3, 60000, 1, 1)",
                id(run), id(tenant), FRESH.run_type
            ),
            format!("insert into users values ({}, 'ada@example.com', 'Ada', null, false, 1)", id(run)),
            format!("insert into memberships values ({}, {}, 'owner', 1)", id(tenant), id(run)),
            format!("insert into connections values ({}, 'client', {identity}, 1, 'Ada')", id(tenant)),
            format!(
                "insert into audit_entries (id, at, tenant_id, actor_name, action, outcome) \
                 values ({0}, 1, {1}, 'Ada', 'old.entry', 'succeeded'), ({1}, 2, null, 'Ada', 'old.entry', 'succeeded')",
                id(run), id(tenant)
            ),
        ];
        if engine == "sqlite" {
            let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{address}?mode=rwc")).await.unwrap();
            migrator.run_to(1, &mut connection).await.unwrap();
            for row in rows {
                connection.execute(sqlx::AssertSqlSafe(row)).await.unwrap();
            }
        } else {
            let mut connection = sqlx::PgConnection::connect(&address).await.unwrap();
            migrator.run_to(1, &mut connection).await.unwrap();
            for row in rows {
                connection.execute(sqlx::AssertSqlSafe(row)).await.unwrap();
            }
        }
        let open = || Db::open(&url, Keyring::from_text(KEY).unwrap(), Ambient::system());
        assert_eq!(open().await.err().unwrap().code(), "database.older_schema");
        assert_eq!(Db::migrate(&url).await.unwrap(), store::Migrated { from: 1, to: SCHEMA });
        let db = open().await.unwrap();
        let claimed = db.ledger().claim(&worker(), 1, &[FRESH.run_type]).await.unwrap();
        assert_eq!(claimed[0].priority, model::run::Priority::Interactive);
        assert_eq!(db.audit_chains().link(10).await.unwrap(), 2, "what was recorded before there was a chain is linked too");
        let scope = db.authorise(UserId::from_uuid(run), TenantId::from_uuid(tenant)).await.unwrap();
        let connection = db.tenant(&scope).connection_summary().await.unwrap().unwrap();
        assert_eq!((connection.kind, connection.certificate), (CredentialKind::Secret, None), "there was no other kind");
        db.close().await;
    }

    async fn a_lost_key_file_is_named(test: &TestDb) {
        let missing = test.folder.path().join("gone.key");
        let error = Db::open(&test.url, Keyring::from_file(&missing), Ambient::system()).await.err().unwrap();
        assert_eq!(error.code(), "key.lost");
        assert!(error.to_string().contains("gone.key") && !missing.exists());
    }
}

/// The newest step of the schema.
const SCHEMA: i64 = 22;

/// Where there is nothing yet.
async fn empty(test: &crate::harness::TestDb) -> (DatabaseUrl, String) {
    if test.db.engine() == Engine::Sqlite {
        let path = test.folder.path().join("old.db").display().to_string();
        return (path.parse().unwrap(), path);
    }
    test.raw("drop schema public cascade").await.unwrap();
    test.raw("create schema public").await.unwrap();
    (test.url.clone(), test.address.clone())
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
