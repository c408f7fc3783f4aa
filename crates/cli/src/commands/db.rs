//! `tenantatlas db …`

use model::{Ambient, AppError};
use store::{DatabaseCopy, DatabaseUrl};

use crate::args::Database;
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::Output;

/// Copies, then proves that both sides agree.
pub(crate) async fn run(args: Database, settings: Settings, output: Output) -> Result<Exit, AppError> {
    let Database::Copy { to } = args;
    let target: DatabaseUrl = to.parse()?;
    // Only opened to see that it is there and that the key fits; the copy needs the same key.
    settings.open_existing(&Ambient::system()).await?.close().await;
    let mut copy = DatabaseCopy::begin(&settings.database, &target).await?;
    let mut last = None;
    while let Some(progress) = copy.next().await? {
        if last.is_some_and(|(table, _)| table != progress.table) {
            say(output, last);
        }
        last = Some((progress.table, progress.copied));
    }
    say(output, last);
    output.line("Comparing every row of both sides.");
    let rows = copy.verify().await?;
    output.document(&serde_json::json!({ "rows": rows, "to": target.to_string() }));
    output.line(format!("Copied: {rows} rows, read back and equal."));
    output.line(format!(
        "Next: set TENANTATLAS_DATABASE to {target} (with its password) on every node, keep the key file,"
    ));
    output.line("      and start serve and worker there. The SQLite file was only read; keep it until you are sure.");
    Ok(Exit::Success)
}

fn say(output: Output, last: Option<(&str, u64)>) {
    if let Some((table, rows)) = last.filter(|(_, rows)| *rows > 0) {
        output.line(format!("  {table:<28} {rows:>9} rows"));
    }
}
