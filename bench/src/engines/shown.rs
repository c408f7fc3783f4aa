//! The jobs a second as a person reads them.

use super::throughput::{Cell, Job};
use crate::report;

const COLUMNS: [&str; 7] = ["job", "workers", "program", "database", "done", "jobs / s", "ours by this"];

/// Every measured cell.
pub(crate) fn table(cells: &[Cell]) {
    let mut table = report::table(&COLUMNS, 4);
    for cell in cells {
        let job = match cell.job {
            Job::NoOp => "no-op",
            Job::Item => "one item",
            Job::Nap => "1 ms",
        };
        table.add_row([
            job.to_owned(),
            cell.workers.to_string(),
            cell.program.to_owned(),
            cell.database.to_owned(),
            if cell.done == cell.jobs { "all".to_owned() } else { format!("{} of {}", cell.done, cell.jobs) },
            format!("{:.0}", cell.per_second),
            cell.ours_by_this.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
        ]);
    }
    println!("{table}");
}
