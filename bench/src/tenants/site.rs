//! Simulated tenants that enforce the published limits, and the database that knows them.

use model::ids::RunId;
use model::run::Status;
use serde_json::{Value, json};
use store::{Db, Engine, RunRow, TenantScope};
use tokio::time::{Duration, sleep};

use super::nodes::Environment;
use crate::Failure;
use crate::engines::postgres::Server;
use crate::ledger::database::Database;
use crate::sync::connect;
use crate::sync::programs::Programs;
use crate::sync::simulator::Simulator;

/// How often the end of a run is looked for; a small part of what is measured.
const LOOK: Duration = Duration::from_millis(50);

/// One simulator with all tenants, and one database.
pub(crate) struct Site {
    pub(crate) simulator: Simulator,
    pub(crate) db: Db,
    /// The owner's right to each tenant, in their order.
    pub(crate) scopes: Vec<TenantScope>,
    database: Database,
}

impl Site {
    /// Starts the simulator with these tenants and connects them. `latency` is in milliseconds.
    pub(crate) async fn start(
        tenants: &[Value],
        latency: u64,
        programs: &Programs,
        server: &Server,
    ) -> Result<Self, Failure> {
        let options: Vec<String> = tenants
            .iter()
            .flat_map(|tenant| ["--tenant".to_owned(), tenant.to_string()])
            .chain(["--throttling", "published", "--latency-ms"].map(str::to_owned))
            .chain([latency.to_string()])
            .collect();
        let simulator = Simulator::with(&programs.simulator, &options).await?;
        let database = Database::create(Engine::Postgres, server.of(Engine::Postgres)).await?;
        let db = database.open().await?;
        let (owner, cloud) = (connect::first_owner(&db).await?, connect::cloud(&simulator.address, false));
        let mut scopes = Vec::new();
        for tenant in &simulator.tenants {
            scopes.push(db.authorise(owner, connect::connect(&db, owner, tenant, &cloud).await?).await?);
        }
        Ok(Self { simulator, db, scopes, database })
    }

    /// What a worker needs to find both. The address of the database has a password in it: the environment is not shown
    /// to everybody on the machine.
    pub(crate) fn environment(&self) -> Environment {
        let cloud = connect::cloud(&self.simulator.address, false);
        [
            ("TENANTATLAS_DATABASE", self.database.address().into()),
            ("TENANTATLAS_KEY_FILE", self.database.key_file().into()),
            ("TENANTATLAS_CLOUDS", connect::entry(&cloud).into()),
        ]
    }

    /// The run of one of the tenants, at its end.
    pub(crate) async fn ended(&self, scope: &TenantScope, run: RunId) -> Result<RunRow, Failure> {
        loop {
            let row = self.db.tenant(scope).runs().get(run).await?;
            if row.status == Status::Completed {
                return Ok(row);
            }
            sleep(LOOK).await;
        }
    }

    /// Removes the database.
    pub(crate) async fn remove(self) -> Result<(), Failure> {
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
