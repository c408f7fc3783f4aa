//! `tenantatlas backup …`

use app::backups::{NewBackup, start_create, verify};
use app::inventory::Selection;
use app::starting::Extra;
use model::AppError;
use model::ids::BackupSetId;

use crate::args::{Backup, OneTenant};
use crate::exit::Exit;
use crate::json;
use crate::session::Session;
use crate::when;

/// Dispatches.
pub(crate) async fn run(args: Backup, session: &Session) -> Result<Exit, AppError> {
    match args {
        Backup::Create { tenant, name, types, waiting } => {
            let scope = session.scope(&tenant.tenant).await?;
            let name = name.unwrap_or_else(|| when::exact(session.db.ambient().now_ms()));
            let backup = NewBackup { name, selection: Selection::of(&types)? };
            let started = start_create(&session.db, &scope, backup, Extra::default()).await?;
            session.follow_started(&scope, &started, waiting).await
        }
        Backup::List(tenant) => list(tenant, session).await,
        Backup::Show { tenant, set } => show(tenant, set, session).await,
        Backup::Verify { tenant, set } => check(tenant, set, session).await,
    }
}

async fn list(tenant: OneTenant, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let now_ms = session.db.ambient().now_ms();
    let sets = session.db.tenant(&scope).backups().list(None, 100).await?;
    if session.output.is_json() {
        session.output.document(&sets.iter().map(json::backup_set).collect::<Vec<_>>());
        return Ok(Exit::Success);
    }
    let rows = sets.iter().map(|set| {
        vec![
            set.id.to_string(),
            set.name.clone(),
            set.status.to_string(),
            set.items.to_string(),
            set.incomplete.to_string(),
            set.creator_name.clone(),
            when::ago(set.created_at, now_ms),
        ]
    });
    let columns = [
        ("set", "SET"),
        ("name", "NAME"),
        ("status", "STATUS"),
        ("items", "ITEMS"),
        ("missing", "MISSING"),
        ("by", "BY"),
        ("created", "CREATED"),
    ];
    session.output.rows(
        &columns,
        rows.collect(),
        "No backup sets yet. Make one with: tenantatlas backup create TENANT",
    );
    Ok(Exit::Success)
}

async fn show(tenant: OneTenant, set: BackupSetId, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let backups = session.db.tenant(&scope).backups();
    let row = backups.get(set).await?;
    let manifest = app::backups::manifest_of(&session.db, &scope, set).await?;
    session.output.document(&serde_json::json!({ "set": json::backup_set(&row), "manifest": manifest }));
    session.output.line(format!("{} “{}”: {}, {} objects", row.id, row.name, row.status, row.items));
    session.output.line(format!("  by {} at {}", row.creator_name, when::exact(row.created_at)));
    let Some(manifest) = manifest else {
        session.output.line("  It is still being written.");
        return Ok(Exit::Success);
    };
    for missing in &manifest.missing {
        session.output.line(format!("  missing: {} “{}” [{}]", missing.type_key, missing.name, missing.code));
    }
    Ok(Exit::Success)
}

async fn check(tenant: OneTenant, set: BackupSetId, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let result = verify(&session.db, &scope, set).await?;
    session.output.document(&result);
    for problem in &result.problems {
        session.output.line(format!("  {problem}"));
    }
    if result.is_intact() {
        session.output.line(format!("Intact: {} objects are what the manifest says.", result.items));
        Ok(Exit::Success)
    } else {
        session.output.line(format!(
            "Not intact: {} of what was checked is wrong, in {} objects. Do not rely on this set.",
            result.problems.len(),
            result.items
        ));
        Ok(Exit::Failed)
    }
}
