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
        let mut observation =
            TypeObservation { type_key: &contract.key, pages: 0, seen: 0, duplicates: 0, list_error: None };
        if let Err(error) = self.pages(contract, rows, &mut observation).await {
            observation.list_error = Some(error);
        }
        tracing::debug!(type_key = contract.key, seen = observation.seen, pages = observation.pages, "listed");
        observation
    }

    /// Pages that are too large for us are asked for again with a tenth of the rows; what was sent is not sent twice.
    async fn pages(
        &self,
        contract: &Contract,
        rows: mpsc::Sender<Value>,
        observation: &mut TypeObservation,
    ) -> Result<(), GraphError> {
        let mut found = Found { seen: HashSet::new(), rows, nameless: false };
        let mut top = contract.list.top;
        loop {
            match self.pages_of(contract, top, &mut found, observation).await {
                Err(error) if error.code == "graph.too_large" && top.is_some_and(|top| top > 10) => {
                    top = top.map(|top| top / 10);
                    observation.duplicates = 0;
                }
                Err(error) => return Err(error),
                Ok(()) if found.nameless => return Err(GraphError::of("graph.unexpected_shape")),
                Ok(()) => return Ok(()),
            }
        }
    }

    async fn pages_of(
        &self,
        contract: &Contract,
        top: Option<u32>,
        found: &mut Found,
        observation: &mut TypeObservation,
    ) -> Result<(), GraphError> {
        let mut links = Links::new(self.pipeline.graph_url())?;
        let mut listed = HashSet::new();
        let mut next = Some(self.pipeline.absolute(contract.version.as_str(), &address::list(contract, top)));
        while let Some(link) = next {
            let page = Page::of(self.pipeline.get(&links.check(link)?, contract.quota).await?)?;
            observation.pages += 1;
            for row in page.rows {
                let Some(id) = content::external_id(&row).map(str::to_owned) else {
                    found.nameless = true;
                    continue;
                };
                if !listed.insert(id.clone()) {
                    observation.duplicates += 1;
                }
                if found.seen.insert(id) {
                    observation.seen += 1;
                    found.rows.send(row).await.map_err(|_| GraphError::of("graph.cancelled"))?;
                }
            }
            next = page.next;
        }
        Ok(())
    }
}

/// What was found however often the list had to be begun.
struct Found {
    seen: HashSet<String>,
    rows: mpsc::Sender<Value>,
    nameless: bool,
}
