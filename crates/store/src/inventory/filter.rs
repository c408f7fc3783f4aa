//! Which objects: the same filter for the list, its number and its facets.

use model::ids::TenantId;
use model::registry::content::Reference;

use super::Found;
use crate::db::sql::{Arg, Builder, anywhere, id};

/// All parts must fit; an empty part fits everything.
#[derive(Debug, Clone, Default)]
pub struct InventoryFilter {
    /// The contracts' keys.
    pub types: Vec<String>,
    /// Platforms.
    pub platforms: Vec<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// A part of the name; case does not matter.
    pub named: Option<String>,
    /// Only what a search found.
    pub found: Option<Found>,
    /// Content changed at or after this, milliseconds since the Unix epoch.
    pub changed_since: Option<i64>,
    /// Only missing ones, or only present ones.
    pub missing: Option<bool>,
    /// Only incomplete ones, or only complete ones.
    pub incomplete: Option<bool>,
    /// Assigned to, or excluded from, this group (an id).
    pub assigned_to: Option<String>,
    /// Only what names this object.
    pub naming: Option<Reference>,
}

impl InventoryFilter {
    /// All conditions on `inventory_objects o`.
    pub(super) fn all(&self, tenant: TenantId, query: &mut Builder) {
        query.with("o.tenant_id = {}", [id(tenant).into()]);
        for (column, list) in [
            (" and o.type_key", &self.types),
            (" and o.platform", &self.platforms),
            (" and o.category", &self.categories),
        ] {
            if !list.is_empty() {
                query.text(column).one_of(list.iter().map(Arg::from));
            }
        }
        if let Some(part) = &self.named {
            query.with(r" and o.name_key like {} escape '\'", [anywhere(&part.to_lowercase()).into()]);
        }
        if let Some(found) = &self.found {
            query.text(" and o.type_key || '/' || o.external_id").one_of(found.keys().iter().map(Arg::from));
        }
        if let Some(since) = self.changed_since {
            query.with(" and o.changed_at >= {}", [since.into()]);
        }
        match self.missing {
            Some(true) => query.text(" and o.missing_since is not null"),
            Some(false) => query.text(" and o.missing_since is null"),
            None => query,
        };
        match self.incomplete {
            Some(true) => query.text(" and not o.complete"),
            Some(false) => query.text(" and o.complete"),
            None => query,
        };
        if let Some(group) = &self.assigned_to {
            query.with(
                " and exists (select 1 from inventory_assigned_groups g where g.tenant_id = {} and g.group_id = {} \
                 and g.type_key = o.type_key and g.external_id = o.external_id)",
                [id(tenant).into(), group.into()],
            );
        }
        if let Some(named) = &self.naming {
            query.with(
                " and exists (select 1 from inventory_references r where r.tenant_id = {} and r.kind = {} and r.target_id = {} \
                 and r.type_key = o.type_key and r.external_id = o.external_id)",
                [id(tenant).into(), (&named.kind).into(), (&named.external_id).into()],
            );
        }
    }
}
