//! The gate before every route: who asks, what the request proves, whether they may, and how an error looks to them.
//!
//! The access of a route stands in the table and is enforced here, so no handler can forget it. Order: the session;
//! the form token; the tenant, by the one authorisation that makes a `TenantScope`; the capability. A tenant that does
//! not exist and one of somebody else are the same answer from the same line.

mod admit;
mod body;
mod denial;
mod upload;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{AppError, Kind as ErrorKind};

use crate::auth::Ctx;
use crate::errors::{self, Reads};
use crate::routes::{Kind, RouteFacts};
use crate::state::Shared;

/// The gate of one route.
#[derive(Clone)]
pub(crate) struct Keeper {
    pub(crate) shared: Shared,
    pub(crate) facts: RouteFacts,
}

/// Why a request does not pass.
pub(crate) enum Stop {
    /// Nobody is signed in.
    SignIn,
    /// The page is for strangers and this is none; or set-up is over.
    Elsewhere(&'static str),
    /// Anything else.
    Error(Arc<AppError>),
}

impl<E: Into<AppError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(Arc::new(error.into()))
    }
}

/// Lets the request through to its handler, or answers it.
pub(crate) async fn pass(State(keeper): State<Keeper>, mut request: Request, next: Next) -> Response {
    let reads = reads(keeper.facts.kind, request.headers());
    let uri = request.uri().clone();
    if keeper.facts.kind == Kind::Asset {
        return errors::finish(next.run(request).await, reads);
    }
    let guest_cookie = match admit::admit(&keeper, &mut request).await {
        Ok(cookie) => cookie,
        Err(stop) => return stopped(stop, reads, &keeper, &uri),
    };
    let who: Option<Arc<Ctx>> = request.extensions().get().cloned();
    let tenant: Option<Arc<store::TenantScope>> = request.extensions().get().cloned();
    let response = next.run(request).await;
    if let (Some(who), Some(error)) = (who, response.extensions().get::<Arc<AppError>>())
        && error.kind == ErrorKind::Forbidden
    {
        denial::record(&keeper.shared, &who, tenant.as_deref(), &keeper.facts, error.code).await;
    }
    let mut response = errors::finish(response, reads);
    if let Some(cookie) = guest_cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn stopped(stop: Stop, reads: Reads, keeper: &Keeper, uri: &Uri) -> Response {
    match stop {
        Stop::Error(error) => errors::answer(&error, reads),
        Stop::Elsewhere(path) => redirect(path),
        Stop::SignIn if reads == Reads::Page => redirect(&sign_in_address(keeper.facts.kind, uri)),
        Stop::SignIn => {
            let error = AppError::new(
                ErrorKind::Unauthenticated,
                "session.none",
                "Nobody is signed in, or the session is over",
            );
            errors::answer(&error.hint("Sign in, then try again"), reads)
        }
    }
}

/// Back to the page after signing in; a form is not sent again.
fn sign_in_address(kind: Kind, uri: &Uri) -> String {
    let here = uri.path_and_query().map_or("/", |path| path.as_str());
    if kind != Kind::Page || here == "/" {
        return "/sign-in".to_owned();
    }
    crate::fields::Fields::default().with("next", here).href("/sign-in")
}

fn redirect(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn reads(kind: Kind, headers: &HeaderMap) -> Reads {
    match kind {
        Kind::Api | Kind::ApiWrite | Kind::ApiUpload | Kind::Stream | Kind::Asset => Reads::Json,
        Kind::Start | Kind::Form if is_htmx(headers) => Reads::Fragment,
        Kind::Page | Kind::Start | Kind::Form | Kind::Upload => Reads::Page,
    }
}

/// Whether htmx asks. It changes only the form of an answer, never what is allowed.
pub(crate) fn is_htmx(headers: &HeaderMap) -> bool {
    headers.get("hx-request").is_some_and(|value| value == "true")
}
