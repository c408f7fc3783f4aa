//! `export.create`: writes the runs that fit a filter into a file that is kept for a week.

use std::collections::BTreeMap;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::access::Capability;
use model::run::{Definition, Failure, IdentityInputs, ItemOutcome, Repeat};
use serde::Deserialize;
use store::{ExportPart, ItemRecord};

use super::pages::ExportPage;
use super::{Format, Pages};
use crate::operations::RunQuery;
use crate::starting::{app_ending, store_ending};

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "export.create",
    aliases: &[],
    label: "Export",
    capability: Capability::ExportCreate,
    identity: IdentityInputs::Fields(&["filter", "format", "version"]),
    deadline_ms: 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "020-operations-views-and-export",
};

/// Of the file's columns and keys: an export of a later version is another one.
pub(super) const VERSION: u32 = 1;
/// Rows in a part: half a megabyte at a time.
const PART_ROWS: usize = 1_000;

#[derive(Debug, Deserialize)]
struct Inputs {
    filter: BTreeMap<String, Vec<String>>,
    format: String,
}

/// The handler.
pub struct ExportRun;

impl RunType for ExportRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { export(ctx).await.unwrap_or_else(|ending| ending) })
    }
}

/// Goes on behind the last part that is there; nothing is written twice.
async fn export(ctx: &RunCtx) -> Result<Ending, Ending> {
    let inputs: Inputs = ctx.inputs()?;
    let wrong = |error: model::AppError| Ending::Fail(Failure::new(error.code, error.message));
    let format = Format::named(&inputs.format).map_err(wrong)?;
    let query = RunQuery::from_map(&inputs.filter).checked().map_err(wrong)?;
    let tenant = ctx.db.tenant(&ctx.scope);
    let asked_at = tenant.runs().get(ctx.run.id).await.map_err(app_ending)?.created_at;
    // "The last 30 days" are those before it was asked for, whenever a worker comes to it.
    let filter = query.filter(None, asked_at);
    let file = tenant.exports().begin(&ctx.lease, &inputs.format).await.map_err(store_ending)?;
    if !file.finished {
        let rows = tenant.runs().counts(&filter).await.map_err(store_ending)?.total();
        let parts = rows.max(file.rows + 1).div_ceil(PART_ROWS as u64);
        ctx.db.ledger().set_total(&ctx.lease, parts).await.map_err(store_ending)?;
        let mut pages = Pages::new(filter, format, PART_ROWS).behind(file.position, file.rows);
        let (mut number, mut written) = (file.parts, file.rows);
        while let Some(page) = pages.next(&ctx.db, &ctx.scope).await.map_err(store_ending)? {
            number += 1;
            let part = part(number, written, page);
            written += part.rows;
            tenant.exports().add(&ctx.lease, part).await.map_err(store_ending)?;
        }
        ctx.db.ledger().set_total(&ctx.lease, number).await.map_err(store_ending)?;
    }
    Ok(Ending::Done { reason: None, failures: Vec::new() })
}

fn part(number: u64, written: u64, page: ExportPage) -> ExportPart {
    let label = match page.rows {
        0 => "No operation".to_owned(),
        rows => format!("Operations {} to {}", written + 1, written + rows),
    };
    let item = ItemRecord {
        key: format!("part/{number}"),
        label,
        kind: "Part".to_owned(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail: None,
    };
    ExportPart { number, plain: page.bytes, rows: page.rows, position: page.position, item }
}
