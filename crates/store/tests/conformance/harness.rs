//! A fresh database for each test, and what most tests need in it.

use std::str::FromStr as _;

use model::Ambient;
use model::access::Capability;
use model::ids::{TenantId, UserId};
use model::run::{Definition, IdentityInputs, ItemOutcome, Repeat};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use store::{
    ClaimedRun, DatabaseUrl, Db, Engine, ItemRecord, Keyring, Lease, NewRun, NewTenant, NewUser, Started, TenantScope,
    WorkerInfo,
};

/// Writes one test as two: on SQLite and on PostgreSQL.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($test:ident: &TestDb) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test may need none of its file's")]
            use super::*;
            async fn check($test: &crate::harness::TestDb) $body
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let test = crate::harness::TestDb::sqlite().await;
                check(&test).await;
                test.end().await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let test = crate::harness::TestDb::postgres().await;
                check(&test).await;
                test.end().await;
            }
        }
    )*};
}
pub(crate) use both;

pub(crate) const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

pub(crate) static SYNC: Definition = Definition {
    run_type: "inventory.sync",
    aliases: &[],
    label: "Sync inventory",
    capability: Capability::InventorySync,
    identity: IdentityInputs::Fields(&["types"]),
    deadline_ms: 60_000,
    attempts_max: 3,
    writes: false,
    repeat: Repeat::FailedItems,
    spec: "004",
};

pub(crate) static FRESH: Definition =
    Definition { run_type: "backup_set.create", identity: IdentityInputs::Fresh, ..SYNC };

pub(crate) struct TestDb {
    pub(crate) db: Db,
    pub(crate) url: DatabaseUrl,
    pub(crate) address: String,
    pub(crate) folder: tempfile::TempDir,
    admin: Option<(String, String)>,
}

impl TestDb {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("atlas.db").display().to_string();
        Self::open(folder, address, None).await
    }

    pub(crate) async fn postgres() -> Self {
        let (address, admin) = Self::new_postgres().await;
        Self::open(tempfile::tempdir().unwrap(), address, Some(admin)).await
    }

    /// A PostgreSQL database without an installation. Its `db` is another one, which nobody asks.
    pub(crate) async fn postgres_empty() -> Self {
        let (address, admin) = Self::new_postgres().await;
        let folder = tempfile::tempdir().unwrap();
        let aside = DatabaseUrl::from(folder.path().join("aside.db"));
        let db = Db::open(&aside, Keyring::from_text(KEY).unwrap(), Ambient::system()).await.unwrap();
        Self { db, url: DatabaseUrl::from_str(&address).unwrap(), address, folder, admin: Some(admin) }
    }

    async fn new_postgres() -> (String, (String, String)) {
        let admin = std::env::var("TENANTATLAS_TEST_POSTGRES").expect(
            "TENANTATLAS_TEST_POSTGRES is not set: run scripts/test, which starts a PostgreSQL server and sets it",
        );
        let name = format!("atlas_{}", Ambient::system().uuid().simple());
        let mut connection = PgConnection::connect(&admin).await.unwrap();
        connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let (server, query) = admin
            .split_once('?')
            .map_or((admin.as_str(), String::new()), |(server, query)| (server, format!("?{query}")));
        let (server, _) = server.rsplit_once('/').expect("the address ends with a database");
        (format!("{server}/{name}{query}"), (admin.clone(), name))
    }

    async fn open(folder: tempfile::TempDir, address: String, admin: Option<(String, String)>) -> Self {
        let url = DatabaseUrl::from_str(&address).unwrap();
        let db = Db::open(&url, Keyring::from_text(KEY).unwrap(), Ambient::system()).await.unwrap();
        Self { db, url, address, folder, admin }
    }

    /// The same database as another process has it.
    pub(crate) async fn second(&self) -> Db {
        Db::open(&self.url, Keyring::from_text(KEY).unwrap(), Ambient::system()).await.unwrap()
    }

    pub(crate) async fn end(self) {
        self.db.close().await;
        if let Some((admin, name)) = self.admin {
            let mut connection = PgConnection::connect(&admin).await.unwrap();
            connection.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
        }
    }

    /// Runs a statement past the store, to move time or to try what the database must refuse.
    pub(crate) async fn raw(&self, statement: &str) -> Result<u64, sqlx::Error> {
        let statement = AssertSqlSafe(statement.to_owned());
        match self.url.engine() {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(&format!("sqlite:{}", self.address)).await?;
                Ok(connection.execute(statement).await?.rows_affected())
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&self.address).await?;
                Ok(connection.execute(statement).await?.rows_affected())
            }
        }
    }

    /// A number read past the store.
    pub(crate) async fn number(&self, query: &str) -> i64 {
        let query = AssertSqlSafe(query.to_owned());
        match self.url.engine() {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(&format!("sqlite:{}", self.address)).await.unwrap();
                sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&self.address).await.unwrap();
                sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    pub(crate) async fn user(&self, name: &str) -> UserId {
        let user = NewUser {
            email: format!("{name}@example.com"),
            name: name.into(),
            password_hash: None,
            platform_admin: false,
        };
        self.db.people().create(user).await.unwrap()
    }

    pub(crate) async fn tenant(&self, owner: UserId) -> TenantId {
        let new = NewTenant {
            display_name: "Contoso".into(),
            directory_id: Ambient::system().uuid().to_string(),
            primary_domain: "contoso.com".into(),
            cloud: "global".into(),
            labels: [("ring".to_owned(), "first".to_owned())].into(),
        };
        self.db.tenants().create(new, owner).await.unwrap()
    }

    /// A tenant and its owner's scope.
    pub(crate) async fn owner(&self) -> TenantScope {
        let user = self.user(&format!("owner-{}", Ambient::system().uuid())).await;
        let tenant = self.tenant(user).await;
        self.db.authorise(user, tenant).await.unwrap()
    }

    pub(crate) async fn start(&self, scope: &TenantScope, inputs: Value) -> Started {
        self.db.tenant(scope).runs().start(new_run(&SYNC, inputs)).await.unwrap()
    }

    /// Starts and claims one run.
    pub(crate) async fn claimed(&self, scope: &TenantScope) -> (ClaimedRun, Lease) {
        self.db.tenant(scope).runs().start(new_run(&FRESH, json!({}))).await.unwrap();
        let worker = worker();
        let run = self.db.ledger().claim(&worker, 1, &[FRESH.run_type]).await.unwrap().remove(0);
        let lease = run.lease(worker.id);
        (run, lease)
    }

    pub(crate) async fn expire_leases(&self) {
        self.raw("update operation_runs set lease_expires_at = 1 where status = 'running'").await.unwrap();
    }
}

pub(crate) fn new_run(definition: &'static Definition, inputs: Value) -> NewRun {
    NewRun::of(definition, "13 types", inputs)
}

pub(crate) fn worker() -> WorkerInfo {
    WorkerInfo { id: Ambient::system().id(), host: "here".into(), version: "1".into(), roles: vec!["worker".into()] }
}

pub(crate) fn item(key: &str, outcome: ItemOutcome) -> ItemRecord {
    let code = outcome.counts_as_failed().then(|| "graph.throttled".to_owned());
    ItemRecord {
        key: key.into(),
        label: key.to_uppercase(),
        kind: "policy".into(),
        outcome,
        code,
        message: None,
        detail: None,
    }
}
