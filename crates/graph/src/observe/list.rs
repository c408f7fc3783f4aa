//! The list of a type, page by page.

use std::collections::HashSet;

use futures::FutureExt;
use model::registry::{Contract, content};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Reader, TypeObservation};
use crate::error::GraphError;
use crate::json::Parsed;
use crate::paging::{Links, Page, next_link_ahead};
use crate::pipeline::Asked;

/// Pages that wait to be read, beside the one that is read and the one that is fetched.
const PAGES_AHEAD: usize = 1;

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
        let first = self.pipeline.absolute(contract.version.as_str(), &self.addresses(contract).list(top));
        let mut passing = Passing { contract, found, observation, listed: HashSet::new() };
        let mut from = Some(links.check(first)?);
        while let Some(link) = from {
            from = self.pages_from(link, &mut links, &mut passing).await?;
        }
        Ok(())
    }

    /// Reads page by page while the next ones are on their way. Gives back from where to go on when a page did not tell in
    /// advance what comes next; nothing when that was the last one.
    async fn pages_from(
        &self,
        from: String,
        links: &mut Links,
        passing: &mut Passing<'_>,
    ) -> Result<Option<String>, GraphError> {
        let (sender, mut pages) = mpsc::channel(PAGES_AHEAD);
        let fetching = self.fetch_ahead(from.clone(), passing, sender)?;
        let reading = async {
            let mut expected = from;
            while let Some(page) = pages.recv().await.filter(|page: &Asked| page.address() == expected) {
                match passing.pass(self.pipeline.parsed(page).await?).await? {
                    Some(link) => expected = links.check(link)?,
                    None => return Ok(None),
                }
            }
            Ok(Some(expected))
        };
        // What is still on its way when the reading is over was asked for in vain.
        let fetching = fetching.then(|()| std::future::pending());
        futures::future::select(std::pin::pin!(reading), std::pin::pin!(fetching)).await.factor_first().0
    }

    /// Fetches pages by the links that they tell in advance, as far as there is room for them.
    fn fetch_ahead(
        &self,
        from: String,
        passing: &Passing<'_>,
        pages: mpsc::Sender<Asked>,
    ) -> Result<impl Future<Output = ()> + use<'_>, GraphError> {
        let (quota, mut follows) = (passing.contract.quota, passing.observation.pages > 0);
        let mut links = Links::new(self.pipeline.graph_url())?;
        Ok(async move {
            let mut next = links.check(from).ok();
            while let Some(link) = next {
                let page = self.pipeline.page(link, quota, std::mem::replace(&mut follows, true)).await;
                next = page.body().and_then(next_link_ahead).and_then(|link| links.check(link.to_owned()).ok());
                if pages.send(page).await.is_err() {
                    return;
                }
            }
        })
    }
}

/// Passes on the rows of one way through a list.
struct Passing<'a> {
    contract: &'a Contract,
    found: &'a mut Found,
    observation: &'a mut TypeObservation,
    /// Ids on the pages before.
    listed: HashSet<String>,
}

impl Passing<'_> {
    /// The rows of one page. Gives the link to the next one.
    async fn pass(&mut self, Parsed { value, deep }: Parsed) -> Result<Option<String>, GraphError> {
        let (page, deep) = (Page::of(value)?, deep.into_iter().collect::<HashSet<_>>());
        self.observation.pages += 1;
        for (position, value) in page.rows.into_iter().enumerate() {
            let Some(id) = content::external_id(self.contract, &value).map(str::to_owned) else {
                self.found.nameless = true;
                continue;
            };
            if !self.listed.insert(id.clone()) {
                self.observation.duplicates += 1;
            }
            self.found.send(id, Row { value, deep: deep.contains(&position) }, self.observation).await?;
        }
        Ok(page.next)
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
