//! What every request needs.

use std::sync::Arc;

use app::connections::Delegation;
use model::Ambient;
use model::cloud::Clouds;
use secrecy::SecretString;
use store::Db;
use tokio_util::sync::CancellationToken;

use crate::live::Hub;

/// What the server is started with. Its one way to Graph takes a person's own token, for what they just asked for (spec 034).
#[derive(Clone)]
pub struct WebState {
    /// The database.
    pub db: Db,
    /// The tokens of the people whom this process serves.
    pub delegation: Delegation,
    /// The clouds that a tenant may be in.
    pub clouds: Arc<Clouds>,
    /// Where people reach the pages, without a path, for example `https://atlas.example.com`. Absent when nobody said so and
    /// it cannot be told from where the server listens: then nobody can be sent to Microsoft and come back.
    pub public_address: Option<String>,
    /// Whether the pages are reached over HTTPS: cookies then carry `Secure` and the `__Host-` prefix.
    pub secure_cookies: bool,
    /// Time and randomness.
    pub ambient: Ambient,
    /// Cancelled when the server shall stop.
    pub stop: CancellationToken,
    /// The product's version, shown in the footer of the account page and by `/healthz`.
    pub version: &'static str,
    /// The one-time token of the first set-up, printed by `serve`. Without it nobody can set up over the network.
    pub setup_token: Option<SecretString>,
}

/// The state that handlers see: the server's and the hub of live views.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) web: Arc<WebState>,
    pub(crate) hub: Arc<Hub>,
}

impl Shared {
    /// The database.
    pub(crate) fn db(&self) -> &Db {
        &self.web.db
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn now_ms(&self) -> i64 {
        self.web.ambient.now_ms()
    }
}
