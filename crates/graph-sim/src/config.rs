//! What a simulator is started with.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::faults::Fault;
use crate::random::Random;

/// Everything a [`crate::Simulator`] needs to start.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// The customer tenants that exist.
    pub tenants: Vec<TenantSpec>,
    /// Port of the plain-text listener on loopback; 0 takes a free one.
    pub http_port: u16,
    /// Port of the TLS listener on loopback; 0 takes a free one, `None` opens none.
    pub https_port: Option<u16>,
    /// Time added to every round trip; a batch pays it once.
    pub latency: Duration,
    /// Whether the published request limits are enforced.
    pub throttling: Throttling,
    /// The tenant (id, domain or display name) for which any bearer token is accepted, for clients that cannot be given a real one.
    pub unknown_token_tenant: Option<String>,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            tenants: Vec::new(),
            http_port: 0,
            https_port: None,
            latency: Duration::ZERO,
            throttling: Throttling::Off,
            unknown_token_tenant: None,
        }
    }
}

/// One simulated customer tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantSpec {
    /// Directory id (a GUID).
    pub tenant_id: String,
    /// Name of the organisation.
    pub display_name: String,
    /// Initial domain, for example `contoso.onmicrosoft.com`; accepted in place of the id when signing in.
    pub primary_domain: String,
    /// Application id that may sign in.
    pub client_id: String,
    /// Secret of that application.
    pub client_secret: String,
    /// A certificate of that application, as PEM without its key: it may sign in with an assertion as well.
    #[serde(default)]
    pub certificate_pem: Option<String>,
    /// Addresses that the application has registered: a person who signs in or consents is sent back to no other.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Whether an administrator has let the application in from the start.
    #[serde(default = "yes")]
    pub consented: bool,
    /// What the tenant holds.
    pub content: Content,
    /// Faults in force from the start.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

fn yes() -> bool {
    true
}

impl TenantSpec {
    /// A tenant whose ids, domain and secret derive from its name, without faults.
    pub fn named(display_name: &str, content: Content) -> Self {
        let mut random = Random::from_text(display_name);
        let label: String = display_name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        Self {
            tenant_id: random.guid(),
            display_name: display_name.to_owned(),
            primary_domain: format!("{label}.onmicrosoft.com"),
            client_id: random.guid(),
            client_secret: format!("simulated~{}", random.guid()),
            certificate_pem: None,
            redirect_uris: Vec::new(),
            consented: true,
            content,
            faults: Vec::new(),
        }
    }

    /// Whether the name is this tenant's id, domain or display name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let names = [&self.tenant_id, &self.primary_domain, &self.display_name];
        names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Where the objects of a tenant come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Content {
    /// Only what every tenant has: the organisation, default and built-in objects, singletons and our service principal.
    Empty,
    /// Generated configuration objects; groups come in addition (a quarter as many, at least 12).
    Seeded {
        /// The same seed always gives the same tenant.
        seed: u64,
        /// Number of configuration objects.
        objects: usize,
    },
    /// Exported policies: every `*.json` below this folder.
    Folder(PathBuf),
}

/// Whether and how requests are refused for exceeding the published limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Throttling {
    /// Nothing is refused.
    Off,
    /// The limits Microsoft publishes (learn.microsoft.com/graph/throttling-limits) hold.
    Published {
        /// Whether a refusal says how long to wait. Conditional Access never does.
        retry_after: bool,
    },
}

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A listener could not be opened.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The self-signed certificate could not be made.
    #[error("cannot make the certificate: {0}")]
    Certificate(String),
    /// Two tenants share an id or a domain.
    #[error("two tenants are called {0}")]
    DuplicateTenant(String),
    /// A content folder cannot be read.
    #[error("cannot read the folder {folder}")]
    Folder {
        /// The folder asked for.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// `unknown_token_tenant` names no tenant.
    #[error("there is no tenant {0} to accept any token for")]
    UnknownTokenTenant(String),
}
