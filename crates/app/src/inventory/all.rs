//! Every object of a type, page after page.

use model::AppError;
use store::{Db, InventoryFilter, ObjectRow, TenantScope};

/// Rows read at a time.
const PAGE: usize = 1_000;

/// Every object of the type that the tenant is known to have or have had, by name.
pub(crate) async fn all_of_type(db: &Db, scope: &TenantScope, type_key: &str) -> Result<Vec<ObjectRow>, AppError> {
    let filter = InventoryFilter { types: vec![type_key.to_owned()], ..InventoryFilter::default() };
    let mut rows: Vec<ObjectRow> = Vec::new();
    loop {
        let after = rows.last().map(ObjectRow::cursor);
        let page = db.tenant(scope).inventory().list(&filter, after.as_ref(), PAGE).await?;
        let is_last = page.len() < PAGE;
        rows.extend(page);
        if is_last {
            return Ok(rows);
        }
    }
}
