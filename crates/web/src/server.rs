//! The router with everything around it, and serving it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use model::AppError;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::trace::TraceLayer;

use crate::errors::{self, Reads};
use crate::headers;
use crate::live::Hub;
use crate::routes;
use crate::state::{Shared, WebState};

/// Nothing larger is read from a request, in bytes; forms and JSON have a smaller limit of their own.
const REQUEST_BYTES_MAX: usize = 256 * 1024;
/// Smaller answers are not worth compressing, in bytes.
const COMPRESS_BYTES_MIN: u64 = 1024;

/// The whole application. Starts the poller of live views on the current runtime; it ends with `state.stop`.
pub fn router(state: WebState) -> Router {
    let hub = Hub::start(state.db.clone(), state.stop.clone());
    let shared = Shared { web: Arc::new(state), hub };
    // A live view must reach the browser at once, so its stream is not held back for compression.
    let compressed = SizeAbove::new(COMPRESS_BYTES_MIN).and(NotForContentType::SSE);
    routes::router(&shared)
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(from_fn(headers::secure))
        .layer(TraceLayer::new_for_http())
        .with_state(shared)
}

/// Serves until `state.stop`, then lets requests under way end.
pub async fn serve(listener: TcpListener, state: WebState) -> std::io::Result<()> {
    let stop = state.stop.clone();
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn nowhere(uri: Uri) -> Response {
    errors::answer(&AppError::not_found(), reads(&uri)).into_response()
}

async fn wrong_method(uri: Uri) -> Response {
    let error = AppError::invalid("request.method", "This address does not answer to that method")
        .hint("Go back and try again");
    errors::answer(&error, reads(&uri)).into_response()
}

fn reads(uri: &Uri) -> Reads {
    if uri.path().starts_with("/api/") { Reads::Json } else { Reads::Page }
}
