//! How many devices and users are in a group, directly or through other groups.

use futures::future::try_join;
use model::registry::Contract;
use serde_json::Value;

use super::Reader;
use crate::batch::Read;
use crate::budget::Cost;
use crate::error::GraphError;

/// What a count costs, in resource units: 5 for members, one less each for a selection and for a small page
/// (learn.microsoft.com/graph/throttling-limits).
const UNITS: u32 = 3;

/// What is in one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Members {
    /// Devices, each once.
    pub devices: u64,
    /// Users, each once.
    pub users: u64,
}

impl Reader {
    /// Both counts of one object.
    pub(crate) async fn members(&self, contract: &Contract, id: &str) -> Result<Members, GraphError> {
        let (devices, users) = try_join(self.count(contract, id, "device"), self.count(contract, id, "user")).await?;
        Ok(Members { devices, users })
    }

    async fn count(&self, contract: &Contract, id: &str, kind: &str) -> Result<u64, GraphError> {
        let relative = self.addresses(contract).members(id, kind);
        let relative = relative.ok_or_else(|| GraphError::of("graph.bad_request"))?;
        let (version, priority) = (contract.version, self.pipeline.priority);
        let cost = Cost { units: UNITS, ..Cost::read(contract.quota) };
        let page = self.batcher.get(Read { version, relative: &relative, cost, priority, eventual: true }).await?;
        page.get("@odata.count").and_then(Value::as_u64).ok_or_else(|| GraphError::of("graph.unexpected_shape"))
    }
}
