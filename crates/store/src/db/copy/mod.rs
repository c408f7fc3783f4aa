//! Moving an installation from SQLite to PostgreSQL (spec 022): in batches that can be interrupted anywhere, each row read
//! back and compared at the end.
//!
//! Texts of statements are put together from names that the schema itself gives, never from input.

mod value;

use futures::TryStreamExt;
use model::AppError;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, PgPool, SqlitePool};

use self::value::{Kind, from_postgres, from_sqlite, hash, row_number};
use super::sql::{Arg, Builder};
use super::tx::run;
use super::{DatabaseUrl, Pools, connect};
use crate::nodes::ALIVE_MS;
use crate::{Db, StoreError};

/// Rows in one transaction.
const BATCH: i64 = 500;

/// Every table that is copied, those first that others refer to. Left out is what is only of the moment: `nodes`,
/// `run_changes`, `request_budgets` and `authorization_requests`; and what belongs to a database rather than to an installation.
const TABLES: [&str; 57] = [
    "installation",
    "users",
    "first_set_up",
    "sessions",
    "sign_in_failures",
    "tenants",
    "memberships",
    "connections",
    "connection_candidates",
    "audit_entries",
    "audit_unlinked",
    "audit_links",
    "audit_checkpoints",
    "operation_runs",
    "operation_run_items",
    "operation_run_events",
    "operation_run_steps",
    "idempotency_keys",
    "outbox",
    "notifications",
    "blobs",
    "versions",
    "version_authors",
    "change_probes",
    "change_logs",
    "change_events",
    "inventory_objects",
    "inventory_assigned_groups",
    "inventory_texts",
    "inventory_references",
    "inventory_coverage",
    "excluded_types",
    "setting_definitions",
    "directory_groups",
    "group_changes",
    "backup_set_removals",
    "backup_sets",
    "backup_set_items",
    "restores",
    "restore_secrets",
    "restore_writes",
    "restore_decisions",
    "restore_rules",
    "backup_set_archive",
    "run_counters",
    "tenant_turns",
    "run_limits",
    "run_pauses",
    "backup_schedules",
    "schedule_slots",
    "run_views",
    "run_view_defaults",
    "export_files",
    "export_parts",
    "uploads",
    "upload_parts",
    "backup_set_origins",
];
/// Tables whose numbers PostgreSQL gives out itself, so that it must go on after the copied ones.
const NUMBERED: [&str; 3] = ["audit_unlinked", "operation_run_events", "outbox"];

/// A table with its columns.
struct Table {
    name: &'static str,
    columns: Vec<(String, Kind)>,
    /// The start of the statement that inserts rows. A builder takes literals; these few texts live as long as the
    /// program, which ends with the copy.
    insert: &'static str,
    last_row: i64,
    copied: u64,
    done: bool,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    /// The table of the last batch.
    pub table: &'static str,
    /// Its rows in the target.
    pub copied: u64,
}

/// A copy under way.
pub struct DatabaseCopy {
    source: SqlitePool,
    target: PgPool,
    tables: Vec<Table>,
}

impl DatabaseCopy {
    /// Opens both sides, makes the target's schema, and finds how far an earlier call came. Both must be of this version.
    pub async fn begin(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<Self, AppError> {
        let (changed, _) = tokio::sync::watch::channel(0);
        let pools = [connect::open(from, &changed).await?, connect::open(to, &changed).await?];
        let [Pools::Sqlite(source), Pools::Postgres(target)] = &pools else {
            return Err(AppError::invalid(
                "copy.direction",
                "A copy goes from an SQLite file to a PostgreSQL database",
            )
            .hint("Name the file with --database and the server with --to"));
        };
        super::schema::require_current(&pools[0]).await?;
        Db::migrate(to).await?;
        let (source, target) = (source.read.clone(), target.main.clone());
        quiet(&source).await?;
        let installation = fingerprint(&source).await?;
        claim(&target, &installation).await?;
        let mut tables = Vec::new();
        for name in TABLES {
            tables.push(table(&target, name).await?);
        }
        Ok(Self { source, target, tables })
    }

    /// Copies one more batch; nothing when all tables are there.
    pub async fn next(&mut self) -> Result<Option<CopyProgress>, AppError> {
        let Some(table) = self.tables.iter_mut().find(|table| !table.done) else { return Ok(None) };
        let rows = batch(&self.source, table).await?;
        let last_row = rows.last().map(|(number, _)| *number);
        let count = rows.len() as u64;
        write(&self.target, table, rows.into_iter().map(|(_, row)| row).collect(), last_row).await?;
        table.copied += count;
        table.done = last_row.is_none();
        table.last_row = last_row.unwrap_or(table.last_row);
        Ok(Some(CopyProgress { table: table.name, copied: table.copied }))
    }

    /// Hashes every row of both sides, and lets the copy be opened when they agree. Says how many rows there are.
    pub async fn verify(self) -> Result<u64, AppError> {
        let mut rows = 0;
        for table in &self.tables {
            let (ours, theirs) = (sum_of_source(&self.source, table).await?, sum_of_target(&self.target, table).await?);
            if ours != theirs {
                let why = format!("The table {} differs: {} rows here, {} there", table.name, ours.0, theirs.0);
                return Err(AppError::conflict("copy.differs", why)
                    .hint("Stop everything that uses either database, empty the target and copy again"));
            }
            rows += ours.0;
        }
        let mut tx = self.target.begin().await.map_err(StoreError::from)?;
        for name in NUMBERED {
            let text = format!(
                "select setval(pg_get_serial_sequence('{name}', 'id'), coalesce((select max(id) from {name}), 0) + 1, false)"
            );
            tx.execute(AssertSqlSafe(text)).await.map_err(StoreError::from)?;
        }
        tx.execute("delete from database_copy").await.map_err(StoreError::from)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(rows)
    }
}

/// Nobody serves or works on the source.
async fn quiet(source: &SqlitePool) -> Result<(), AppError> {
    let query = "select count(*) from nodes where seen_at >= cast(unixepoch('subsec') * 1000 as integer) - $1";
    let alive: i64 = sqlx::query_scalar(query).bind(ALIVE_MS).fetch_one(source).await.map_err(StoreError::from)?;
    if alive == 0 {
        return Ok(());
    }
    Err(AppError::conflict("copy.source_in_use", format!("{alive} server or worker still uses this database"))
        .hint("Stop them, wait ten seconds, and copy again"))
}

/// Tells one installation from another; its rows hold no secret in the clear.
async fn fingerprint(source: &SqlitePool) -> Result<String, AppError> {
    let rows: Vec<(String, Vec<u8>)> = sqlx::query_as("select name, value from installation order by name")
        .fetch_all(source)
        .await
        .map_err(StoreError::from)?;
    let row: Vec<Arg> = rows.into_iter().flat_map(|(name, value)| [Arg::from(name), Arg::from(value)]).collect();
    Ok(format!("{:032x}", hash(&row)))
}

/// Makes the target this source's copy, or finds that it is that already.
async fn claim(target: &PgPool, installation: &str) -> Result<(), AppError> {
    let mut tx = target.begin().await.map_err(StoreError::from)?;
    let begun: Option<String> = sqlx::query_scalar("select source from database_copy limit 1")
        .fetch_optional(&mut *tx)
        .await
        .map_err(StoreError::from)?;
    match begun {
        Some(source) if source == installation => return Ok(()),
        Some(_) => {
            return Err(AppError::conflict("copy.other_source", "This database is the unfinished copy of another one")
                .hint("Finish that copy, or name an empty database"));
        }
        None => {}
    }
    for name in ["installation", "users", "tenants"] {
        let text = format!("select count(*) from {name}");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(&mut *tx).await.map_err(StoreError::from)?;
        if rows > 0 {
            return Err(AppError::conflict("copy.target_not_empty", "The target holds an installation already")
                .hint("Name an empty database; nothing was changed"));
        }
    }
    for name in TABLES {
        sqlx::query("insert into database_copy (name, source, last_row, copied, done) values ($1, $2, 0, 0, false)")
            .bind(name)
            .bind(installation)
            .execute(&mut *tx)
            .await
            .map_err(StoreError::from)?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

async fn table(target: &PgPool, name: &'static str) -> Result<Table, AppError> {
    let query = "select column_name::text, udt_name::text from information_schema.columns \
                 where table_schema = current_schema() and table_name = $1 order by ordinal_position";
    let found: Vec<(String, String)> =
        sqlx::query_as(query).bind(name).fetch_all(target).await.map_err(StoreError::from)?;
    let kinds = found.into_iter().map(|(column, kind)| Some((column, Kind::of(&kind)?)));
    let columns: Option<Vec<_>> = kinds.collect();
    let columns = columns.ok_or_else(|| AppError::internal(format!("{name} has a column of an unknown kind")))?;
    let (last_row, copied, done): (i64, i64, bool) =
        sqlx::query_as("select last_row, copied, done from database_copy where name = $1")
            .bind(name)
            .fetch_one(target)
            .await
            .map_err(StoreError::from)?;
    let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
    let insert = format!("insert into {name} ({}) overriding system value ", names.join(", ")).leak();
    Ok(Table { name, columns, insert, last_row, copied: u64::try_from(copied).unwrap_or(0), done })
}

/// The next rows of the source, with their numbers.
async fn batch(source: &SqlitePool, table: &Table) -> Result<Vec<(i64, Vec<Arg>)>, StoreError> {
    let text = format!("select rowid as row_number, * from {} where rowid > $1 order by rowid limit $2", table.name);
    let rows = sqlx::query(AssertSqlSafe(text)).bind(table.last_row).bind(BATCH).fetch_all(source).await?;
    rows.iter()
        .map(|row| {
            let values = table.columns.iter().map(|(column, kind)| from_sqlite(row, column, *kind));
            Ok((row_number(row)?, values.collect::<Result<_, StoreError>>()?))
        })
        .collect()
}

/// Writes rows and how far the table has come, in one transaction. The triggers, which keep counters and refuse changes
/// of sealed sets, are off only within it.
async fn write(target: &PgPool, table: &Table, rows: Vec<Vec<Arg>>, last_row: Option<i64>) -> Result<(), StoreError> {
    let mut tx = target.begin().await?;
    let count = i64::try_from(rows.len()).unwrap_or(0);
    if !rows.is_empty() {
        tx.execute(AssertSqlSafe(format!("alter table {} disable trigger user", table.name))).await?;
        insert(&mut tx, table, rows).await?;
        tx.execute(AssertSqlSafe(format!("alter table {} enable trigger user", table.name))).await?;
    }
    sqlx::query(
        "update database_copy set last_row = coalesce($2, last_row), copied = copied + $3, done = $4 where name = $1",
    )
    .bind(table.name)
    .bind(last_row)
    .bind(count)
    .bind(last_row.is_none())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn insert(connection: &mut PgConnection, table: &Table, rows: Vec<Vec<Arg>>) -> Result<(), StoreError> {
    let mut insert = Builder::new(table.insert);
    insert.rows(rows);
    run::execute(connection, insert.statement()).await?;
    Ok(())
}

/// Number of rows and the sum of their hashes, which does not depend on their order.
type Sum = (u64, u128);

fn add(sum: Sum, row: &[Arg]) -> Sum {
    (sum.0 + 1, sum.1.wrapping_add(hash(row)))
}

async fn sum_of_source(source: &SqlitePool, table: &Table) -> Result<Sum, StoreError> {
    let mut rows = sqlx::query(AssertSqlSafe(format!("select * from {}", table.name))).fetch(source);
    let mut sum = (0, 0);
    while let Some(row) = rows.try_next().await? {
        let values = table.columns.iter().map(|(column, kind)| from_sqlite(&row, column, *kind));
        sum = add(sum, &values.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(sum)
}

async fn sum_of_target(target: &PgPool, table: &Table) -> Result<Sum, StoreError> {
    let mut rows = sqlx::query(AssertSqlSafe(format!("select * from {}", table.name))).fetch(target);
    let mut sum = (0, 0);
    while let Some(row) = rows.try_next().await? {
        let values = table.columns.iter().map(|(column, kind)| from_postgres(&row, column, *kind));
        sum = add(sum, &values.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(sum)
}
