//! Prints the OpenAPI document, for `docs/reference/openapi.json`; with the argument `routes`, the table of routes, for
//! `crates/web/golden/routes.txt`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let text = if std::env::args().any(|argument| argument == "routes") { web::routes::text() } else { web::openapi() };
    std::io::stdout().write_all(text.as_bytes())
}
