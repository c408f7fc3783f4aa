//! One backup set: what it holds and what could be restored of it.

use app::backups::{
    Restorable, Summary, Verdict, item_document, judge_items, manifest, restorability, restorability_words,
};
use model::AppError;
use model::ids::BackupSetId;
use serde_json::{Value, json};
use store::{BackupItem, TenantScope};

use super::{objects, policy, state};
use crate::args::OneTenant;
use crate::exit::Exit;
use crate::json;
use crate::session::Session;
use crate::when;

/// What it holds, what is missing, and what could be restored; with `items`, each of them.
pub(super) async fn show(
    tenant: OneTenant,
    set: BackupSetId,
    items: bool,
    session: &Session,
) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let row = session.db.tenant(&scope).backups().get(set).await?;
    let manifest = app::backups::manifest_of(&session.db, &scope, set).await?;
    let found = restorability(&session.db, &scope, set).await?;
    let judged = if items { Some(judged(&scope, set, session).await?) } else { None };
    session.output.document(&json!({
        "set": json::backup_set(&row),
        "manifest": manifest,
        "restorability": summary(&found),
        "items": judged.as_ref().map(|all| all.iter().map(document).collect::<Vec<_>>()),
    }));
    session.output.line(format!("{} “{}”: {}, {}", row.id, row.name, state(&row), objects(row.items)));
    session.output.line(format!("  by {} at {}", row.creator_name, when::exact(row.created_at)));
    if let Some((at, by)) = &row.archived {
        session.output.line(format!("  archived by {by} at {}", when::exact(*at)));
    }
    if let Some(manifest) = manifest {
        for missing in &manifest.missing {
            session.output.line(format!("  missing: {} “{}” [{}]", missing.type_key, missing.name, missing.code));
        }
    } else {
        let next = format!("tenantatlas backup close {} {set}", tenant.tenant);
        session.output.line(if row.open {
            format!("  It is open. Close it with: {next}")
        } else {
            "  It is still being written.".to_owned()
        });
    }
    say(&found, session);
    for (item, verdict) in judged.iter().flatten() {
        session.output.line(format!("  {:<7}{}/{} “{}”", verdict.answer, item.type_key, item.external_id, item.name));
        for why in &verdict.why {
            session.output.line(format!("         {} [{}]", why.message, why.code));
        }
    }
    Ok(Exit::Success)
}

/// The content of one item.
pub(super) async fn item(tenant: OneTenant, set: BackupSetId, text: &str, session: &Session) -> Result<Exit, AppError> {
    let (scope, wanted) = (session.scope(&tenant.tenant).await?, policy(text)?);
    let all = manifest::all_items(&session.db, &scope, set).await?;
    let item = all.into_iter().find(|item| item.type_key == wanted.type_key && item.external_id == wanted.id);
    let item = item.ok_or_else(|| AppError::not_found().hint("tenantatlas backup show --items lists what it holds"))?;
    let content = item_document(&session.db, &scope, &item).await?.ok_or_else(|| {
        let why = format!("“{}” was not captured [{}]", item.name, item.code.as_deref().unwrap_or_default());
        AppError::conflict("backup.item_not_captured", why).hint("Sync the inventory, then back up again")
    })?;
    session.output.document(&content);
    session.output.line(serde_json::to_string_pretty(&content).map_err(AppError::internal)?);
    Ok(Exit::Success)
}

async fn judged(
    scope: &TenantScope,
    set: BackupSetId,
    session: &Session,
) -> Result<Vec<(BackupItem, Verdict)>, AppError> {
    let items = manifest::all_items(&session.db, scope, set).await?;
    let verdicts = judge_items(&session.db, scope, set, &items).await?;
    Ok(items.into_iter().zip(verdicts).collect())
}

fn say(found: &Summary, session: &Session) {
    let answers = [(Restorable::Yes, found.yes), (Restorable::Partly, found.partly), (Restorable::No, found.no)];
    let counted: Vec<String> = answers.iter().map(|(answer, count)| format!("{count} {answer}")).collect();
    session.output.line(format!("  could be restored today: {}", counted.join(", ")));
    for (code, count) in &found.reasons {
        session.output.line(format!("    {count} {} [{code}]", restorability_words(code).to_lowercase()));
    }
}

fn summary(found: &Summary) -> Value {
    let reasons: Vec<Value> =
        found.reasons.iter().map(|(code, count)| json!({ "code": code, "items": count })).collect();
    json!({ "yes": found.yes, "partly": found.partly, "no": found.no, "reasons": reasons })
}

fn document((item, verdict): &(BackupItem, Verdict)) -> Value {
    json!({
        "sequence": item.sequence,
        "type": item.type_key,
        "id": item.external_id,
        "name": item.name,
        "outcome": item.outcome,
        "code": item.code,
        "foundation": item.foundation,
        "restorable": verdict.answer,
        "why": verdict.why,
    })
}
