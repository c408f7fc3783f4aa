//! One table of routes. The router is built from it, and so are the tests that ask every route as everybody.

mod restores;
mod row;
mod table;

pub use row::{Access, Kind, RouteFacts};

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::gate;
use crate::state::Shared;

/// Every route's method, path, access and kind, sorted as in the table.
pub fn facts() -> Vec<RouteFacts> {
    table::rows().into_iter().map(|row| row.facts).collect()
}

/// The table as text, one route a line; committed as `golden/routes.txt`.
pub fn text() -> String {
    facts().iter().map(|facts| format!("{facts}\n")).collect()
}

/// The router: each row behind the gate that enforces its access, so that no handler can forget to.
pub(crate) fn router(shared: &Shared) -> Router<Shared> {
    table::rows().into_iter().fold(Router::new(), |router, row| {
        let keeper = gate::Keeper { shared: shared.clone(), facts: row.facts };
        router.route(row.facts.path, row.handler.route_layer(from_fn_with_state(keeper, gate::pass)))
    })
}
