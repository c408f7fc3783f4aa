//! Processes that serve or work, what they hold, and when they were last seen.

use std::collections::BTreeMap;

use model::ids::WorkerId;

use crate::db::Row;
use crate::db::sql::{id, sql};
use crate::{Db, StoreError, WorkerInfo};

/// A node that was not seen for this long does not count as one that lives, in milliseconds.
pub const ALIVE_MS: i64 = 10_000;
/// A node that was killed stays in the list for this long, in milliseconds, so that a person can see that it was there.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

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
    /// The run types that it can execute, earlier names among them; none when it only serves.
    pub types: Vec<String>,
    /// Runs that it executes at a time.
    pub slots: i64,
    /// How many runs of each type it holds now.
    pub holds: BTreeMap<String, u64>,
    /// Milliseconds since the Unix epoch.
    pub started_at: i64,
    /// Milliseconds since the Unix epoch.
    pub seen_at: i64,
    /// The database's clock when this was read.
    pub database_now_ms: i64,
}

impl NodeRow {
    /// Whether it was seen within [`ALIVE_MS`].
    pub fn is_alive(&self) -> bool {
        self.database_now_ms - self.seen_at <= ALIVE_MS
    }

    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
        Ok(Self {
            id: row.id("id")?,
            host: row.get("host")?,
            version: row.get("version")?,
            roles: words(row.get("roles")?),
            types: words(row.get("types")?),
            slots: row.get("slots")?,
            holds: BTreeMap::new(),
            started_at: row.get("started_at")?,
            seen_at: row.get("seen_at")?,
            database_now_ms: row.get("now")?,
        })
    }
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
    /// A process lives; the first time it says so, it says what it is.
    pub async fn register(&self, node: &WorkerInfo, types: &[&str], slots: usize) -> Result<(), StoreError> {
        let statement = sql!(
            "insert into nodes (id, host, version, roles, types, slots, started_at, seen_at) \
             values ($1, $2, $3, $4, $5, $6, now_ms(), now_ms()) on conflict (id) do update set seen_at = now_ms()",
            id(node.id),
            &node.host,
            &node.version,
            node.roles.join(" "),
            types.join(" "),
            slots,
        );
        self.0.execute(statement).await?;
        Ok(())
    }

    /// Those seen within that time, oldest first.
    pub async fn list(&self, within_ms: i64) -> Result<Vec<NodeRow>, StoreError> {
        let statement =
            sql!("select nodes.*, now_ms() as now from nodes where seen_at >= now_ms() - $1 order by id", within_ms);
        let rows = self.0.fetch("nodes", statement).await?;
        rows.iter().map(NodeRow::from_row).collect()
    }

    /// Those seen within that time, with what each holds.
    pub async fn with_runs(&self, within_ms: i64) -> Result<Vec<NodeRow>, StoreError> {
        let mut nodes = self.list(within_ms).await?;
        let statement = sql!(
            "select lease_owner, type, count(*) as runs from operation_runs where status = 'running' group by lease_owner, type"
        );
        for row in self.0.fetch("operation_runs", statement).await? {
            let owner: WorkerId = row.id("lease_owner")?;
            if let Some(node) = nodes.iter_mut().find(|node| node.id == owner) {
                node.holds.insert(row.get("type")?, row.count("runs")?);
            }
        }
        Ok(nodes)
    }

    /// It has stopped in good order.
    pub async fn forget(&self, node: WorkerId) -> Result<(), StoreError> {
        self.0.execute(sql!("delete from nodes where id = $1", id(node))).await?;
        Ok(())
    }
}
