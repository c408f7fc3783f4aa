//! The tenants of a test's world: each exists in the simulator and in the database, with a connection.

use app::tenants::CredentialInput;
use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec, TestKey};
use model::cloud::{Cloud, Clouds};
use model::ids::{TenantId, UserId};
use store::{Db, NewUser};

/// Key of the cloud under which the tests' tenants are connected.
pub(crate) const CLOUD: &str = "simulator";

/// One tenant on both sides.
pub struct WorldTenant {
    /// In the database.
    pub id: TenantId,
    /// In the simulator.
    pub spec: TenantSpec,
}

pub(crate) async fn simulate(contents: Vec<Content>) -> Simulator {
    let names = ["Contoso", "Fabrikam", "Northwind", "Tailspin", "Woodgrove"];
    assert!(contents.len() <= names.len(), "a test's world has at most {} tenants", names.len());
    let named = |(name, content)| {
        // Each application may sign in with a certificate too.
        let certificate_pem = Some(TestKey::One.certificate());
        TenantSpec { certificate_pem, ..TenantSpec::named(name, content) }
    };
    let tenants = names.into_iter().zip(contents).map(named).collect();
    let config = SimulatorConfig { tenants, ..SimulatorConfig::default() };
    Simulator::start(config).await.expect("the simulator starts")
}

pub(crate) fn clouds(simulator: &Simulator) -> Clouds {
    let url = simulator.http_url();
    let mut clouds = Clouds::default();
    clouds.add(Cloud {
        key: CLOUD.into(),
        label: "Simulator".into(),
        login_url: url.clone(),
        graph_url: url,
        unlimited: false,
    });
    clouds
}

pub(crate) async fn owner(db: &Db) -> UserId {
    let owner = NewUser {
        email: "owner@example.com".into(),
        name: "Olga Owner".into(),
        password_hash: None,
        platform_admin: true,
    };
    db.people().first_owner(owner).await.expect("the database is new")
}

pub(crate) async fn connect(db: &Db, clouds: &Clouds, owner: UserId, spec: TenantSpec) -> WorldTenant {
    let input = app::tenants::TenantInput {
        display_name: spec.display_name.clone(),
        directory_id: spec.tenant_id.clone(),
        primary_domain: spec.primary_domain.clone(),
        cloud: CLOUD.into(),
        client_id: spec.client_id.clone(),
        credential: CredentialInput::secret(spec.client_secret.clone()),
    };
    let id = app::tenants::add_tenant(db, clouds, owner, input).await.expect("the tenant can be added");
    WorldTenant { id, spec }
}
