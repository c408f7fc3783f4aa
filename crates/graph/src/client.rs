//! The client of a process: one connection pool, and for every tenant one budget, however many runs ask it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::Ambient;

use crate::auth::Tokens;
use crate::batch::Batcher;
use crate::budget::Budget;
use crate::config::GraphConfig;
use crate::connection::Connection;
use crate::error::GraphError;
use crate::observe::Reader;
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
    readers: Mutex<HashMap<String, Reader>>,
}

impl Graph {
    /// Fails only when the additional root certificate is none.
    pub fn new(config: GraphConfig, ambient: Ambient) -> Result<Self, GraphError> {
        let traffic = Arc::new(Counters::default());
        let transport = Arc::new(Transport::new(&config, Arc::clone(&traffic))?);
        Ok(Self(Arc::new(Inner { config, ambient, transport, traffic, readers: Mutex::default() })))
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
        let budget = known.map(|reader| Arc::clone(&reader.pipeline.budget));
        let reader = self.0.reader(connection, budget);
        readers.insert(key, reader.clone());
        TenantGraph::new(reader)
    }

    /// What was sent since the client was made.
    pub fn traffic(&self) -> Traffic {
        self.0.traffic.read()
    }
}

impl Inner {
    fn reader(&self, connection: Connection, budget: Option<Arc<Budget>>) -> Reader {
        let limits = &self.config.limits;
        let tokens = Tokens::new(connection, Arc::clone(&self.transport), limits.clone(), self.ambient.clone());
        let budget = budget.unwrap_or_else(|| Arc::new(Budget::new(limits.clone(), self.ambient.clone())));
        let shared = (Arc::clone(&self.transport), Arc::clone(&self.traffic));
        let pipeline = Arc::new(Pipeline::new(tokens, budget, &self.config, self.ambient.clone(), shared.0, shared.1));
        Reader { batcher: Batcher::new(Arc::clone(&pipeline)), pipeline }
    }
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Graph").field("traffic", &self.traffic()).finish_non_exhaustive()
    }
}
