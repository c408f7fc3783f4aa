//! How one tenant is reached.

use std::sync::Arc;

use model::cloud::Cloud;
use secrecy::{ExposeSecret, SecretString};

use crate::certificate::ClientCertificate;

/// The application that a customer has consented to, in the customer's tenant.
#[derive(Clone)]
pub struct Connection {
    /// Where the tenant's cloud answers.
    pub cloud: Cloud,
    /// The tenant's directory id (a GUID).
    pub directory_id: String,
    /// The application's id (a GUID).
    pub client_id: String,
    /// What proves that it is the application.
    pub credential: Credential,
}

/// What proves that a client is the application. Neither ever prints.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A text that both sides know.
    Secret(SecretString),
    /// A key that only this side knows.
    Certificate(Arc<ClientCertificate>),
}

impl Connection {
    /// What shares tokens and batches: one application in one tenant of one cloud.
    pub(crate) fn key(&self) -> String {
        format!("{}|{}", self.budget_key(), self.client_id)
    }

    /// What shares a budget. The published limits are for each application, but a tenant's next application begins
    /// while the last one ends, and Conditional Access counts all together.
    pub(crate) fn budget_key(&self) -> String {
        format!("{}|{}", self.cloud.graph_url, self.directory_id)
    }

    /// Whether a token for the other is a token for this one.
    pub(crate) fn same_credential(&self, other: &Connection) -> bool {
        self.cloud == other.cloud && self.credential.is(&other.credential)
    }
}

impl Credential {
    fn is(&self, other: &Credential) -> bool {
        match (self, other) {
            (Self::Secret(one), Self::Secret(two)) => one.expose_secret() == two.expose_secret(),
            // The key of each was found to fit its certificate.
            (Self::Certificate(one), Self::Certificate(two)) => one.digest == two.digest,
            _ => false,
        }
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
