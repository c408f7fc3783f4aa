//! Definitions of settings: what the service calls the settings that policies name by id (spec 033). They are read beside
//! policies and never become a part of one.

use model::registry::content::EXPANDED;
use model::registry::{Contract, DefinitionPaths};
use serde_json::Value;

use super::Reader;
use crate::address::by_id;
use crate::error::GraphError;
use crate::paging::{Page, rest};

impl Reader {
    /// The definitions of everything that one object sets, in one request; only of types whose contract says with what.
    pub(crate) async fn definitions_of(&self, contract: &Contract, id: &str) -> Result<Vec<Value>, GraphError> {
        let with = paths(contract)?.with.as_deref().and_then(|with| contract.part(with));
        let part = with.ok_or_else(|| GraphError::of("graph.bad_request"))?;
        let address = self.addresses(contract).part_expanding(id, part, EXPANDED);
        let first = Page::of(self.read(contract, &address).await?)?;
        let more = rest(&self.pipeline, contract.quota, first.next).await?;
        let definitions = |mut row: Value| match row.get_mut(EXPANDED).map(Value::take) {
            Some(Value::Array(definitions)) => definitions,
            _ => Vec::new(),
        };
        Ok(first.rows.into_iter().chain(more).flat_map(definitions).collect())
    }

    /// The definition of one setting.
    pub(crate) async fn definition(&self, contract: &Contract, id: &str) -> Result<Value, GraphError> {
        self.read(contract, &by_id(&paths(contract)?.path, id)).await
    }

    /// Every category that settings are filed under.
    pub(crate) async fn categories(&self, contract: &Contract) -> Result<Vec<Value>, GraphError> {
        let address = self.pipeline.absolute(contract.version.as_str(), &paths(contract)?.categories);
        let first = Page::of(self.pipeline.get(&address, contract.quota).await?)?;
        let more = rest(&self.pipeline, contract.quota, first.next).await?;
        Ok(first.rows.into_iter().chain(more).collect())
    }
}

fn paths(contract: &Contract) -> Result<&DefinitionPaths, GraphError> {
    contract.definitions.as_ref().ok_or_else(|| GraphError::of("graph.bad_request"))
}
