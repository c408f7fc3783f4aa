//! The simulated tenants, and the database that knows them.

use std::collections::{BTreeMap, HashSet};

use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use model::ids::{RunId, WorkerId};
use model::run::Outcome;
use serde_json::{Value, json};
use store::{Db, Engine, InventoryFilter, TenantScope};

use super::Arguments;
use super::nodes::Environment;
use crate::Failure;
use crate::engines::postgres::Server;
use crate::ledger::database::Database;
use crate::sync::connect;
use crate::sync::programs::Programs;
use crate::sync::simulator::Simulator;

/// One simulator with all tenants, and one database.
pub(super) struct World {
    pub(super) simulator: Simulator,
    database: Database,
    db: Db,
    scopes: Vec<TenantScope>,
}

/// A run that was started.
pub(super) struct Started {
    tenant: usize,
    run: RunId,
}

impl World {
    /// Starts the simulator and connects its tenants.
    pub(super) async fn make(arguments: &Arguments, programs: &Programs, server: &Server) -> Result<Self, Failure> {
        let options: Vec<String> = (0..arguments.tenants)
            .flat_map(|index| ["--tenant".to_owned(), tenant(index, arguments.objects).to_string()])
            .chain(["--throttling", "published", "--latency-ms"].map(str::to_owned))
            .chain([arguments.latency.to_string()])
            .collect();
        let simulator = Simulator::with(&programs.simulator, &options).await?;
        let database = Database::create(Engine::Postgres, server.of(Engine::Postgres)).await?;
        let db = database.open().await?;
        let (owner, cloud) = (connect::first_owner(&db).await?, connect::cloud(&simulator.address, false));
        let mut scopes = Vec::new();
        for tenant in &simulator.tenants {
            scopes.push(db.authorise(owner, connect::connect(&db, owner, tenant, &cloud).await?).await?);
        }
        Ok(Self { simulator, database, db, scopes })
    }

    /// What a worker needs to find both. The address of the database has a password in it: the environment is not shown
    /// to everybody on the machine.
    pub(super) fn environment(&self) -> Environment {
        let cloud = connect::cloud(&self.simulator.address, false);
        [
            ("TENANTATLAS_DATABASE", self.database.address().into()),
            ("TENANTATLAS_KEY_FILE", self.database.key_file().into()),
            ("TENANTATLAS_CLOUDS", connect::entry(&cloud).into()),
        ]
    }

    /// Starts so many runs for each tenant, which share its types.
    pub(super) async fn start_runs(&self, share: usize) -> Result<Vec<Started>, Failure> {
        let keys = Selection::all().keys();
        let mut runs = Vec::new();
        for part in 0..share {
            let keys: Vec<_> = keys.iter().skip(part).step_by(share).collect();
            let selection = Selection::of(&keys)?;
            for (tenant, scope) in self.scopes.iter().enumerate() {
                let started = start_sync(&self.db, scope, &selection, Extra::default()).await?;
                runs.push(Started { tenant, run: started.run() });
            }
        }
        Ok(runs)
    }

    /// How the run stands.
    pub(super) async fn outcome(&self, started: &Started) -> Result<Outcome, Failure> {
        Ok(self.db.tenant(&self.scopes[started.tenant]).runs().get(started.run).await?.outcome)
    }

    /// Objects that all inventories have.
    pub(super) async fn objects(&self) -> Result<u64, Failure> {
        let mut objects = 0;
        for scope in &self.scopes {
            objects += self.db.tenant(scope).inventory().count(&InventoryFilter::default()).await?;
        }
        Ok(objects)
    }

    /// On how many tenants each node worked.
    pub(super) async fn tenants_by_node(&self, runs: &[Started]) -> Result<Vec<usize>, Failure> {
        let mut tenants: BTreeMap<WorkerId, HashSet<usize>> = BTreeMap::new();
        for started in runs {
            let events = self.db.tenant(&self.scopes[started.tenant]).runs().events(started.run).await?;
            for event in events.iter().filter(|event| event.kind == "claimed") {
                tenants.entry(event.worker.ok_or("a run was claimed by nobody")?).or_default().insert(started.tenant);
            }
        }
        Ok(tenants.values().map(HashSet::len).collect())
    }

    /// Removes the database.
    pub(super) async fn remove(self) -> Result<(), Failure> {
        self.db.close().await;
        self.database.remove().await
    }
}

/// A generated tenant, as the simulator takes it.
pub(crate) fn tenant(index: usize, objects: usize) -> Value {
    let id = |what: usize| format!("{what:08x}-0000-4000-8000-{index:012x}");
    json!({
        "tenantId": id(1),
        "displayName": format!("Tenant {index}"),
        "primaryDomain": format!("tenant{index}.onmicrosoft.com"),
        "clientId": id(2),
        "clientSecret": format!("simulated~{}", id(3)),
        "content": { "seeded": { "seed": index + 1, "objects": objects } },
    })
}
