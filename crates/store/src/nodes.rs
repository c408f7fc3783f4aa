//! Processes that serve or work, and when they were last seen.

use model::ids::WorkerId;

use crate::db::sql::{id, sql};
use crate::{Db, StoreError, WorkerInfo};

/// One process.
#[derive(Debug, Clone)]
pub struct NodeRow {
    /// One process start.
    pub id: WorkerId,
    /// The machine's name.
    pub host: String,
    /// Of the program.
    pub version: String,
    /// What it does.
    pub roles: Vec<String>,
    /// Milliseconds since the Unix epoch.
    pub started_at: i64,
    /// Milliseconds since the Unix epoch.
    pub seen_at: i64,
}

/// All processes.
pub struct Nodes(Db);

impl Db {
    /// All processes.
    pub fn nodes(&self) -> Nodes {
        Nodes(self.clone())
    }
}

impl Nodes {
    /// A process has started.
    pub async fn register(&self, node: &WorkerInfo) -> Result<(), StoreError> {
        let statement = sql!(
            "insert into nodes (id, host, version, roles, started_at, seen_at) values ($1, $2, $3, $4, now_ms(), now_ms())",
            id(node.id),
            &node.host,
            &node.version,
            node.roles.join(" "),
        );
        self.0.execute(statement).await?;
        Ok(())
    }

    /// It lives.
    pub async fn seen(&self, node: WorkerId) -> Result<(), StoreError> {
        self.0.execute(sql!("update nodes set seen_at = now_ms() where id = $1", id(node))).await?;
        Ok(())
    }

    /// Those seen within that time.
    pub async fn live(&self, within_ms: i64) -> Result<Vec<NodeRow>, StoreError> {
        let rows = self
            .0
            .fetch("nodes", sql!("select * from nodes where seen_at >= now_ms() - $1 order by id", within_ms))
            .await?;
        rows.iter()
            .map(|row| {
                Ok(NodeRow {
                    id: row.id("id")?,
                    host: row.get("host")?,
                    version: row.get("version")?,
                    roles: row.get::<String>("roles")?.split_whitespace().map(str::to_owned).collect(),
                    started_at: row.get("started_at")?,
                    seen_at: row.get("seen_at")?,
                })
            })
            .collect()
    }

    /// It has stopped in good order.
    pub async fn forget(&self, node: WorkerId) -> Result<(), StoreError> {
        self.0.execute(sql!("delete from nodes where id = $1", id(node))).await?;
        Ok(())
    }
}
