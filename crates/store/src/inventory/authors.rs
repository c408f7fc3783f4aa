//! Who made which version: what the audit logs told of an object, joined to the versions of it that were observed.
//!
//! An event belongs to the first version that was observed after it. So for a new version those count that are later
//! than the version before was seen, and later than the event that version is known by. For an object that is as it was,
//! an event that comes late counts for the version that is there already, when it is older than that was seen. Anything
//! else stays unknown.

use std::collections::HashMap;

use model::change::{Author, ToldChange};
use model::ids::{Id, TenantId, VersionId};
use serde::{Deserialize, Serialize};

use crate::db::sql::{Arg, Builder, id};
use crate::db::{Row, Tx};
use crate::{Db, StoreError};

/// Rows in one statement.
const ROWS_MAX: usize = 500;

/// The latest change that a version contains, as an audit log tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionAuthor {
    /// That change.
    pub author: Author,
    /// How many other changes are known that the version contains as well.
    pub others: u64,
}

/// What was told of one object that was read.
pub(super) struct Told<'a> {
    /// The version that the reading made, or found.
    pub(super) version: VersionId,
    /// The one before, when the reading made one.
    pub(super) before: Option<VersionId>,
    /// Whether the reading made it.
    pub(super) fresh: bool,
    pub(super) changes: &'a [ToldChange],
}

/// A version that is there.
struct Known {
    seen_at: i64,
    author_at: Option<i64>,
    others: u64,
    before_at: Option<i64>,
}

fn place(tenant: TenantId, version: VersionId) -> String {
    format!("version_authors/{tenant}/{version}")
}

/// Joins what was told to versions that are already stored.
pub(super) async fn store(db: &Db, tx: &mut Tx, tenant: TenantId, told: Vec<Told<'_>>) -> Result<(), StoreError> {
    let asked = told.iter().filter_map(|one| if one.fresh { one.before } else { Some(one.version) });
    let known = known(tx, tenant, asked.collect()).await?;
    let rows: Vec<Vec<Arg>> = told
        .iter()
        .filter_map(|one| {
            let made = joined(one, &known)?;
            let body = serde_json::to_vec(&made).expect("authors are plain data");
            let body = db.keys().encrypt(db.ambient(), &place(tenant, one.version), &body);
            Some(vec![
                id(one.version).into(),
                id(tenant).into(),
                made.author.at.into(),
                made.others.into(),
                body.into(),
            ])
        })
        .collect();
    for chunk in rows.chunks(ROWS_MAX) {
        let mut upsert = Builder::new("insert into version_authors (version_id, tenant_id, at, others, body) ");
        upsert.rows(chunk.to_vec());
        upsert.text(
            " on conflict (version_id) do update set at = excluded.at, others = excluded.others, body = excluded.body",
        );
        tx.execute(upsert.statement()).await?;
    }
    Ok(())
}

async fn known(
    tx: &mut Tx,
    tenant: TenantId,
    versions: Vec<VersionId>,
) -> Result<HashMap<VersionId, Known>, StoreError> {
    let mut query = Builder::new(
        "select v.id, v.first_seen_at, a.at as author_at, a.others, \
         (select max(p.first_seen_at) from versions p where p.tenant_id = v.tenant_id and p.type_key = v.type_key \
          and p.external_id = v.external_id and not p.imported and p.first_seen_at < v.first_seen_at) as before_at \
         from versions v left join version_authors a on a.version_id = v.id where ",
    );
    query.with("v.tenant_id = {} and v.id", [id(tenant).into()]);
    query.one_of(versions.into_iter().map(|version| Arg::Id(Some(version.uuid()))));
    let rows = tx.fetch("versions", query.statement()).await?;
    rows.iter()
        .map(|row| {
            let others: Option<i64> = row.get("others")?;
            let known = Known {
                seen_at: row.get("first_seen_at")?,
                author_at: row.get("author_at")?,
                others: others.and_then(|others| u64::try_from(others).ok()).unwrap_or_default(),
                before_at: row.get("before_at")?,
            };
            Ok((row.id("id")?, known))
        })
        .collect()
}

/// What the version is known by from now on, when that is something new.
fn joined(told: &Told<'_>, known: &HashMap<VersionId, Known>) -> Option<VersionAuthor> {
    let (after, until, others) = if told.fresh {
        let before = told.before.and_then(|before| known.get(&before));
        (before.map(|before| before.seen_at.max(before.author_at.unwrap_or(i64::MIN))), i64::MAX, 0)
    } else {
        let found = known.get(&told.version)?;
        // The change it was known by so far is one of the others then.
        let others = found.author_at.map_or(0, |_| found.others + 1);
        (found.author_at.or(found.before_at), found.seen_at, others)
    };
    let counts = |change: &&ToldChange| {
        !change.failed && after.is_none_or(|after| change.author.at > after) && change.author.at <= until
    };
    let changes: Vec<&ToldChange> = told.changes.iter().filter(counts).collect();
    let latest = changes.iter().max_by_key(|change| change.author.at)?;
    Some(VersionAuthor { author: latest.author.clone(), others: others + changes.len() as u64 - 1 })
}

/// Of a row of `versions` with the columns of its author.
pub(crate) fn of_row(db: &Db, tenant: TenantId, row: &Row) -> Result<Option<VersionAuthor>, StoreError> {
    let Some(body) = row.get::<Option<Vec<u8>>>("author")? else { return Ok(None) };
    let plain = db.keys().decrypt(&place(tenant, row.id("id")?), &body)?;
    serde_json::from_slice(&plain).map(Some).map_err(|_| StoreError::Undecryptable)
}
