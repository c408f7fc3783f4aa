//! The list of a type, page by page.

use std::collections::HashSet;

use model::registry::{Contract, content};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Reader, TypeObservation};
use crate::error::GraphError;
use crate::json::Parsed;
use crate::paging::{Links, Page};

impl Reader {
    /// Sends every row once, however often it is listed. A row without an id cannot be kept, so the list is not
    /// complete; the other rows are kept all the same.
    pub(super) async fn list(&self, contract: &'static Contract, rows: mpsc::Sender<Row>) -> TypeObservation {
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
        rows: mpsc::Sender<Row>,
        observation: &mut TypeObservation,
    ) -> Result<(), GraphError> {
        let mut found = Found { seen: HashSet::new(), rows, nameless: false };
        if contract.single {
            return self.only_one(contract, found, observation).await;
        }
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

    /// The one object of its kind; a directory that has none answers 404, and that is a complete list.
    async fn only_one(
        &self,
        contract: &Contract,
        mut found: Found,
        observation: &mut TypeObservation,
    ) -> Result<(), GraphError> {
        let address = self.pipeline.absolute(contract.version.as_str(), &self.addresses(contract).list(None));
        let row = match self.pipeline.get(&address, contract.quota).await {
            Err(error) if error.code == "graph.not_found" => return Ok(()),
            answer => answer?,
        };
        observation.pages += 1;
        if !row.is_object() || row.get("value").is_some_and(Value::is_array) {
            return Err(GraphError::of("graph.unexpected_shape"));
        }
        let id = content::external_id(contract, &row).unwrap_or_default().to_owned();
        found.send(id, Row { value: row, deep: false }, observation).await
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
        let mut next = Some(self.pipeline.absolute(contract.version.as_str(), &self.addresses(contract).list(top)));
        while let Some(link) = next {
            let Parsed { value, deep } = self.pipeline.get_list(&links.check(link)?, contract.quota).await?;
            let (page, deep) = (Page::of(value)?, deep.into_iter().collect::<HashSet<_>>());
            observation.pages += 1;
            for (position, value) in page.rows.into_iter().enumerate() {
                let Some(id) = content::external_id(contract, &value).map(str::to_owned) else {
                    found.nameless = true;
                    continue;
                };
                if !listed.insert(id.clone()) {
                    observation.duplicates += 1;
                }
                found.send(id, Row { value, deep: deep.contains(&position) }, observation).await?;
            }
            next = page.next;
        }
        Ok(())
    }
}

/// A row of a list.
pub(super) struct Row {
    pub(super) value: Value,
    /// Whether something in it is nested too deep, and missing.
    pub(super) deep: bool,
}

/// What was found however often the list had to be begun.
struct Found {
    seen: HashSet<String>,
    rows: mpsc::Sender<Row>,
    nameless: bool,
}

impl Found {
    /// Passes a row on unless its id was seen before.
    async fn send(&mut self, id: String, row: Row, observation: &mut TypeObservation) -> Result<(), GraphError> {
        if self.seen.insert(id) {
            observation.seen += 1;
            self.rows.send(row).await.map_err(|_| GraphError::of("graph.cancelled"))?;
        }
        Ok(())
    }
}
