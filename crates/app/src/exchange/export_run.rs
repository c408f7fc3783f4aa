//! `configuration.export`: packs objects into an archive that is kept for a week.

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::AppError;
use model::access::Capability;
use model::exchange::{Layout, Packer, Writer};
use model::registry::Registry;
use model::run::{Definition, IdentityInputs, ItemOutcome, Repeat};
use serde::Deserialize;
use store::{ExportPart, ItemRecord};

use super::{Chosen, Exported, Objects, source_for};
use crate::inventory::{done, item_key};
use crate::starting::app_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "configuration.export",
    aliases: &[],
    label: "Export configuration",
    capability: Capability::ExportCreate,
    identity: IdentityInputs::Fields(&["chosen", "layout", "version"]),
    deadline_ms: 2 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "040-import-and-export",
};

/// Of the layouts: an export of a later version is another one.
pub(super) const VERSION: u32 = 1;
/// The format of the file, as it is kept.
pub(crate) const FORMAT: &str = "zip";

#[derive(Deserialize)]
struct Inputs {
    chosen: Chosen,
    layout: Layout,
}

/// The handler.
pub struct ConfigurationExport;

impl RunType for ConfigurationExport {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { export(ctx).await.unwrap_or_else(app_ending) })
    }
}

/// An archive is written from its beginning: what a dead attempt has left is removed first.
async fn export(ctx: &RunCtx) -> Result<Ending, AppError> {
    let inputs: Inputs = match ctx.inputs() {
        Ok(inputs) => inputs,
        Err(ending) => return Ok(ending),
    };
    let exports = ctx.db.tenant(&ctx.scope).exports();
    let file = exports.begin(&ctx.lease, FORMAT).await?;
    if !file.finished {
        if file.parts > 0 {
            exports.restart(&ctx.lease).await?;
        }
        pack(ctx, inputs).await?;
    }
    Ok(done(ctx).await?)
}

async fn pack(ctx: &RunCtx, inputs: Inputs) -> Result<(), AppError> {
    let mut objects = Objects::of(&ctx.db, &ctx.scope, &inputs.chosen, ctx.run.created_at).await?;
    let mut writer = Writer::new(inputs.layout, source_for(&ctx.db, &ctx.scope, inputs.layout).await?);
    let mut packer = Packer::default();
    let pages = objects.pages(&ctx.db, &ctx.scope).await?;
    ctx.db.ledger().set_total(&ctx.lease, pages + 1).await?;
    let (mut number, mut written) = (0, 0);
    while let Some(page) = objects.next(&ctx.db, &ctx.scope).await? {
        let mut missing = Vec::new();
        let before = written;
        for one in page {
            match one {
                Exported::Whole(object, _) => match writer.write(&object) {
                    Ok(files) => {
                        files.iter().try_for_each(|file| packer.add(file))?;
                        written += 1;
                    }
                    Err(problem) => missing.push(ItemRecord {
                        message: Some(problem.message),
                        ..item(
                            &object.type_key,
                            Some(&object.external_id),
                            &object.name,
                            problem.code,
                            ItemOutcome::Skipped,
                        )
                    }),
                },
                Exported::Missing { type_key, external_id, name, code } => {
                    writer.lack(&type_key, external_id.as_deref(), &name, &code);
                    missing.push(item(&type_key, external_id.as_deref(), &name, &code, ItemOutcome::Incomplete));
                }
            }
        }
        ctx.db.ledger().record(&ctx.lease, missing).await?;
        number += 1;
        add(ctx, number, packer.take(), (before, written), false).await?;
    }
    if let Some(file) = writer.finish() {
        packer.add(&file)?;
    }
    let items = ctx.db.ledger().recorded_keys(ctx.run.id).await?.len() as u64;
    ctx.db.ledger().set_total(&ctx.lease, items + 1).await?;
    add(ctx, number + 1, packer.finish()?, (written, written), true).await
}

/// Adds what the packer has written; the last part finishes the file.
async fn add(
    ctx: &RunCtx,
    number: u64,
    plain: Vec<u8>,
    (before, written): (u64, u64),
    is_last: bool,
) -> Result<(), AppError> {
    let label = match written - before {
        0 if is_last => "What the archive holds".to_owned(),
        0 => "No object".to_owned(),
        1 => format!("Object {written}"),
        _ => format!("Objects {} to {written}", before + 1),
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
    let position = (!is_last).then_some(ctx.run.id);
    let part = ExportPart { number, plain, rows: written - before, position, item };
    Ok(ctx.db.tenant(&ctx.scope).exports().add(&ctx.lease, part).await?)
}

fn item(type_key: &str, id: Option<&str>, name: &str, code: &str, outcome: ItemOutcome) -> ItemRecord {
    ItemRecord {
        key: id.map_or_else(|| format!("type/{type_key}"), |id| item_key(type_key, id)),
        label: name.to_owned(),
        kind: Registry::embedded().label(type_key).to_owned(),
        outcome,
        code: Some(code.to_owned()),
        message: Some("It was not read completely, and an older version does not stand in for it".to_owned()),
        detail: None,
    }
}
