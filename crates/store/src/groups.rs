//! The cache of directory groups: metadata only, no members.

use std::collections::{BTreeMap, HashMap};

use secrecy::{ExposeSecret, SecretString};

use crate::db::sql::{Arg, Builder, anywhere, id, sql};
use crate::db::{Row, Tx};
use crate::ledger::{hold_in, record_items};
use crate::{ItemRecord, Lease, StoreError, TenantDb};

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
    /// What a dynamic group's members are told by.
    pub rule: Option<String>,
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
    /// What a dynamic group's members are told by, when that has been read.
    pub rule: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub last_seen_at: i64,
    /// Set when the latest complete list did not have it, or the directory said that it was removed.
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
            rule: row.get("membership_rule")?,
            last_seen_at: row.get("last_seen_at")?,
            missing_since: row.get("missing_since")?,
        })
    }
}

/// How far the directory's changes have been read.
#[derive(Debug, Default)]
pub struct GroupChanges {
    /// Moves with every run that read to the end.
    pub turn: i64,
    /// Where the next run goes on; absent when it has to read everything.
    pub state: Option<SecretString>,
    /// When everything was last read, in milliseconds since the Unix epoch.
    pub whole_at: Option<i64>,
}

/// What a run has read to its end.
#[derive(Debug)]
pub struct GroupReading {
    /// The turn at which it began.
    pub turn: i64,
    /// Where the next run goes on, if the directory said so.
    pub state: Option<SecretString>,
    /// When everything was read: when that began, in milliseconds since the Unix epoch by the database's clock. Whatever
    /// was last seen before is missing.
    pub whole_since: Option<i64>,
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
                "insert into directory_groups (tenant_id, id, name, name_key, description, kind, membership_rule, last_seen_at, last_seen_run) ",
            );
            upsert.rows(chunk.iter().map(|group| {
                vec![
                    self.0.tenant_arg().into(),
                    (&group.id).into(),
                    (&group.name).into(),
                    group.name.to_lowercase().into(),
                    group.description.as_deref().into(),
                    (&group.kind).into(),
                    group.rule.as_deref().into(),
                    held.now.into(),
                    id(lease.run).into(),
                ]
            }));
            upsert.text(
                " on conflict (tenant_id, id) do update set name = excluded.name, name_key = excluded.name_key, \
                 description = excluded.description, kind = excluded.kind, \
                 membership_rule = excluded.membership_rule, last_seen_at = excluded.last_seen_at, \
                 last_seen_run = excluded.last_seen_run, missing_since = null",
            );
            tx.execute(upsert.statement()).await?;
        }
        tx.commit().await?;
        Ok(groups.len())
    }

    /// The directory has said that these were removed.
    pub async fn record_gone(&self, lease: &Lease, gone: &[String]) -> Result<(), StoreError> {
        let mut tx = self.0.db.begin("groups.record_gone").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        for chunk in gone.chunks(ROWS_MAX) {
            let mut update = Builder::new("update directory_groups set");
            update.with(" missing_since = {} where missing_since is null", [held.now.into()]);
            update.with(" and tenant_id = {} and id", [self.0.tenant_arg().into()]);
            update.one_of(chunk.iter().map(Arg::from));
            tx.execute(update.statement()).await?;
        }
        tx.commit().await
    }

    /// How far the directory's changes have been read.
    pub async fn changes(&self) -> Result<GroupChanges, StoreError> {
        let statement =
            sql!("select turn, state, whole_at from group_changes where tenant_id = $1", self.0.tenant_arg());
        let rows = self.0.db.fetch("group_changes", statement).await?;
        let Some(row) = rows.first() else { return Ok(GroupChanges::default()) };
        let sealed: Option<Vec<u8>> = row.get("state")?;
        let state = sealed.and_then(|sealed| self.unseal(&sealed));
        Ok(GroupChanges { turn: row.get("turn")?, state, whole_at: row.get("whole_at")? })
    }

    /// A state that cannot be read is as good as none: everything is read, and that gives a new one.
    fn unseal(&self, sealed: &[u8]) -> Option<SecretString> {
        let text = self.0.db.keys().decrypt(&self.place(), sealed).ok().and_then(|plain| String::from_utf8(plain).ok());
        if text.is_none() {
            tracing::warn!(tenant = %self.0.tenant(), "the state of the groups' changes cannot be decrypted");
        }
        text.map(SecretString::from)
    }

    fn place(&self) -> String {
        format!("group_changes/{}", self.0.tenant())
    }

    /// The run has read to the end, and everything that it read is recorded: now, and only now, the next one goes on behind
    /// it. Of two runs that began at the same turn the second leaves no state, because what it read may be older than what
    /// the first one recorded. Says how many groups are newly missing.
    pub async fn finish(&self, lease: &Lease, reading: GroupReading, item: ItemRecord) -> Result<u64, StoreError> {
        let mut tx = self.0.db.begin("groups.finish").await?;
        let held = hold_in(&mut tx, lease, self.0.tenant()).await?;
        let missing = match reading.whole_since {
            Some(since) => self.miss(&mut tx, since, held.now).await?,
            None => 0,
        };
        let seal = |state: &SecretString| {
            let plain = state.expose_secret().as_bytes();
            self.0.db.keys().encrypt(self.0.db.ambient(), &self.place(), plain)
        };
        let statement = sql!(
            "insert into group_changes (tenant_id, turn, state, whole_at) values ($1, 1, $2, $3) \
             on conflict (tenant_id) do update set turn = group_changes.turn + 1, \
             state = case when group_changes.turn = $4 then excluded.state end, \
             whole_at = coalesce(excluded.whole_at, group_changes.whole_at)",
            self.0.tenant_arg(),
            reading.state.as_ref().map(seal),
            reading.whole_since.map(|_| held.now),
            reading.turn,
        );
        tx.execute(statement).await?;
        record_items(&mut tx, lease, &held, vec![item]).await?;
        self.0.db.commit_runs(tx, false).await?;
        Ok(missing)
    }

    /// Groups that were last seen before then are missing.
    async fn miss(&self, tx: &mut Tx, since: i64, now: i64) -> Result<u64, StoreError> {
        let statement = sql!(
            "update directory_groups set missing_since = $2 where tenant_id = $1 and missing_since is null \
             and last_seen_at < $3",
            self.0.tenant_arg(),
            now,
            since,
        );
        tx.execute(statement).await
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

    /// Those that are there and have one of these ids, names or membership rules. Names are compared without case and
    /// without spaces around them, so that whoever asks can tell an exact name from one that only looks like it.
    pub async fn matching(
        &self,
        ids: &[String],
        names: &[String],
        rules: &[String],
    ) -> Result<Vec<GroupRow>, StoreError> {
        let names: Vec<_> = names.iter().map(|name| name.trim().to_lowercase()).collect();
        let mut found = BTreeMap::new();
        for (column, values) in [("id", ids), ("trim(name_key)", &names), ("membership_rule", rules)] {
            for chunk in values.chunks(ROWS_MAX) {
                let mut query = Builder::new("select * from directory_groups where missing_since is null and ");
                query.with("tenant_id = {} and ", [self.0.tenant_arg().into()]);
                query.text(column).one_of(chunk.iter().map(Arg::from));
                for row in self.0.db.fetch("directory_groups", query.statement()).await? {
                    let group = GroupRow::from_row(&row)?;
                    found.insert(group.id.clone(), group);
                }
            }
        }
        Ok(found.into_values().collect())
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
