//! Lists, numbers and single objects.

use model::AppError;

use super::{Inventory, InventoryCursor, InventoryFilter, ObjectDetail, ObjectRow};
use crate::StoreError;
use crate::db::sql::{Builder, sql};

/// How many objects fit, by each value that a filter can have.
#[derive(Debug, Clone, Default)]
pub struct Facets {
    /// By type key.
    pub types: Vec<(String, u64)>,
    /// By platform.
    pub platforms: Vec<(String, u64)>,
    /// By category.
    pub categories: Vec<(String, u64)>,
    /// Missing ones.
    pub missing: u64,
    /// Incomplete ones.
    pub incomplete: u64,
}

const ROWS: &str = "select o.*, mr.outcome as missing_outcome from inventory_objects o \
                    left join operation_runs mr on mr.id = o.missing_run where ";

impl Inventory<'_> {
    /// By name, those after the cursor.
    pub async fn list(
        &self,
        filter: &InventoryFilter,
        after: Option<&InventoryCursor>,
        limit: usize,
    ) -> Result<Vec<ObjectRow>, StoreError> {
        let mut query = Builder::new(ROWS);
        filter.all(self.0.tenant(), &mut query);
        if let Some(after) = after {
            query.with(
                " and (o.name_key, o.type_key, o.external_id) > ({}, {}, {})",
                [(&after.name_key).into(), (&after.type_key).into(), (&after.external_id).into()],
            );
        }
        query.with(" order by o.name_key, o.type_key, o.external_id limit {}", [limit.into()]);
        self.0.db.fetch("inventory_objects", query.statement()).await?.iter().map(ObjectRow::from_row).collect()
    }

    /// Objects that are not missing, by type key and id, those after `after`: a rename while somebody reads page after
    /// page neither hides an object nor shows it twice.
    pub async fn present(
        &self,
        types: &[&str],
        after: Option<(&str, &str)>,
        limit: usize,
    ) -> Result<Vec<ObjectRow>, StoreError> {
        let types = types.iter().map(|key| (*key).to_owned()).collect();
        let filter = InventoryFilter { types, missing: Some(false), ..InventoryFilter::default() };
        let mut query = Builder::new(ROWS);
        filter.all(self.0.tenant(), &mut query);
        if let Some((type_key, external_id)) = after {
            query.with(" and (o.type_key, o.external_id) > ({}, {})", [type_key.into(), external_id.into()]);
        }
        query.with(" order by o.type_key, o.external_id limit {}", [limit.into()]);
        self.0.db.fetch("inventory_objects", query.statement()).await?.iter().map(ObjectRow::from_row).collect()
    }

    /// How many fit.
    pub async fn count(&self, filter: &InventoryFilter) -> Result<u64, StoreError> {
        let mut query = Builder::new("select count(*) as objects from inventory_objects o where ");
        filter.all(self.0.tenant(), &mut query);
        self.0.db.fetch("inventory_objects", query.statement()).await?[0].count("objects")
    }

    /// How many fit, by each value that a filter can have; each value's number ignores the filter's own choice there.
    pub async fn facets(&self, filter: &InventoryFilter) -> Result<Facets, StoreError> {
        let without = |change: fn(&mut InventoryFilter)| {
            let mut changed = filter.clone();
            change(&mut changed);
            changed
        };
        let missing = InventoryFilter { missing: Some(true), ..filter.clone() };
        let incomplete = InventoryFilter { incomplete: Some(true), ..filter.clone() };
        Ok(Facets {
            types: self.facet("o.type_key", &without(|filter| filter.types.clear())).await?,
            platforms: self.facet("o.platform", &without(|filter| filter.platforms.clear())).await?,
            categories: self.facet("o.category", &without(|filter| filter.categories.clear())).await?,
            missing: self.count(&missing).await?,
            incomplete: self.count(&incomplete).await?,
        })
    }

    async fn facet(&self, column: &'static str, filter: &InventoryFilter) -> Result<Vec<(String, u64)>, StoreError> {
        let mut query = Builder::new("select ");
        query.text(column).text(" as value, count(*) as objects from inventory_objects o where ");
        filter.all(self.0.tenant(), &mut query);
        query.text(" group by ").text(column).text(" order by ").text(column);
        let rows = self.0.db.fetch("inventory_objects", query.statement()).await?;
        rows.iter().map(|row| Ok((row.get("value")?, row.count("objects")?))).collect()
    }

    /// One object.
    pub async fn get(&self, type_key: &str, external_id: &str) -> Result<ObjectDetail, AppError> {
        let mut query = Builder::new(ROWS);
        query.with(
            "o.tenant_id = {} and o.type_key = {} and o.external_id = {}",
            [self.0.tenant_arg().into(), type_key.into(), external_id.into()],
        );
        let rows = self.0.db.fetch("inventory_objects", query.statement()).await?;
        let row = ObjectRow::from_row(rows.first().ok_or_else(AppError::not_found)?)?;
        let groups = sql!(
            "select group_id from inventory_assigned_groups where tenant_id = $1 and type_key = $2 and external_id = $3 order by group_id",
            self.0.tenant_arg(),
            type_key,
            external_id,
        );
        let groups = self.0.db.fetch("inventory_assigned_groups", groups).await?;
        let assigned_groups = groups.iter().map(|row| row.get("group_id")).collect::<Result<_, StoreError>>()?;
        Ok(ObjectDetail { row, assigned_groups })
    }
}
