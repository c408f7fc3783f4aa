//! Finds a tenant by what a person types on the command line.

use model::AppError;
use model::ids::{TenantId, UserId};
use store::{Db, TenantInfo};

/// By id, directory id, primary domain or name, among the tenants that the user is a member of. Several of one name
/// are asked about, never guessed.
pub async fn find_tenant(db: &Db, user: UserId, text: &str) -> Result<TenantId, AppError> {
    let tenants: Vec<TenantInfo> = db.tenants().list_for(user).await?.into_iter().map(|card| card.tenant).collect();
    let found: Vec<&TenantInfo> = tenants.iter().filter(|tenant| is_meant(tenant, text)).collect();
    match found.as_slice() {
        [only] => Ok(only.id),
        [] => Err(AppError::not_found().hint("tenantatlas tenant list shows the tenants you are a member of")),
        several => {
            let choices: Vec<_> =
                several.iter().map(|tenant| format!("{} ({})", tenant.id, tenant.primary_domain)).collect();
            Err(AppError::invalid("tenant.which", format!("Several tenants are called \"{text}\""))
                .hint(format!("Name one by its id: {}", choices.join(", "))))
        }
    }
}

fn is_meant(tenant: &TenantInfo, text: &str) -> bool {
    tenant.id.to_string() == text
        || tenant.directory_id.eq_ignore_ascii_case(text)
        || tenant.primary_domain.eq_ignore_ascii_case(text)
        || tenant.display_name.to_lowercase() == text.to_lowercase()
}
