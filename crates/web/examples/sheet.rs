//! Writes the component sheet as a page to standard output, to look at it or to compare it with the design.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(web::kit::sheet().into_string().as_bytes())
}
