//! A whole installation in a test: simulated tenants, a database, people, and a worker when the test wants one.

use std::time::Duration;

use app::backups::{NewBackup, start_create};
use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use graph::GraphConfig;
use graph_sim::{Content, Simulator};
use model::access::Role;
use model::cloud::Clouds;
use model::ids::{BackupSetId, RunId, UserId};
use model::run::Status;
use store::{Db, ItemFilter, ItemRow, NewUser, RunRow, TenantScope};

use crate::TestDatabase;
use crate::tenants::{self, WorldTenant};
use crate::worker::{RunningWorker, client};

/// Longest time between two looks at a run; the database's hint makes it shorter.
const LOOK: Duration = Duration::from_millis(20);

/// What a test acts on. The first tenant is the one meant where none is named.
pub struct World {
    /// Microsoft Graph and its sign-in service.
    pub simulator: Simulator,
    /// The database.
    pub db: Db,
    /// The clouds, with the simulator among them.
    pub clouds: Clouds,
    /// Who set the installation up: platform administrator, owner of every tenant.
    pub owner: UserId,
    /// The tenants.
    pub tenants: Vec<WorldTenant>,
    /// How workers of this world reach Graph.
    pub graph: GraphConfig,
}

impl World {
    /// One tenant per content, all connected. Their client secrets may not be found in the database afterwards.
    pub async fn of(database: &TestDatabase, contents: Vec<Content>) -> Self {
        let simulator = tenants::simulate(contents).await;
        let (db, clouds) = (database.open().await, tenants::clouds(&simulator));
        let owner = tenants::owner(&db).await;
        let mut connected = Vec::new();
        for spec in simulator.tenants() {
            database.forbid(&spec.client_secret);
            connected.push(tenants::connect(&db, &clouds, owner, spec).await);
        }
        Self { simulator, db, clouds, owner, tenants: connected, graph: client() }
    }

    /// One tenant with so many generated objects.
    pub async fn seeded(database: &TestDatabase, objects: usize) -> Self {
        Self::of(database, vec![Content::Seeded { seed: 7, objects }]).await
    }

    /// The first tenant's directory id, by which the simulator is told what to do.
    pub fn directory(&self) -> &str {
        &self.tenants[0].spec.tenant_id
    }

    /// The first tenant with the owner's rights.
    pub async fn scope(&self) -> TenantScope {
        self.scope_of(self.owner).await
    }

    /// The first tenant with that person's rights.
    pub async fn scope_of(&self, user: UserId) -> TenantScope {
        self.db.authorise(user, self.tenants[0].id).await.expect("the person is a member")
    }

    /// A further person with that role in the first tenant.
    pub async fn person(&self, name: &str, role: Role) -> UserId {
        let email = format!("{}@example.com", name.to_lowercase());
        let user = NewUser { email, name: name.into(), password_hash: None, platform_admin: false };
        let user = self.db.people().create(user).await.expect("the account can be made");
        self.set_role(user, role).await;
        user
    }

    /// Gives a person that role in the first tenant.
    pub async fn set_role(&self, user: UserId, role: Role) {
        let scope = self.scope().await;
        self.db.tenant(&scope).set_member(user, role).await.expect("the owner manages members");
    }

    /// Starts a sync of all types as the owner.
    pub async fn start_sync(&self) -> RunId {
        self.start_sync_of(&[]).await
    }

    /// Starts a sync of these types as the owner; none means all.
    pub async fn start_sync_of(&self, types: &[&str]) -> RunId {
        let (scope, selection) = (self.scope().await, Selection::of(types).expect("the types exist"));
        start_sync(&self.db, &scope, &selection, Extra::default()).await.expect("the owner may sync").run()
    }

    /// Starts a backup of these types as the owner; none means all.
    pub async fn start_backup_of(&self, name: &str, types: &[&str]) -> RunId {
        let scope = self.scope().await;
        let backup = NewBackup {
            name: name.into(),
            selection: Selection::of(types).expect("the types exist"),
            keep_open: false,
        };
        start_create(&self.db, &scope, backup, Extra::default()).await.expect("the owner may back up").run()
    }

    /// Starts a worker of this world.
    pub fn worker(&self) -> RunningWorker {
        RunningWorker::start(&self.db, &self.clouds, self.graph.clone())
    }

    /// Starts a worker of this world that reaches the database in another way.
    pub fn worker_over(&self, db: &Db) -> RunningWorker {
        RunningWorker::start(db, &self.clouds, self.graph.clone())
    }

    /// Syncs everything with a worker of its own.
    pub async fn sync(&self) -> RunRow {
        let run = self.start_sync().await;
        self.worked(run).await
    }

    /// Backs everything up with a worker of its own: the run and the set it made.
    pub async fn back_up(&self, name: &str) -> (RunRow, BackupSetId) {
        let run = self.start_backup_of(name, &[]).await;
        let row = self.worked(run).await;
        let scope = self.scope().await;
        let set = self.db.tenant(&scope).backups().by_run(run).await.expect("sets can be read");
        (row, set.expect("the run made a set").id)
    }

    /// Lets a worker work until the run has ended and its notification is delivered.
    pub async fn worked(&self, run: RunId) -> RunRow {
        let worker = self.worker();
        let row = self.ended(run).await;
        worker.stop().await;
        row
    }

    /// Lets a worker work until nothing is queued or running in any tenant.
    pub async fn drain(&self) {
        let worker = self.worker();
        let mut changes = self.db.changes();
        while self.active().await > 0 {
            let _ = tokio::time::timeout(LOOK, changes.changed()).await;
        }
        worker.stop().await;
    }

    /// Waits until the run has ended, whoever works on it.
    pub async fn ended(&self, run: RunId) -> RunRow {
        self.reached(run, |row| row.status == Status::Completed).await
    }

    /// Waits until the run is as wanted.
    pub async fn reached(&self, run: RunId, wanted: impl Fn(&RunRow) -> bool) -> RunRow {
        let mut changes = self.db.changes();
        loop {
            let row = self.run(run).await;
            if wanted(&row) {
                return row;
            }
            let _ = tokio::time::timeout(LOOK, changes.changed()).await;
        }
    }

    /// The run as it is now.
    pub async fn run(&self, run: RunId) -> RunRow {
        let scope = self.scope().await;
        self.db.tenant(&scope).runs().get(run).await.expect("the run is the tenant's")
    }

    /// The run's items, in their order.
    pub async fn items(&self, run: RunId) -> Vec<ItemRow> {
        let scope = self.scope().await;
        let runs = self.db.tenant(&scope).runs();
        runs.items(run, &ItemFilter::default(), 0, 100_000).await.expect("items can be read")
    }

    /// How many versions of objects are stored for the first tenant.
    pub async fn versions(&self) -> usize {
        let scope = self.scope().await;
        let tenant = self.db.tenant(&scope);
        let mut versions = 0;
        for object in self.objects().await {
            versions +=
                tenant.versions().of(&object.type_key, &object.external_id).await.expect("versions can be read").len();
        }
        versions
    }

    /// Everything the first tenant's inventory shows.
    pub async fn objects(&self) -> Vec<store::ObjectRow> {
        let scope = self.scope().await;
        let inventory = self.db.tenant(&scope).inventory();
        inventory.list(&store::InventoryFilter::default(), None, 100_000).await.expect("the inventory can be read")
    }

    async fn active(&self) -> u64 {
        let cards = self.db.tenants().list_for(self.owner).await.expect("tenants can be listed");
        cards.iter().map(|card| card.active_runs).sum()
    }
}
