//! What a handler knows about the request it answers.

use model::ids::UserId;

use crate::kit::time::Now;

/// Who is signed in, and how they want to read.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    /// Who.
    pub(crate) user: UserId,
    /// Their name.
    pub(crate) name: String,
    /// Their address.
    pub(crate) email: String,
    /// Whether they manage the installation.
    pub(crate) platform_admin: bool,
    /// The session's form token.
    pub(crate) csrf: String,
    /// The stored form of the session's token.
    pub(crate) token_hash: [u8; 32],
    /// Where the request came from: an IP address, when the server knows it.
    pub(crate) address: Option<String>,
    /// IANA zone of times.
    pub(crate) zone: String,
    /// Single-key shortcuts are off.
    pub(crate) keys_off: bool,
    /// When the request came, milliseconds since the Unix epoch.
    pub(crate) now_ms: i64,
    /// Whether htmx asks, for a part of a page.
    pub(crate) htmx: bool,
}

impl Ctx {
    /// The moment of the request in the person's zone.
    pub(crate) fn now(&self) -> Now {
        Now::new(self.now_ms, &self.zone)
    }

    /// For functions that take a borrowed address.
    pub(crate) fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }
}

/// Somebody who is not signed in: their form token and where they come from.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    /// Must come back with a form.
    pub(crate) csrf: String,
    /// An IP address, when the server knows it.
    pub(crate) address: Option<String>,
}
