//! Making a simulated tenant known to a database.

use app::tenants::{CredentialInput, TenantInput, add_tenant};
use model::cloud::{Cloud, Clouds};
use model::ids::{TenantId, UserId};
use store::{Db, NewUser};

use super::simulator::Tenant;
use crate::Failure;

/// Key of the simulated cloud.
const CLOUD: &str = "simulator";

/// The cloud of the simulator at that address; `unlimited` where it enforces no limits.
pub(crate) fn cloud(address: &str, unlimited: bool) -> Cloud {
    let (login_url, graph_url) = (address.to_owned(), address.to_owned());
    Cloud { key: CLOUD.into(), label: "Simulator".into(), login_url, graph_url, unlimited }
}

/// The same as `TENANTATLAS_CLOUDS` says it.
pub(crate) fn entry(cloud: &Cloud) -> String {
    let unlimited = if cloud.unlimited { ",unlimited" } else { "" };
    format!("{CLOUD}={},{}{unlimited}", cloud.login_url, cloud.graph_url)
}

/// The database's first account.
pub(crate) async fn first_owner(db: &Db) -> Result<UserId, Failure> {
    let owner =
        NewUser { email: "bench@example.com".into(), name: "Bench".into(), password_hash: None, platform_admin: true };
    Ok(db.people().first_owner(owner).await?)
}

/// Adds the tenant with its connection.
pub(crate) async fn connect(db: &Db, owner: UserId, tenant: &Tenant, cloud: &Cloud) -> Result<TenantId, Failure> {
    let mut clouds = Clouds::default();
    clouds.add(cloud.clone());
    let tenant = tenant.clone();
    let input = TenantInput {
        display_name: tenant.display_name,
        directory_id: tenant.tenant_id,
        primary_domain: tenant.primary_domain,
        cloud: CLOUD.into(),
        client_id: tenant.client_id,
        credential: CredentialInput::secret(tenant.client_secret),
    };
    Ok(add_tenant(db, &clouds, owner, input).await?)
}
