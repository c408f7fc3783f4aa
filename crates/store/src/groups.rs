//! The cache of directory groups: metadata only, no members.

use std::collections::HashMap;

use crate::db::Row;
use crate::db::sql::{Arg, Builder, anywhere, id, sql};
use crate::ledger::hold_in;
use crate::{Lease, StoreError, TenantDb};

/// Rows per statement.
const ROWS_MAX: usize = 500;

/// One observed group.
#[derive(Debug, Clone)]
pub struct GroupRecord {
    /// The directory's id.
    pub id: String,
    /// As the directory names it.
    pub name: String,
    /// As the directory describes it.
    pub description: Option<String>,
    /// `security`, `microsoft365`, `dynamic`, …
    pub kind: String,
}

/// One known group.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// The directory's id.
    pub id: String,
    /// As the directory names it.
    pub name: String,
    /// The name in lower case; with the id, where a page ends.
    pub name_key: String,
    /// As the directory describes it.
    pub description: Option<String>,
    /// `security`, `microsoft365`, `dynamic`, …
    pub kind: String,
    /// Milliseconds since the Unix epoch.
    pub last_seen_at: i64,
    /// Set when the latest complete list did not have it.
    pub missing_since: Option<i64>,
}

impl GroupRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            name_key: row.get("name_key")?,
            description: row.get("description")?,
            kind: row.get("kind")?,
            last_seen_at: row.get("last_seen_at")?,
            missing_since: row.get("missing_since")?,
        })
    }
}

/// One tenant's groups.
pub struct Groups<'a>(pub(crate) TenantDb<'a>);

impl Groups<'_> {
    /// Records observed groups under a lease; says how many. Recording one twice does nothing new.
    pub async fn record(&self, lease: &Lease, groups: Vec<GroupRecord>) -> Result<usize, StoreError> {
        let mut tx = self.0.db.begin("groups.record").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        // One row per id: PostgreSQL refuses to update a row twice in one statement.
        let groups: Vec<_> = groups
            .into_iter()
            .map(|group| (group.id.clone(), group))
            .collect::<HashMap<_, _>>()
            .into_values()
            .collect();
        for chunk in groups.chunks(ROWS_MAX) {
            let mut upsert = Builder::new(
                "insert into directory_groups (tenant_id, id, name, name_key, description, kind, last_seen_at, last_seen_run) ",
            );
            upsert.rows(chunk.iter().map(|group| {
                vec![
                    self.0.tenant_arg().into(),
                    (&group.id).into(),
                    (&group.name).into(),
                    group.name.to_lowercase().into(),
                    group.description.as_deref().into(),
                    (&group.kind).into(),
                    held.now.into(),
                    id(lease.run).into(),
                ]
            }));
            upsert.text(
                " on conflict (tenant_id, id) do update set name = excluded.name, name_key = excluded.name_key, \
                 description = excluded.description, kind = excluded.kind, last_seen_at = excluded.last_seen_at, \
                 last_seen_run = excluded.last_seen_run, missing_since = null",
            );
            tx.execute(upsert.statement()).await?;
        }
        tx.commit().await?;
        Ok(groups.len())
    }

    /// The run has read the list. Groups it did not see are missing, but only when every page was read; says how many
    /// are newly missing.
    pub async fn finish(&self, lease: &Lease, list_complete: bool) -> Result<u64, StoreError> {
        let mut tx = self.0.db.begin("groups.finish").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        if !list_complete {
            return Ok(0);
        }
        let statement = sql!(
            "update directory_groups set missing_since = $2 where tenant_id = $1 and missing_since is null \
             and last_seen_at < (select started_at from operation_runs where id = $3)",
            self.0.tenant_arg(),
            held.now,
            id(lease.run),
        );
        let missing = tx.execute(statement).await?;
        tx.commit().await?;
        Ok(missing)
    }

    /// By name, those after the cursor (name in lower case, id).
    pub async fn list(
        &self,
        text: Option<&str>,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Result<Vec<GroupRow>, StoreError> {
        let mut query = Builder::new("select * from directory_groups where ");
        query.with("tenant_id = {}", [self.0.tenant_arg().into()]);
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            query.with(
                r" and (name_key like {} escape '\' or id = {})",
                [anywhere(&text.to_lowercase()).into(), text.into()],
            );
        }
        if let Some((name_key, group)) = after {
            query.with(" and (name_key, id) > ({}, {})", [name_key.into(), group.into()]);
        }
        query.with(" order by name_key, id limit {}", [limit.into()]);
        self.0.db.fetch("directory_groups", query.statement()).await?.iter().map(GroupRow::from_row).collect()
    }

    /// Names by id; unknown ids are left out.
    pub async fn names(&self, ids: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let mut names = HashMap::new();
        for chunk in ids.chunks(ROWS_MAX) {
            let mut query = Builder::new("select id, name from directory_groups where ");
            query.with("tenant_id = {} and id", [self.0.tenant_arg().into()]);
            query.one_of(chunk.iter().map(Arg::from));
            for row in self.0.db.fetch("directory_groups", query.statement()).await? {
                names.insert(row.get("id")?, row.get("name")?);
            }
        }
        Ok(names)
    }

    /// Ids that assignments of the latest observation name and that are not known, sorted.
    pub async fn unknown(&self) -> Result<Vec<String>, StoreError> {
        let statement = sql!(
            "select distinct a.group_id from inventory_assigned_groups a left join directory_groups g \
             on g.tenant_id = a.tenant_id and g.id = a.group_id \
             where a.tenant_id = $1 and g.id is null order by a.group_id",
            self.0.tenant_arg(),
        );
        let rows = self.0.db.fetch("inventory_assigned_groups", statement).await?;
        rows.iter().map(|row| row.get("group_id")).collect()
    }

    /// How many are known.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let statement =
            sql!("select count(*) as groups from directory_groups where tenant_id = $1", self.0.tenant_arg());
        self.0.db.fetch("directory_groups", statement).await?[0].count("groups")
    }
}
