//! One row of the table: what a route is and who may use it.

use std::fmt;

use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};
use model::access::Capability;

use crate::state::Shared;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Everybody, and only while there is no account.
    SetupOnly,
    /// Who is signed in.
    SignedIn,
    /// Who manages the installation.
    PlatformAdmin,
    /// A member of the tenant in the path who holds the capability; for others the tenant does not exist.
    Tenant(Capability),
}

/// What a route answers with, which decides how an error looks and what a request must prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An HTML page.
    Page,
    /// A form that starts a run and answers at once.
    Start,
    /// A form that acts on the database.
    Form,
    /// Server-sent events.
    Stream,
    /// JSON, read.
    Api,
    /// JSON, write: proves itself by a header.
    ApiWrite,
    /// A form with a file, which is answered like a start.
    Upload,
    /// A file, sent as it is; proves itself by a header.
    ApiUpload,
    /// A file or a probe.
    Asset,
}

/// A row without its handler: plain data for tests and documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteFacts {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// With `{names}` for its parameters.
    pub path: &'static str,
    /// See [`Access`].
    pub access: Access,
    /// See [`Kind`].
    pub kind: Kind,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::SetupOnly => f.write_str("set-up only"),
            Self::SignedIn => f.write_str("signed in"),
            Self::PlatformAdmin => f.write_str("platform administrator"),
            Self::Tenant(capability) => write!(f, "{capability}"),
        }
    }
}

impl fmt::Display for RouteFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<5}{:<62}{}", self.method, self.path, self.access)
    }
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) facts: RouteFacts,
    pub(crate) handler: MethodRouter<Shared>,
}

impl Row {
    fn new(
        method: &'static str,
        path: &'static str,
        access: Access,
        kind: Kind,
        handler: MethodRouter<Shared>,
    ) -> Self {
        Self { facts: RouteFacts { method, path, access, kind }, handler }
    }

    pub(crate) fn page<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new("GET", path, access, Kind::Page, get(handler))
    }

    pub(crate) fn start<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new("POST", path, access, Kind::Start, post(handler))
    }

    pub(crate) fn form<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new("POST", path, access, Kind::Form, post(handler))
    }

    pub(crate) fn stream<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new("GET", path, access, Kind::Stream, get(handler))
    }

    pub(crate) fn api<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new("GET", path, access, Kind::Api, get(handler))
    }

    pub(crate) fn api_write<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new("POST", path, access, Kind::ApiWrite, post(handler))
    }

    pub(crate) fn upload<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Self {
        Self::new("POST", path, access, Kind::Upload, post(handler))
    }

    pub(crate) fn api_upload<H: Handler<T, Shared>, T: 'static>(
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        Self::new("POST", path, access, Kind::ApiUpload, post(handler))
    }

    pub(crate) fn asset<H: Handler<T, Shared>, T: 'static>(path: &'static str, handler: H) -> Self {
        Self::new("GET", path, Access::Public, Kind::Asset, get(handler))
    }
}
