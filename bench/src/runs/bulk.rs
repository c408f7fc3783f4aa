//! What makes ten million rows a matter of minutes on PostgreSQL: secondary indexes are built once at the end, and the
//! references, which are right by how the rows are made, are not looked up one by one. The product's own triggers stay
//! on, so that its counters are its own.

use store::Engine;

use crate::Failure;
use crate::ledger::database::{Database, Raw};

/// The tables that are filled.
const TABLES: [&str; 2] = ["operation_runs", "operation_run_items"];
/// Indexes that keep no promise, with the statement that makes each.
const INDEXES: &str = "select c.relname || ' ' || pg_get_indexdef(i.indexrelid) from pg_index i \
    join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid \
    where t.relname in ('operation_runs', 'operation_run_items') and not i.indisunique order by c.relname";

/// A database whose indexes are taken away until [`Bulk::end`].
pub(crate) struct Bulk {
    indexes: Vec<String>,
}

impl Bulk {
    /// Takes them away. Nothing is done on SQLite, which fills quickly enough.
    pub(crate) async fn begin(database: &Database, raw: &mut Raw) -> Result<Self, Failure> {
        if database.engine == Engine::Sqlite {
            raw.execute("pragma synchronous = off".to_owned()).await?;
            return Ok(Self { indexes: Vec::new() });
        }
        let mut indexes = Vec::new();
        for line in raw.texts(INDEXES.to_owned()).await? {
            let (name, statement) = line.split_once(' ').ok_or("an index has no name")?;
            raw.execute(format!("drop index {name}")).await?;
            indexes.push(statement.to_owned());
        }
        for table in TABLES {
            raw.execute(format!("alter table {table} disable trigger all")).await?;
            raw.execute(format!("alter table {table} enable trigger user")).await?;
        }
        Ok(Self { indexes })
    }

    /// Makes them anew.
    pub(crate) async fn end(self, database: &Database, raw: &mut Raw) -> Result<(), Failure> {
        // The runs ended long ago, so nobody is told of them any more.
        if database.engine == Engine::Sqlite {
            raw.execute("delete from run_changes".to_owned()).await?;
            return Ok(());
        }
        raw.execute("truncate run_changes".to_owned()).await?;
        for table in TABLES {
            raw.execute(format!("alter table {table} enable trigger all")).await?;
        }
        raw.execute("set maintenance_work_mem = '1GB'".to_owned()).await?;
        for statement in self.indexes {
            raw.execute(statement).await?;
        }
        Ok(())
    }
}

/// What autovacuum does by itself soon after such a change.
pub(crate) async fn settle(raw: &mut Raw) -> Result<(), Failure> {
    if matches!(raw, Raw::Postgres(_)) {
        raw.execute("vacuum analyze".to_owned()).await?;
    }
    Ok(())
}
