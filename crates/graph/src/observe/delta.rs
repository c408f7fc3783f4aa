//! What changed in a collection since somebody last asked: a round of pages that ends with a link to the next round
//! (learn.microsoft.com/graph/delta-query-overview).

use model::registry::{Contract, Delta, content};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{ObservedObject, Reader, observed};
use crate::error::GraphError;
use crate::paging::{Links, Page};

/// What a round tells of one object. The last word about an id counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It is there, like this.
    There(Box<ObservedObject>),
    /// It was removed. It may be there again later.
    Gone(String),
}

/// What is kept between rounds.
#[derive(Serialize, Deserialize)]
struct State {
    /// What was asked for when tracking began: the tokens hold it, and another version of us may ask for more.
    asked: String,
    link: String,
}

impl Reader {
    /// Tells the changes since a state, or everything, and gives the state for the next round.
    pub(crate) async fn delta(
        &self,
        contract: &'static Contract,
        since: Option<&str>,
        sink: mpsc::Sender<Change>,
    ) -> Result<String, GraphError> {
        let asked = self.addresses(contract).delta().ok_or_else(|| GraphError::of("graph.bad_request"))?;
        let delta = contract.delta.as_ref().expect("it has an address");
        let mut links = Links::new(self.pipeline.graph_url())?;
        let first = match since {
            None => self.pipeline.absolute(contract.version.as_str(), &asked),
            Some(state) => kept_link(state, &asked, &links)?,
        };
        let mut next = links.check(first)?;
        let mut begins = since.is_some();
        loop {
            let answer = self.pipeline.get(&next, contract.quota).await;
            let page = Page::of(answer.map_err(|error| if begins { unusable(error) } else { error })?)?;
            begins = false;
            self.tell(contract, delta, page.rows, since.is_some(), &sink).await?;
            match (page.next, page.delta) {
                (Some(link), _) => next = links.check(link)?,
                (None, Some(link)) => return Ok(State { asked, link: links.own(link)? }.text()),
                (None, None) => return Err(GraphError::of("graph.unexpected_shape")),
            }
        }
    }

    /// Passes the rows of a page on, in their order but for those that have to be read first: no other row of the page is
    /// about these.
    async fn tell(
        &self,
        contract: &'static Contract,
        delta: &Delta,
        rows: Vec<Value>,
        some: bool,
        sink: &mpsc::Sender<Change>,
    ) -> Result<(), GraphError> {
        let mut partial = Vec::new();
        for row in rows {
            let Some(id) = content::external_id(contract, &row).map(str::to_owned) else {
                return Err(GraphError::of("graph.unexpected_shape"));
            };
            partial.retain(|known| *known != id);
            let change = match row.get("@removed") {
                Some(_) => Change::Gone(id),
                None if some && !is_whole(delta, &row) => {
                    partial.push(id);
                    continue;
                }
                None => Change::There(Box::new(observed(contract, id, row, Vec::new()))),
            };
            send(sink, change).await?;
        }
        // Whoever is not found was removed meanwhile: this round or the next one says so.
        for object in self.look_up(contract, &partial).await? {
            send(sink, Change::There(Box::new(object))).await?;
        }
        Ok(())
    }
}

impl State {
    fn text(&self) -> String {
        serde_json::to_string(self).expect("two texts always serialise")
    }
}

async fn send(sink: &mpsc::Sender<Change>, change: Change) -> Result<(), GraphError> {
    sink.send(change).await.map_err(|_| GraphError::of("graph.cancelled"))
}

/// Whether the row says everything: properties that every object has are there.
fn is_whole(delta: &Delta, row: &Value) -> bool {
    delta.whole.iter().all(|property| row.get(property).is_some_and(|value| !value.is_null()))
}

/// A link that asks for something else, or leads to another cloud than the tenant's, is as good as none.
fn kept_link(state: &str, asked: &str, links: &Links) -> Result<String, GraphError> {
    let state: Option<State> = serde_json::from_str(state).ok();
    let link = state.filter(|state| state.asked == asked).and_then(|state| links.own(state.link).ok());
    link.ok_or_else(|| GraphError::of("graph.gone"))
}

/// The first answer to a kept link: 410 is the word for a token that expired, but 400 and 404 are seen, too.
fn unusable(error: GraphError) -> GraphError {
    match error.code {
        "graph.bad_request" | "graph.not_found" => {
            GraphError { request_id: error.request_id, ..GraphError::of("graph.gone") }
        }
        _ => error,
    }
}
