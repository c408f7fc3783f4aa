//! The list of a type, page by page.

use std::collections::HashSet;

use model::registry::{Contract, content};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Reader, TypeObservation};
use crate::address;
use crate::error::GraphError;
use crate::paging::{Links, Page};

impl Reader {
    /// Sends every row once, however often it is listed. A row without an id cannot be kept, so the list is not
    /// complete; the other rows are kept all the same.
    pub(super) async fn list(&self, contract: &'static Contract, rows: mpsc::Sender<Value>) -> TypeObservation {
        let mut observation = TypeObservation { type_key: &contract.key, pages: 0, seen: 0, duplicates: 0, list_error: None };
        if let Err(error) = self.pages(contract, rows, &mut observation).await {
            observation.list_error = Some(error);
        }
        tracing::debug!(type_key = contract.key, seen = observation.seen, pages = observation.pages, "listed");
        observation
    }

    async fn pages(&self, contract: &Contract, rows: mpsc::Sender<Value>, observation: &mut TypeObservation) -> Result<(), GraphError> {
        let mut links = Links::new(self.pipeline.graph_url())?;
        let mut seen = HashSet::new();
        let mut nameless = false;
        let mut next = Some(self.pipeline.absolute(contract.version.as_str(), &address::list(contract)));
        while let Some(link) = next {
            let page = Page::of(self.pipeline.get(&links.check(link)?, contract.quota).await?)?;
            observation.pages += 1;
            for row in page.rows {
                let Some(id) = content::external_id(&row) else {
                    nameless = true;
                    continue;
                };
                if !seen.insert(id.to_owned()) {
                    observation.duplicates += 1;
                    continue;
                }
                observation.seen += 1;
                rows.send(row).await.map_err(|_| GraphError::of("graph.cancelled"))?;
            }
            next = page.next;
        }
        if nameless { Err(GraphError::of("graph.unexpected_shape")) } else { Ok(()) }
    }
}
