//! What a schedule plays on: the real store on SQLite in memory, a clock that only the schedule moves, and a gate at
//! which one operation can be held between two of its transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::Ambient;
use model::ambient::{Clock as _, ManualClock, SeededEntropy};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use store::{Db, Keyring, NewTenant, NewUser, TenantScope};
use tokio::sync::Notify;

use crate::c_interface;
use crate::reference::{PEOPLE, TENANTS};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Where virtual time begins. Late enough for every difference that the store takes.
const BEGINNING: i64 = 1_000_000_000_000;
/// The one that is held at the gate, and the one that passes.
const CONNECTIONS: u32 = 2;

/// The database and those who act on it.
pub(crate) struct Stage {
    pub(crate) db: Db,
    pub(crate) pool: SqlitePool,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gate: Arc<Gate>,
    /// By tenant, then by person; behind the people is the system.
    pub(crate) scopes: Vec<Vec<TenantScope>>,
}

/// Holds the next operation before it takes a connection for the second time.
#[derive(Default)]
pub(crate) struct Gate {
    passes_left: AtomicUsize,
    pub(crate) arrived: Notify,
    opened: Notify,
}

impl Gate {
    /// The second to come will be held.
    pub(crate) fn arm(&self) {
        self.passes_left.store(2, Ordering::SeqCst);
    }

    /// Nobody will be held.
    pub(crate) fn disarm(&self) {
        self.passes_left.store(0, Ordering::SeqCst);
    }

    /// Lets the one who is held go on.
    pub(crate) fn open(&self) {
        self.opened.notify_one();
    }

    async fn pass(&self) {
        let left = self.passes_left.load(Ordering::SeqCst);
        if left == 0 {
            return;
        }
        self.passes_left.store(left - 1, Ordering::SeqCst);
        if left == 1 {
            self.arrived.notify_one();
            self.opened.notified().await;
        }
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let (clock, gate) = (Arc::new(ManualClock::at(BEGINNING)), Arc::new(Gate::default()));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let pool = pool(&clock, &gate).await;
        let db = Db::on_given_pool(pool.clone(), Keyring::from_text(KEY).unwrap(), ambient).await.unwrap();
        let scopes = people_and_tenants(&db).await;
        Self { db, pool, clock, gate, scopes }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// An empty ledger for the next schedule. Members and tenants stay; what is append-only stays too.
    pub(crate) async fn clear(&self) {
        // What hangs on a run goes with it.
        let emptied = "delete from operation_runs; delete from notifications; delete from run_counters; \
            delete from run_changes; delete from tenant_turns; delete from run_limits; delete from run_pauses; \
            delete from nodes";
        sqlx::query(emptied).execute(&self.pool).await.unwrap();
    }

    /// Statements that SQLite compiled again although they were at hand.
    pub(crate) async fn compiled_again(&self) -> Vec<String> {
        let (mut one, mut other) = (self.pool.acquire().await.unwrap(), self.pool.acquire().await.unwrap());
        let mut found = Vec::new();
        for connection in [&mut one, &mut other] {
            let mut handle = connection.lock_handle().await.unwrap();
            found.extend(c_interface::compiled_again(handle.as_raw_handle().as_ptr()));
        }
        found
    }
}

async fn people_and_tenants(db: &Db) -> Vec<Vec<TenantScope>> {
    let mut people = Vec::new();
    for person in 0..PEOPLE {
        let (email, name) = (format!("p{person}@example.com"), format!("Person {person}"));
        let new = NewUser { email, name, password_hash: None, platform_admin: false };
        people.push(db.people().create(new).await.unwrap());
    }
    let mut scopes = Vec::new();
    for tenant in 0..TENANTS {
        let new = NewTenant {
            display_name: format!("Tenant {tenant}"),
            directory_id: format!("00000000-0000-0000-0000-00000000000{tenant}"),
            primary_domain: "contoso.com".into(),
            cloud: "global".into(),
            labels: Default::default(),
        };
        let tenant = db.tenants().create(new, people[0]).await.unwrap();
        let owner = db.authorise(people[0], tenant).await.unwrap();
        let mut of_tenant = Vec::new();
        for person in &people {
            db.tenant(&owner).set_member(*person, model::access::Role::Owner).await.unwrap();
            of_tenant.push(db.authorise(*person, tenant).await.unwrap());
        }
        of_tenant.push(db.scope_for_machine_operator_without_membership(tenant, "system").await.unwrap());
        scopes.push(of_tenant);
    }
    scopes
}

/// A database of its own for each stage, shared by the pool's connections. Nothing of it reaches a disk.
async fn pool(clock: &Arc<ManualClock>, gate: &Arc<Gate>) -> SqlitePool {
    static STAGES: AtomicUsize = AtomicUsize::new(0);
    let options = SqliteConnectOptions::new()
        .filename(format!("/simulation-{}", STAGES.fetch_add(1, Ordering::SeqCst)))
        .vfs("memdb")
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(true)
        .statement_cache_capacity(400)
        .pragma("temp_store", "memory");
    let (clock, gate) = (clock.clone(), gate.clone());
    let pool = SqlitePoolOptions::new()
        .min_connections(CONNECTIONS)
        .max_connections(CONNECTIONS)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let clock = clock.clone();
            Box::pin(async move {
                c_interface::install_clock(connection.lock_handle().await?.as_raw_handle().as_ptr(), clock);
                Ok(())
            })
        })
        .before_acquire(move |_, _| {
            let gate = gate.clone();
            Box::pin(async move {
                gate.pass().await;
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .unwrap();
    // Only connections that are there already come through the gate.
    let both = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    drop(both);
    pool
}
