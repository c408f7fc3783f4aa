//! The client of a process: one connection pool, and for every tenant one budget, however many runs ask it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::Ambient;
use model::run::Priority;

use crate::auth::{CameBack, Exchange, PersonToken, Tokens};
use crate::batch::Batcher;
use crate::budget::{Budget, BudgetBoard, OneProcess};
use crate::config::GraphConfig;
use crate::connection::Connection;
use crate::error::GraphError;
use crate::observe::Reader;
use crate::person::PersonGraph;
use crate::pipeline::Pipeline;
use crate::tenant::TenantGraph;
use crate::traffic::{Counters, Traffic};
use crate::transport::Transport;

/// The client. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Graph(Arc<Inner>);

struct Inner {
    config: GraphConfig,
    ambient: Ambient,
    transport: Arc<Transport>,
    traffic: Arc<Counters>,
    board: Arc<dyn BudgetBoard>,
    budgets: Mutex<HashMap<String, Arc<Budget>>>,
    readers: Mutex<HashMap<String, Reader>>,
}

impl Graph {
    /// A client that is the only one to ask its tenants. Fails only when the additional root certificate is none.
    pub fn new(config: GraphConfig, ambient: Ambient) -> Result<Self, GraphError> {
        Self::sharing(config, ambient, Arc::new(OneProcess::default()))
    }

    /// A client that asks no more than what the board leaves it beside others.
    pub fn sharing(config: GraphConfig, ambient: Ambient, board: Arc<dyn BudgetBoard>) -> Result<Self, GraphError> {
        let traffic = Arc::new(Counters::default());
        let transport = Arc::new(Transport::new(&config, Arc::clone(&traffic))?);
        let (budgets, readers) = (Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { config, ambient, transport, traffic, board, budgets, readers })))
    }

    /// The tenant of a connection. The same connection gives the same tokens, budget and batches; a new credential
    /// gives new tokens under the same budget.
    pub fn tenant(&self, connection: Connection) -> TenantGraph {
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let key = connection.key();
        let known = readers.get(&key);
        if let Some(reader) = known.filter(|reader| reader.pipeline.tokens.connection().same_credential(&connection)) {
            return TenantGraph::new(reader.clone());
        }
        let reader = self.0.reader(connection);
        readers.insert(key, reader.clone());
        TenantGraph::new(reader)
    }

    /// A person's token for the code that they came back with. It is for the connection's directory, or it is an error.
    pub async fn sign_in(&self, connection: Connection, back: CameBack<'_>) -> Result<PersonToken, GraphError> {
        self.0.exchange(connection).redeem(back).await
    }

    /// The tenant of a connection in a person's name.
    pub fn of_person(&self, connection: Connection, token: &PersonToken) -> PersonGraph {
        let budget = self.0.budget(&connection);
        let tokens = Tokens::of_person(self.0.exchange(connection), self.0.config.limits.clone(), token);
        PersonGraph::new(self.0.pipeline(tokens, budget).with(Priority::Interactive))
    }

    /// Gives the shares of all tenants' budgets back, for whoever stops. A request afterwards asks for a share again.
    pub async fn leave(&self) {
        let budgets: Vec<_> = {
            let budgets = self.0.budgets.lock().unwrap_or_else(PoisonError::into_inner);
            budgets.values().cloned().collect()
        };
        futures::future::join_all(budgets.iter().map(|budget| budget.leave())).await;
    }

    /// What was sent since the client was made.
    pub fn traffic(&self) -> Traffic {
        self.0.traffic.read()
    }
}

impl Inner {
    fn reader(&self, connection: Connection) -> Reader {
        let budget = self.budget(&connection);
        let pipeline = self.pipeline(Tokens::new(self.exchange(connection), self.config.limits.clone()), budget);
        Reader { batcher: Batcher::new(pipeline.clone()), pipeline }
    }

    fn exchange(&self, connection: Connection) -> Exchange {
        Exchange { connection, transport: Arc::clone(&self.transport), ambient: self.ambient.clone() }
    }

    fn pipeline(&self, tokens: Tokens, budget: Arc<Budget>) -> Pipeline {
        let shared = (Arc::clone(&self.transport), Arc::clone(&self.traffic));
        Pipeline::new(tokens, budget, &self.config, self.ambient.clone(), shared.0, shared.1)
    }

    /// The tenant's budget: one, whichever of its applications asks.
    fn budget(&self, connection: &Connection) -> Arc<Budget> {
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let (tenant, limits) = (connection.budget_key(), self.config.limits.clone());
        let limits = if connection.cloud.unlimited { limits.without_windows() } else { limits };
        let new = || Budget::new(tenant.clone(), Arc::clone(&self.board), limits, self.ambient.clone());
        Arc::clone(budgets.entry(tenant.clone()).or_insert_with(new))
    }
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Graph").field("traffic", &self.traffic()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use model::cloud::Clouds;
    use model::registry::Quota;
    use tokio::time::{Duration, Instant};

    use super::*;
    use crate::budget::Cost;
    use crate::connection::Credential;

    #[tokio::test(start_paused = true)]
    async fn only_a_cloud_that_enforces_no_limits_is_asked_without_any() {
        let graph = Graph::new(GraphConfig::default(), Ambient::system()).unwrap();
        for unlimited in [false, true] {
            let mut cloud = Clouds::default().get("global").unwrap().clone();
            cloud.unlimited = unlimited;
            let (directory_id, client_id) = (format!("tenant {unlimited}"), "app".to_owned());
            let credential = Credential::Secret("secret".into());
            let budget = graph.0.budget(&Connection { cloud, directory_id, client_id, credential });
            let start = Instant::now();
            for _ in 0..3 {
                budget.acquire(Cost::read(Quota::ConditionalAccess)).await;
            }
            assert_eq!(start.elapsed() < Duration::from_secs(1), unlimited, "{:?}", start.elapsed());
        }
    }
}
