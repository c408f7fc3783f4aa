//! A worker inside the test, with the product's engine and short pauses.

use std::time::Duration;

use engine::{Engine, EngineConfig};
use graph::{GraphConfig, Limits, Window};
use model::cloud::Clouds;
use store::{Db, WorkerInfo};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The product's engine with pauses that do not make tests slow.
pub fn fast() -> EngineConfig {
    EngineConfig {
        poll: Duration::from_millis(20),
        beat: Duration::from_millis(50),
        sweep: Duration::from_millis(100),
        grace: Duration::from_millis(200),
        ..EngineConfig::default()
    }
}

/// A client with times that do not make tests slow.
pub(crate) fn client() -> GraphConfig {
    let often = Window { requests: 1_000, span: Duration::from_secs(1) };
    let limits = Limits {
        conditional_access: often,
        audit_logs: often,
        backoff_first: Duration::from_millis(2),
        backoff_max: Duration::from_millis(20),
        deadline: Duration::from_secs(20),
        ..Limits::default()
    };
    GraphConfig { timeout: Duration::from_secs(10), limits, ..GraphConfig::default() }
}

/// A worker that works until it is stopped.
pub struct RunningWorker {
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl RunningWorker {
    pub(crate) fn start(db: &Db, clouds: &Clouds, graph: GraphConfig) -> Self {
        let engine = engine(db, clouds, graph);
        let stop = CancellationToken::new();
        let token = stop.clone();
        let task = tokio::spawn(async move { engine.run(token).await });
        Self { stop, task }
    }

    /// Ends it as a power cut would, in the middle of whatever it is at. Its leases stay until they run out.
    pub async fn die(self) {
        self.task.abort();
        let ended = self.task.await;
        assert!(ended.is_err_and(|error| error.is_cancelled()), "it was at work");
        // What is not at the runs: sweeping, the node list.
        self.stop.cancel();
    }

    /// Stops it as a signal would: what it holds is handed back, what it ended is delivered.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("the worker does not panic").expect("the worker has a thread for its beats");
    }
}

fn engine(db: &Db, clouds: &Clouds, graph: GraphConfig) -> Engine {
    let services = app::services::Services::new(db, graph, clouds.clone()).expect("the client starts");
    let info =
        WorkerInfo { id: db.ambient().id(), host: "test".into(), version: "test".into(), roles: vec!["worker".into()] };
    Engine::new(db.clone(), app::catalogue::handlers(&services), fast(), info)
}
