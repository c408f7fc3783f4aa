//! The runs of many tenants, and what they left behind.

use std::collections::{BTreeMap, HashSet};

use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use model::ids::{RunId, WorkerId};
use model::run::Outcome;
use store::InventoryFilter;

use super::Arguments;
use super::site::{Site, tenant};
use crate::Failure;
use crate::engines::postgres::Server;
use crate::sync::programs::Programs;

/// Many tenants of the same size.
pub(super) struct World {
    pub(super) site: Site,
}

/// A run that was started.
pub(super) struct Started {
    tenant: usize,
    run: RunId,
}

impl World {
    /// Starts the simulator and connects its tenants.
    pub(super) async fn make(arguments: &Arguments, programs: &Programs, server: &Server) -> Result<Self, Failure> {
        let tenants: Vec<_> = (0..arguments.tenants).map(|index| tenant(index, arguments.objects)).collect();
        Ok(Self { site: Site::start(&tenants, arguments.latency, programs, server).await? })
    }

    /// Starts so many runs for each tenant, which share its types.
    pub(super) async fn start_runs(&self, share: usize) -> Result<Vec<Started>, Failure> {
        let keys = Selection::all().keys();
        let mut runs = Vec::new();
        for part in 0..share {
            let keys: Vec<_> = keys.iter().skip(part).step_by(share).collect();
            let selection = Selection::of(&keys)?;
            for (tenant, scope) in self.site.scopes.iter().enumerate() {
                let started = start_sync(&self.site.db, scope, &selection, Extra::default()).await?;
                runs.push(Started { tenant, run: started.run() });
            }
        }
        Ok(runs)
    }

    /// The outcomes, when all have ended.
    pub(super) async fn ended(&self, runs: &[Started]) -> Result<Vec<Outcome>, Failure> {
        let mut outcomes = Vec::with_capacity(runs.len());
        for started in runs {
            outcomes.push(self.site.ended(&self.site.scopes[started.tenant], started.run).await?.outcome);
        }
        Ok(outcomes)
    }

    /// Objects that all inventories have.
    pub(super) async fn objects(&self) -> Result<u64, Failure> {
        let mut objects = 0;
        for scope in &self.site.scopes {
            objects += self.site.db.tenant(scope).inventory().count(&InventoryFilter::default()).await?;
        }
        Ok(objects)
    }

    /// On how many tenants each node worked.
    pub(super) async fn tenants_by_node(&self, runs: &[Started]) -> Result<Vec<usize>, Failure> {
        let mut tenants: BTreeMap<WorkerId, HashSet<usize>> = BTreeMap::new();
        for started in runs {
            let events = self.site.db.tenant(&self.site.scopes[started.tenant]).runs().events(started.run).await?;
            for event in events.iter().filter(|event| event.kind == "claimed") {
                tenants.entry(event.worker.ok_or("a run was claimed by nobody")?).or_default().insert(started.tenant);
            }
        }
        Ok(tenants.values().map(HashSet::len).collect())
    }
}
