//! `tenantatlas backup …`

use app::backups::{NewBackup, PolicyKey, close_set, start_add, start_create, verify};
use app::inventory::Selection;
use app::starting::Extra;
use model::AppError;
use model::ids::BackupSetId;
use store::BackupSet;

use crate::args::{Backup, OneTenant};
use crate::exit::Exit;
use crate::json;
use crate::session::Session;
use crate::when;

/// Dispatches.
pub(crate) async fn run(args: Backup, session: &Session) -> Result<Exit, AppError> {
    match args {
        Backup::Create { tenant, name, types, keep_open, waiting } => {
            let scope = session.scope(&tenant.tenant).await?;
            let name = name.unwrap_or_else(|| when::exact(session.db.ambient().now_ms()));
            let backup = NewBackup { name, selection: Selection::of(&types)?, keep_open };
            let started = start_create(&session.db, &scope, backup, Extra::default()).await?;
            session.follow_started(&scope, &started, waiting).await
        }
        Backup::Add { tenant, set, policies, waiting } => {
            let scope = session.scope(&tenant.tenant).await?;
            let policies = policies.iter().map(|text| policy(text)).collect::<Result<Vec<_>, _>>()?;
            let started = start_add(&session.db, &scope, set, policies, Extra::default()).await?;
            session.follow_started(&scope, &started, waiting).await
        }
        Backup::TakeOut { tenant, set, policy: text } => {
            let (scope, policy) = (session.scope(&tenant.tenant).await?, policy(&text)?);
            session.db.tenant(&scope).backups().take_out(set, &policy.type_key, &policy.id).await?;
            session.output.document(&serde_json::json!({ "set": set, "taken_out": policy }));
            session.output.line(format!("Taken out: {text}"));
            Ok(Exit::Success)
        }
        Backup::Close { tenant, set } => {
            let scope = session.scope(&tenant.tenant).await?;
            close_set(&session.db, &scope, set).await?;
            session.output.document(&serde_json::json!({ "closed": set }));
            session.output.line(format!("Closed. Prove it with: tenantatlas backup verify {} {set}", tenant.tenant));
            Ok(Exit::Success)
        }
        Backup::List(tenant) => list(tenant, session).await,
        Backup::Show { tenant, set } => show(tenant, set, session).await,
        Backup::VerifyExport { path } => super::exchange::verify(&path, session.output),
        Backup::Verify { tenant, set } => check(tenant, set, session).await,
    }
}

fn state(set: &BackupSet) -> String {
    if set.open { "open".to_owned() } else { set.status.to_string() }
}

fn objects(count: u64) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

/// A policy as TYPE/ID.
pub(super) fn policy(text: &str) -> Result<PolicyKey, AppError> {
    PolicyKey::parse(text).ok_or_else(|| {
        AppError::invalid("backup.policy", format!("\"{text}\" is no policy"))
            .hint("Write TYPE/ID, for example scopeTags/0; tenantatlas backup show prints what a set holds")
    })
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
            state(set),
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
    session.output.line(format!("{} “{}”: {}, {}", row.id, row.name, state(&row), objects(row.items)));
    session.output.line(format!("  by {} at {}", row.creator_name, when::exact(row.created_at)));
    let Some(manifest) = manifest else {
        let next = format!("tenantatlas backup close {} {set}", tenant.tenant);
        session.output.line(if row.open {
            format!("  It is open. Close it with: {next}")
        } else {
            "  It is still being written.".to_owned()
        });
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
        session.output.line(format!("Intact: {}, as the manifest says.", objects(result.items)));
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
