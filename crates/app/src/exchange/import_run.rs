//! `backup_set.import`: makes a sealed set of the files that somebody has sent.

use std::collections::BTreeSet;

use engine::{Ending, RunCtx, RunType};
use futures::future::BoxFuture;
use model::AppError;
use model::access::Capability;
use model::canonical;
use model::exchange::{Archive, Aside, Found, Object, Problem, Reader, may_hold_objects};
use model::ids::{BackupSetId, UploadId};
use model::registry::Registry;
use model::registry::content::content_for_hash;
use model::run::{Definition, Failure, IdentityInputs, ItemOutcome, Repeat};
use serde::Deserialize;
use store::{Capture, ImportedObject, ItemRecord, Upload};

use super::{SetOrigin, source_of};
use crate::backups::manifest::{About, MissingItem, all_items, of_items, sha256_hex};
use crate::inventory::{done, item_key};
use crate::starting::app_ending;

/// The catalogue row.
pub const DEFINITION: Definition = Definition {
    run_type: "backup_set.import",
    aliases: &[],
    label: "Import backup set",
    capability: Capability::BackupsCreate,
    identity: IdentityInputs::Fields(&["name", "sha256"]),
    deadline_ms: 2 * 60 * 60 * 1000,
    attempts_max: 5,
    writes: false,
    repeat: Repeat::Whole,
    spec: "040-import-and-export",
};

/// Objects put into the set in one transaction.
const BATCH: usize = 100;
/// The type of what is no object of any type.
const FILE: &str = "file";

#[derive(Deserialize)]
struct Inputs {
    name: String,
    upload: UploadId,
}

/// The handler.
pub struct ImportRun;

impl RunType for ImportRun {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn run<'a>(&'a self, ctx: &'a RunCtx) -> BoxFuture<'a, Ending> {
        Box::pin(async move { import(ctx).await.unwrap_or_else(app_ending) })
    }
}

async fn import(ctx: &RunCtx) -> Result<Ending, AppError> {
    let inputs: Inputs = match ctx.inputs() {
        Ok(inputs) => inputs,
        Err(ending) => return Ok(ending),
    };
    let tenant = ctx.db.tenant(&ctx.scope);
    // An attempt that died after it had sealed the set left only the end to be recorded.
    if tenant.backups().by_run(ctx.run.id).await?.is_some_and(|set| set.sealed_at.is_some()) {
        return Ok(done(ctx).await?);
    }
    let Some(upload) = tenant.uploads().get(inputs.upload).await? else { return Ok(gone()) };
    let content = tenant.uploads().content(&upload).await?;
    let archive = match Archive::open(&upload.name, content) {
        Ok(archive) => archive,
        Err(error) => return Ok(Ending::Fail(Failure::new(error.code, error.message))),
    };
    if !archive.paths().iter().any(|path| may_hold_objects(path)) {
        return Ok(nothing());
    }
    let set = tenant.backups().create_set(&ctx.lease, &inputs.name, None).await?;
    ctx.db.ledger().set_context(&ctx.lease, &serde_json::json!({ "backup_set": set })).await?;
    Import::begin(ctx, set, archive, &upload).await?.whole().await?;
    Ok(done(ctx).await?)
}

fn gone() -> Ending {
    let why = "What was sent is not kept any more: import it again";
    Ending::Fail(Failure::new("import.gone", why))
}

fn nothing() -> Ending {
    Ending::Fail(Failure::new("import.nothing", "None of the files is JSON, so there is nothing to import"))
}

/// One attempt.
struct Import<'a> {
    ctx: &'a RunCtx,
    set: BackupSetId,
    archive: Archive,
    reader: Reader,
    origin: SetOrigin,
    objects: Vec<Object>,
    /// What is named in the set because it is not in it.
    lacking: Vec<Capture>,
    /// Files that hold no configuration.
    others: Vec<ItemRecord>,
    types: BTreeSet<String>,
}

impl<'a> Import<'a> {
    async fn begin(ctx: &'a RunCtx, set: BackupSetId, mut archive: Archive, upload: &Upload) -> Result<Self, AppError> {
        let here = source_of(&ctx.db, &ctx.scope).await?;
        let reader = Reader::new(&archive.paths(), &here, |path| archive.read(path).ok());
        let origin = SetOrigin {
            layout: reader.layout().to_string(),
            file: upload.name.clone(),
            sha256: upload.sha256.clone(),
            directory_id: reader.directory_id().map(str::to_owned),
        };
        let told = serde_json::to_value(&origin).map_err(AppError::internal)?;
        ctx.db.tenant(&ctx.scope).backups().set_origin(&ctx.lease, set, &told).await?;
        let (objects, lacking, others, types) = Default::default();
        Ok(Self { ctx, set, archive, reader, origin, objects, lacking, others, types })
    }

    async fn whole(mut self) -> Result<(), AppError> {
        // About one object a file; what it truly was is known at the end.
        let paths = self.archive.paths();
        self.ctx.db.ledger().set_total(&self.ctx.lease, paths.len() as u64).await?;
        for path in paths {
            self.take(&path);
            if self.objects.len() >= BATCH {
                self.add_objects().await?;
            }
        }
        self.add_objects().await?;
        let whole_types = self.add_lacking().await?;
        self.ctx.db.ledger().record(&self.ctx.lease, std::mem::take(&mut self.others)).await?;
        let items = self.ctx.db.ledger().recorded_keys(self.ctx.run.id).await?.len();
        self.ctx.db.ledger().set_total(&self.ctx.lease, items as u64).await?;
        self.seal(whole_types).await
    }

    /// What one file holds.
    fn take(&mut self, path: &str) {
        let found = match self.archive.read(path) {
            Ok(bytes) => self.reader.read(path, &bytes, |other| self.archive.read(other).ok()),
            Err(problem) => vec![Found::Lost(aside(path, problem))],
        };
        for one in found {
            match one {
                Found::Object(object) => self.objects.push(*object),
                Found::Aside(aside) => self.others.push(file_item(&aside, ItemOutcome::Skipped)),
                Found::Lost(aside) => self.lacking.push(lacking_file(&aside)),
            }
        }
    }

    async fn add_objects(&mut self) -> Result<(), AppError> {
        let objects = std::mem::take(&mut self.objects);
        if objects.is_empty() {
            return Ok(());
        }
        let imported = objects.iter().map(imported).collect::<Result<Vec<_>, _>>()?;
        let backups = self.ctx.db.tenant(&self.ctx.scope).backups();
        let versions = backups.import_versions(&self.ctx.lease, self.set, &imported).await?;
        let captures = imported.into_iter().zip(versions).map(|(object, version)| Capture {
            item: ItemRecord {
                key: item_key(&object.type_key, &object.external_id),
                label: object.name,
                kind: Registry::embedded().label(&object.type_key).to_owned(),
                outcome: ItemOutcome::Succeeded,
                code: None,
                message: None,
                detail: None,
            },
            version: Some(version),
            sha256: Some(sha256_hex(&object.document)),
            bytes: Some(object.document.len() as u64),
            type_key: object.type_key,
            external_id: object.external_id,
            foundation: false,
        });
        self.types.extend(objects.into_iter().map(|object| object.type_key));
        Ok(backups.add(&self.ctx.lease, self.set, captures.collect()).await?)
    }

    /// Names what the files promise and do not hold; whole types are the manifest's alone.
    async fn add_lacking(&mut self) -> Result<Vec<MissingItem>, AppError> {
        let mut lacking = std::mem::take(&mut self.lacking);
        lacking
            .extend(self.archive.refused().iter().map(|(path, problem)| lacking_file(&aside(path, problem.clone()))));
        lacking.extend(self.reader.broken().iter().map(lacking_file));
        let (mut whole_types, mut items) = (Vec::new(), Vec::new());
        for one in self.reader.missing() {
            let (key, name) = (one.type_key.clone(), one.name.clone());
            match one.id {
                Some(id) => lacking.push(lacking_object(&key, &id, &name, &one.code)),
                None => {
                    items.push(item(format!("type/{key}"), &key, &name, &one.code, ItemOutcome::Failed, None));
                    whole_types.push(MissingItem { type_key: key, external_id: None, name, code: one.code });
                }
            }
        }
        for batch in lacking.chunks(BATCH) {
            self.ctx.db.tenant(&self.ctx.scope).backups().add(&self.ctx.lease, self.set, batch.to_vec()).await?;
        }
        self.ctx.db.ledger().record(&self.ctx.lease, items).await?;
        Ok(whole_types)
    }

    async fn seal(self, unread: Vec<MissingItem>) -> Result<(), AppError> {
        let tenant = self.ctx.db.tenant(&self.ctx.scope);
        let about = About {
            set: self.set,
            run: self.ctx.run.id,
            directory_id: tenant.info().await?.directory_id,
            sealed_at_ms: self.ctx.ambient.now_ms(),
            types: self.types.into_iter().collect(),
            excluded: Vec::new(),
            unread,
        };
        let mut manifest = of_items(about, &all_items(&self.ctx.db, &self.ctx.scope, self.set).await?);
        manifest.origin = Some(self.origin);
        Ok(tenant.backups().seal(&self.ctx.lease, self.set, &manifest.sealed()).await?)
    }
}

fn imported(object: &Object) -> Result<ImportedObject, AppError> {
    let content = match Registry::embedded().get(&object.type_key) {
        Some(contract) => canonical::to_string(&content_for_hash(contract, object.document.clone())),
        None => canonical::to_string(&object.document),
    };
    Ok(ImportedObject {
        type_key: object.type_key.clone(),
        external_id: object.external_id.clone(),
        name: object.name.clone(),
        document: serde_json::to_vec(&object.document).map_err(AppError::internal)?,
        content: content.into_bytes(),
    })
}

fn aside(path: &str, problem: Problem) -> Aside {
    Aside { path: path.to_owned(), type_key: None, name: path.to_owned(), problem }
}

fn lacking_file(aside: &Aside) -> Capture {
    let type_key = aside.type_key.clone().unwrap_or_else(|| FILE.to_owned());
    let item = file_item(aside, ItemOutcome::Failed);
    Capture {
        item,
        type_key,
        external_id: aside.path.clone(),
        version: None,
        sha256: None,
        bytes: None,
        foundation: false,
    }
}

fn lacking_object(type_key: &str, id: &str, name: &str, code: &str) -> Capture {
    let why = "It was missing in the files already, or its file is";
    let item = item(item_key(type_key, id), type_key, name, code, ItemOutcome::Incomplete, Some(why));
    let (type_key, external_id) = (type_key.to_owned(), id.to_owned());
    Capture { item, type_key, external_id, version: None, sha256: None, bytes: None, foundation: false }
}

fn file_item(aside: &Aside, outcome: ItemOutcome) -> ItemRecord {
    let key = format!("{FILE}/{}/{}", aside.problem.code, aside.path);
    let kind = aside.type_key.as_deref().unwrap_or("File");
    item(key, kind, &aside.name, aside.problem.code, outcome, Some(&aside.problem.message))
}

fn item(key: String, kind: &str, name: &str, code: &str, outcome: ItemOutcome, why: Option<&str>) -> ItemRecord {
    ItemRecord {
        key,
        label: name.to_owned(),
        kind: Registry::embedded().label(kind).to_owned(),
        outcome,
        code: Some(code.to_owned()),
        message: why.map(str::to_owned),
        detail: None,
    }
}
