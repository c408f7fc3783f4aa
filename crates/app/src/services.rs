//! What run handlers need beside their context: the way to Graph and the known clouds.

use std::sync::Arc;

use engine::{Ending, RunCtx};
use futures::future::BoxFuture;
use graph::{
    BoardUnreachable, BudgetBoard, ClientCertificate, Connection, Credential, Grant, Graph, GraphConfig, GraphError,
    Report, Shared, TenantGraph,
};
use model::AppError;
use model::cloud::Clouds;
use model::run::{Priority, Reason};
use secrecy::ExposeSecret;
use store::{Db, StoredConnection, TenantInfo};

use crate::starting::{app_ending, store_ending};

/// Shared by all run handlers of a worker process.
#[derive(Clone)]
pub struct Services {
    /// The one client.
    pub graph: Graph,
    /// Where each cloud answers.
    pub clouds: Arc<Clouds>,
}

impl Services {
    /// With a client that shares each tenant's limits with the other workers over this database.
    pub fn new(db: &Db, config: GraphConfig, clouds: Clouds) -> Result<Self, GraphError> {
        let graph = Graph::sharing(config, db.ambient().clone(), Arc::new(DatabaseBoard(db.clone())))?;
        Ok(Self { graph, clouds: Arc::new(clouds) })
    }

    /// The run's tenant, reachable; or how the run has to end without a connection.
    pub async fn connect(&self, ctx: &RunCtx) -> Result<TenantGraph, Ending> {
        let tenant = ctx.db.tenant(&ctx.scope);
        let info = tenant.info().await.map_err(app_ending)?;
        let Some(stored) = tenant.connection().await.map_err(store_ending)? else {
            let why = "The tenant has no connection yet. An owner adds it under Connection";
            return Err(Ending::Blocked(Reason::new("connection.missing", why)));
        };
        self.reach(&info, stored, ctx.run.priority)
    }

    /// The tenant by one of its connections, which may be the one that waits for its check.
    pub(crate) fn reach(
        &self,
        info: &TenantInfo,
        stored: StoredConnection,
        priority: Priority,
    ) -> Result<TenantGraph, Ending> {
        let blocked = |error: AppError| {
            let sentences = [Some(error.message), error.hint].into_iter().flatten().collect::<Vec<_>>();
            Ending::Blocked(Reason::new(error.code, sentences.join(". ")))
        };
        let connection = self.connection(info, stored).map_err(blocked)?;
        Ok(self.graph.tenant(connection).with_priority(priority))
    }

    /// What one of the tenant's connections says, as the client takes it.
    pub(crate) fn connection(&self, info: &TenantInfo, stored: StoredConnection) -> Result<Connection, AppError> {
        let cloud = self.clouds.get(&info.cloud).ok_or_else(|| {
            let why = format!("This worker does not know the cloud \"{}\"", info.cloud);
            AppError::conflict("connection.cloud_unknown", why).hint("Configure it on every worker")
        })?;
        Ok(Connection {
            cloud: cloud.clone(),
            directory_id: info.directory_id.clone(),
            client_id: stored.client_id,
            credential: credential(stored.credential)?,
        })
    }
}

/// A stored certificate was read before it was stored, so that one that cannot be read now was changed by somebody.
fn credential(stored: store::Credential) -> Result<Credential, AppError> {
    let pem = match stored {
        store::Credential::Secret(secret) => return Ok(Credential::Secret(secret)),
        store::Credential::Certificate { pem, .. } => pem,
    };
    let read = ClientCertificate::from_pem(pem.expose_secret());
    let again = |error: AppError| error.hint("Enter the certificate under Connection again");
    Ok(Credential::Certificate(Arc::new(read.map_err(again)?)))
}

/// The workers of a tenant meet in the database that they share anyway (spec 031).
struct DatabaseBoard(Db);

impl BudgetBoard for DatabaseBoard {
    fn settle<'a>(&'a self, tenant: &'a str, report: &'a Report) -> BoxFuture<'a, Result<Grant, BoardUnreachable>> {
        let change = |now, state: Option<String>| {
            let mut shared = Shared::read(state.as_deref(), now);
            let grant = shared.settle(now, report);
            (shared.text(), grant)
        };
        Box::pin(async move {
            let settled = self.0.budgets().change(tenant, change).await;
            settled.map_err(|error| {
                tracing::debug!(error = ?error, "the shared budget could not be changed");
                BoardUnreachable
            })
        })
    }
}
