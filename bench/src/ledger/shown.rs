//! The rows as a person reads them.

use super::Measured;
use crate::report;

/// All rows of all databases.
pub(crate) fn table(databases: &[Measured]) {
    let mut table = report::table(&["what", "database", "measured", "target", "reached"], 5);
    for database in databases {
        for row in &database.rows {
            let reached = row.reached.map(|reached| if reached { "yes" } else { "NO" }).unwrap_or_default();
            table.add_row([row.what.as_str(), database.engine, &row.measured, &row.target, reached]);
        }
    }
    println!("{table}");
}
