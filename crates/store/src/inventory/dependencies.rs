//! What depends on what, over a whole tenant: links out of many objects at once, what is used most, by nothing, and what
//! names an object that is not there. Each is one statement, whatever it is asked about.

use model::registry::content::Reference;

use super::Inventory;
use crate::StoreError;
use crate::db::Row;
use crate::db::sql::{Arg, Builder};

/// Which way links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what an object names.
    Uses,
    /// To what names it.
    UsedBy,
}

/// An object at the end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedObject {
    /// Its kind and id.
    pub reference: Reference,
    /// Absent when it was never observed, or nothing of its kind is.
    pub name: Option<String>,
    /// Since when the latest complete list did not have it.
    pub missing_since: Option<i64>,
}

/// One link that was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it was followed from.
    pub from: Reference,
    /// Where it leads.
    pub to: LinkedObject,
    /// Links that there are from there, followed or not.
    pub all: u64,
}

/// An object and how many name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseCount {
    /// The object.
    pub object: LinkedObject,
    /// How many objects name it.
    pub users: u64,
}

/// Objects that can be named, and are not.
#[derive(Debug, Clone, Default)]
pub struct UnusedKinds<'a> {
    /// Types of which an object is unused when nothing names it.
    pub named: &'a [&'a str],
    /// Types of which it must also be assigned to nothing.
    pub assigned: &'a [&'a str],
    /// Whether groups of the directory are asked about.
    pub groups: bool,
}

/// Objects asked about in one statement.
const KNOWN_MAX: usize = 500;

/// Rows of both tables in which objects are known: `o` of the inventory, `g` of the directory.
const KNOWN: &str = " left join inventory_objects o on o.tenant_id = r.tenant_id and o.type_key = r.kind and o.external_id = r.target_id \
     left join directory_groups g on r.kind = 'groups' and g.tenant_id = r.tenant_id and g.id = r.target_id ";

impl Inventory<'_> {
    /// The links from these objects, by kind, name and id, at most `each` from one. Of an object that is not known the
    /// links to it are found all the same.
    pub async fn links(&self, direction: Direction, from: &[Reference], each: usize) -> Result<Vec<Link>, StoreError> {
        if from.is_empty() {
            return Ok(Vec::new());
        }
        let (before, after) = match direction {
            Direction::Uses => (
                "select * from (select r.type_key as from_kind, r.external_id as from_id, r.kind as kind, r.target_id as id, \
                 coalesce(o.name, g.name) as name, coalesce(o.missing_since, g.missing_since) as missing_since, \
                 row_number() over (partition by r.type_key, r.external_id \
                 order by r.kind, coalesce(o.name_key, g.name_key), r.target_id) as position, \
                 count(*) over (partition by r.type_key, r.external_id) as links from (",
                ") as f join inventory_references r on r.type_key = f.column1 and r.external_id = f.column2",
            ),
            Direction::UsedBy => (
                "select * from (select r.kind as from_kind, r.target_id as from_id, r.type_key as kind, r.external_id as id, \
                 o.name as name, o.missing_since as missing_since, row_number() over (partition by r.kind, r.target_id \
                 order by r.type_key, o.name_key, r.external_id) as position, \
                 count(*) over (partition by r.kind, r.target_id) as links from (",
                ") as f join inventory_references r on r.kind = f.column1 and r.target_id = f.column2 \
                 join inventory_objects o on o.tenant_id = r.tenant_id and o.type_key = r.type_key and o.external_id = r.external_id",
            ),
        };
        let mut query = Builder::new(before);
        query.rows(from.iter().map(|object| vec![(&object.kind).into(), (&object.external_id).into()]));
        query.text(after);
        if direction == Direction::Uses {
            query.text(KNOWN);
        }
        query.with(" where r.tenant_id = {}", [self.0.tenant_arg().into()]);
        query.with(") as l where l.position <= {} order by l.from_kind, l.from_id, l.position", [each.into()]);
        let rows = self.0.db.fetch("inventory_references", query.statement()).await?;
        rows.iter()
            .map(|row| {
                let from = Reference { kind: row.get("from_kind")?, external_id: row.get("from_id")? };
                Ok(Link { from, to: linked(row)?, all: row.count("links")? })
            })
            .collect()
    }

    /// What most objects name, by their number; only these kinds, or all.
    pub async fn most_used(&self, kinds: &[&str], limit: usize) -> Result<Vec<UseCount>, StoreError> {
        self.counted(kinds, "", limit).await
    }

    /// What objects name and what is not there: never observed, or missing from the latest complete list.
    pub async fn dangling(&self, kinds: &[&str], limit: usize) -> Result<Vec<UseCount>, StoreError> {
        self.counted(
            kinds,
            " and r.kind not like 'external:%' and (coalesce(o.external_id, g.id) is null \
             or coalesce(o.missing_since, g.missing_since) is not null)",
            limit,
        )
        .await
    }

    async fn counted(
        &self,
        kinds: &[&str],
        condition: &'static str,
        limit: usize,
    ) -> Result<Vec<UseCount>, StoreError> {
        let mut query = Builder::new(
            "select r.kind as kind, r.target_id as id, max(coalesce(o.name, g.name)) as name, \
             max(coalesce(o.missing_since, g.missing_since)) as missing_since, count(*) as users from inventory_references r",
        );
        query.text(KNOWN).with("where r.tenant_id = {}", [self.0.tenant_arg().into()]);
        if !kinds.is_empty() {
            query.text(" and r.kind").one_of(kinds.iter().copied().map(Arg::from));
        }
        query.text(condition);
        query
            .with(" group by r.kind, r.target_id order by count(*) desc, r.kind, r.target_id limit {}", [limit.into()]);
        let rows = self.0.db.fetch("inventory_references", query.statement()).await?;
        rows.iter().map(|row| Ok(UseCount { object: linked(row)?, users: row.count("users")? })).collect()
    }

    /// What nothing names, by kind, name and id. What is missing is not there to be unused.
    pub async fn unused(&self, kinds: &UnusedKinds<'_>, limit: usize) -> Result<Vec<LinkedObject>, StoreError> {
        let mut query = Builder::new("select * from (");
        self.all_unused(kinds, &mut query);
        query.with(") as u order by kind, name_key, id limit {}", [limit.into()]);
        self.0.db.fetch("inventory_references", query.statement()).await?.iter().map(linked).collect()
    }

    /// How many of each kind nothing names.
    pub async fn unused_kinds(&self, kinds: &UnusedKinds<'_>) -> Result<Vec<(String, u64)>, StoreError> {
        let mut query = Builder::new("select kind, count(*) as objects from (");
        self.all_unused(kinds, &mut query);
        query.text(") as u group by kind order by kind");
        let rows = self.0.db.fetch("inventory_references", query.statement()).await?;
        rows.iter().map(|row| Ok((row.get("kind")?, row.count("objects")?))).collect()
    }

    fn all_unused(&self, kinds: &UnusedKinds<'_>, query: &mut Builder) {
        let tenant = || Arg::from(self.0.tenant_arg());
        query.text("select o.type_key as kind, o.external_id as id, o.name as name, o.name_key as name_key, ");
        query.with("o.missing_since as missing_since from inventory_objects o where o.tenant_id = {}", [tenant()]);
        query.text(" and (o.type_key").one_of(kinds.named.iter().copied().map(Arg::from));
        query.text(" or (o.assignments_count = 0 and o.type_key");
        query.one_of(kinds.assigned.iter().copied().map(Arg::from));
        query.text(
            ")) and o.missing_since is null and not exists (select 1 from inventory_references r where \
             r.tenant_id = o.tenant_id and r.kind = o.type_key and r.target_id = o.external_id)",
        );
        if kinds.groups {
            query.with(
                " union all select 'groups', g.id, g.name, g.name_key, g.missing_since from directory_groups g \
                 where g.tenant_id = {} and g.missing_since is null and not exists (select 1 from inventory_references r where \
                 r.tenant_id = g.tenant_id and r.kind = 'groups' and r.target_id = g.id)",
                [tenant()],
            );
        }
    }

    /// How many objects of each kind are named, and by how many links.
    pub async fn used_kinds(&self) -> Result<Vec<(String, u64, u64)>, StoreError> {
        let mut query = Builder::new(
            "select kind, count(distinct target_id) as objects, count(*) as links from inventory_references where ",
        );
        query.with("tenant_id = {} group by kind order by kind", [self.0.tenant_arg().into()]);
        let rows = self.0.db.fetch("inventory_references", query.statement()).await?;
        rows.iter().map(|row| Ok((row.get("kind")?, row.count("objects")?, row.count("links")?))).collect()
    }

    /// An object or a group by its kind and id; nothing when neither is known.
    pub async fn linked_object(&self, reference: &Reference) -> Result<Option<LinkedObject>, StoreError> {
        Ok(self.linked_objects(std::slice::from_ref(reference)).await?.into_iter().next())
    }

    /// Of these objects and groups those that are known, missing ones as well, in no particular order.
    pub async fn linked_objects(&self, references: &[Reference]) -> Result<Vec<LinkedObject>, StoreError> {
        let mut found = Vec::new();
        for chunk in references.chunks(KNOWN_MAX) {
            found.extend(self.linked_chunk(chunk).await?);
        }
        Ok(found)
    }

    async fn linked_chunk(&self, references: &[Reference]) -> Result<Vec<LinkedObject>, StoreError> {
        let mut query = Builder::new("select r.kind as kind, r.target_id as id, coalesce(o.name, g.name) as name, ");
        query.with(
            "coalesce(o.missing_since, g.missing_since) as missing_since from \
             (select f.column1 as kind, f.column2 as target_id, t.id as tenant_id from tenants t, (",
            [],
        );
        query.rows(references.iter().map(|named| vec![(&named.kind).into(), (&named.external_id).into()]));
        query.with(") as f where t.id = {}) as r", [self.0.tenant_arg().into()]);
        query.text(KNOWN).text("where coalesce(o.external_id, g.id) is not null");
        self.0.db.fetch("inventory_objects", query.statement()).await?.iter().map(linked).collect()
    }

    /// What the present objects of these types name of other kinds, each once.
    pub async fn named_by(&self, types: &[&str]) -> Result<Vec<Reference>, StoreError> {
        let mut query = Builder::new(
            "select distinct r.kind, r.target_id from inventory_references r join inventory_objects o \
             on o.tenant_id = r.tenant_id and o.type_key = r.type_key and o.external_id = r.external_id where ",
        );
        query.with("r.tenant_id = {} and o.missing_since is null and r.type_key", [self.0.tenant_arg().into()]);
        query.one_of(types.iter().copied().map(Arg::from)).text(" and r.kind");
        query.none_of(types.iter().copied().map(Arg::from)).text(" order by r.kind, r.target_id");
        let rows = self.0.db.fetch("inventory_references", query.statement()).await?;
        rows.iter().map(|row| Ok(Reference { kind: row.get("kind")?, external_id: row.get("target_id")? })).collect()
    }
}

fn linked(row: &Row) -> Result<LinkedObject, StoreError> {
    let reference = Reference { kind: row.get("kind")?, external_id: row.get("id")? };
    Ok(LinkedObject { reference, name: row.get("name")?, missing_since: row.get("missing_since")? })
}
