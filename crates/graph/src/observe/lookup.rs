//! Many objects by their ids, in few requests.

use std::collections::BTreeSet;

use model::registry::{Contract, content};
use serde_json::json;

use super::{ObservedObject, Reader, observed};
use crate::budget::Cost;
use crate::error::GraphError;
use crate::paging::{Page, rest};

/// The most that Graph takes (learn.microsoft.com/graph/api/directoryobject-getbyids).
const IDS_MAX: usize = 1_000;
/// What a call with a selection costs, in resource units (learn.microsoft.com/graph/throttling-limits).
const UNITS: u32 = 2;

impl Reader {
    /// Each id is asked for once. Those that are not there are left out.
    pub(crate) async fn look_up(
        &self,
        contract: &'static Contract,
        ids: &[String],
    ) -> Result<Vec<ObservedObject>, GraphError> {
        let relative = self.addresses(contract).lookup().ok_or_else(|| GraphError::of("graph.bad_request"))?;
        let address = self.pipeline.absolute(contract.version.as_str(), &relative);
        let ids: Vec<&String> = ids.iter().collect::<BTreeSet<_>>().into_iter().collect();
        let cost = Cost { units: UNITS, ..Cost::read(contract.quota) };
        let mut objects = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(IDS_MAX) {
            let body = json!({ "ids": chunk, "types": [contract.entity] });
            let page = Page::of(self.pipeline.look_up(&address, &body, cost).await?)?;
            let more = rest(&self.pipeline, contract.quota, page.next).await?;
            for row in page.rows.into_iter().chain(more) {
                let Some(id) = content::external_id(contract, &row).map(str::to_owned) else {
                    return Err(GraphError::of("graph.unexpected_shape"));
                };
                objects.push(observed(contract, id, row, Vec::new()));
            }
        }
        Ok(objects)
    }
}
