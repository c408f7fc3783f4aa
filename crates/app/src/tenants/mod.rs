//! Tenants: adding one, finding one by what a person types.

mod add;
mod find;

pub use add::{TenantInput, add_tenant, replace_connection};
pub use find::find_tenant;
