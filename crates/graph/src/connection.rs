//! How one tenant is reached.

use model::cloud::Cloud;
use secrecy::{ExposeSecret, SecretString};

/// The application that a customer has consented to, in the customer's tenant.
#[derive(Clone)]
pub struct Connection {
    /// Where the tenant's cloud answers.
    pub cloud: Cloud,
    /// The tenant's directory id (a GUID).
    pub directory_id: String,
    /// The application's id (a GUID).
    pub client_id: String,
    /// The application's secret.
    pub secret: SecretString,
}

impl Connection {
    /// What shares a budget: one application in one tenant of one cloud.
    pub(crate) fn key(&self) -> String {
        format!("{}|{}|{}", self.cloud.graph_url, self.directory_id, self.client_id)
    }

    /// Whether a token for the other is a token for this one.
    pub(crate) fn same_credential(&self, other: &Connection) -> bool {
        self.cloud == other.cloud && self.secret.expose_secret() == other.secret.expose_secret()
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("cloud", &self.cloud.key)
            .field("directory_id", &self.directory_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
