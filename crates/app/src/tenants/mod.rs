//! Tenants: adding one, finding one by what a person types.

mod add;
mod credential;
mod find;

pub use add::{TenantInput, add_tenant, replace_connection};
pub use credential::{CredentialInput, EXPIRY_NOTICE_MS};
pub use find::find_tenant;
