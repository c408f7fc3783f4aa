//! What a person should know before a preview: about the connection, the source, how old what is known of the tenant is, and
//! what of the choice cannot be restored. From the database alone; nothing here decides, the gates do.

use std::collections::BTreeMap;

use model::AppError;
use model::registry::{Mode, Registry};
use model::run::{Outcome, Status};
use store::{Db, InventoryFilter, RunFilter, RunPageRequest, RunRow, TenantScope};

use super::choose::Opened;
use super::mapping::{Mapping, MissingSecret};
use super::source::source_scope;

/// What is older than this is called old, in milliseconds.
const OLD_MS: i64 = 24 * 60 * 60 * 1000;
/// Names of a sentence.
const NAMES: usize = 3;

/// How much a check matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Good,
    /// Nobody has looked yet.
    Unknown,
    /// Look at it.
    Warning,
    /// A person has to act elsewhere.
    Elsewhere,
}

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Stable code.
    pub code: &'static str,
    /// How much it matters.
    pub level: Level,
    /// A few words.
    pub title: String,
    /// A sentence.
    pub text: String,
    /// When it was found, milliseconds since the Unix epoch, where that says something.
    pub at: Option<i64>,
}

impl Check {
    fn new(code: &'static str, level: Level, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code, level, title: title.into(), text: text.into(), at: None }
    }

    fn seen(self, at: i64) -> Self {
        Self { at: Some(at), ..self }
    }
}

/// Looks at everything that a preview does not have to ask the tenant for.
pub async fn checks(
    db: &Db,
    scope: &TenantScope,
    opened: &Opened,
    mapping: &Mapping,
    now_ms: i64,
) -> Result<Vec<Check>, AppError> {
    let mut checks = vec![connection(db, scope).await?];
    checks.extend(set(db, scope, opened).await?);
    checks.push(inventory(db, scope, now_ms).await?);
    if mapping.references.iter().any(|mapped| mapped.reference.kind == "groups") {
        checks.push(groups(db, scope, now_ms).await?);
    }
    checks.push(questions(mapping.open()));
    checks.extend(secrets(&mapping.secrets));
    checks.extend(approvals(db, scope).await?);
    checks.extend(kinds(opened));
    Ok(checks)
}

/// The last time that the names of the directory's groups were read to the end, and by which run.
pub async fn groups_read(db: &Db, scope: &TenantScope) -> Result<Option<RunRow>, AppError> {
    last(db, scope, "directory_groups.sync", &[Outcome::Succeeded]).await
}

async fn last(db: &Db, scope: &TenantScope, run_type: &str, outcomes: &[Outcome]) -> Result<Option<RunRow>, AppError> {
    let filter = RunFilter {
        types: vec![run_type.to_owned()],
        statuses: vec![Status::Completed],
        outcomes: outcomes.to_vec(),
        ..RunFilter::default()
    };
    let page = db.tenant(scope).runs().list(&filter, &RunPageRequest { limit: 1, ..Default::default() }).await?;
    Ok(page.rows.into_iter().next())
}

async fn connection(db: &Db, scope: &TenantScope) -> Result<Check, AppError> {
    let code = "restore.check.connection";
    if db.tenant(scope).connection_summary().await?.is_none() {
        let text = "Add its credential under Connection. Without it nothing can be read or written";
        return Ok(Check::new(code, Level::Warning, "No connection to the tenant", text));
    }
    let checked = last(db, scope, "connection.check", &[]).await?;
    Ok(match checked {
        None => {
            let text = "The preview says which permissions are missing. Check the connection to know it now";
            Check::new(code, Level::Unknown, "Connection not checked yet", text)
        }
        Some(run) if run.outcome == Outcome::Succeeded => {
            let text = "The last check found sign-in and permissions in order";
            Check::new(code, Level::Good, "Connection works", text).seen(run.completed_at.unwrap_or(run.created_at))
        }
        Some(run) => {
            let text = "The last check of the connection found something missing. Open its run to see what";
            let check = Check::new(code, Level::Warning, "Connection has a problem", text);
            check.seen(run.completed_at.unwrap_or(run.created_at))
        }
    })
}

async fn set(db: &Db, scope: &TenantScope, opened: &Opened) -> Result<Option<Check>, AppError> {
    let source = &opened.restore.source;
    let Some(set) = source.set else { return Ok(None) };
    let there = source_scope(db, scope, source.tenant).await?;
    let row = db.tenant(there.get()).backups().get(set).await?;
    let code = "restore.check.set";
    Ok(Some(
        match row.incomplete {
            0 => Check::new(code, Level::Good, "Backup set is complete", "Everything that was asked for is in it"),
            some => {
                let text =
                    format!("{} could not be captured when it was made, and cannot be restored from it", things(some));
                Check::new(code, Level::Warning, "Backup set is not complete", text)
            }
        }
        .seen(row.created_at),
    ))
}

async fn inventory(db: &Db, scope: &TenantScope, now_ms: i64) -> Result<Check, AppError> {
    let code = "restore.check.inventory";
    let Some(seen) = db.tenant(scope).inventory().freshness().await? else {
        let text = "Objects that are there already cannot be found by name. Sync the inventory first";
        return Ok(Check::new(code, Level::Warning, "Never observed", text));
    };
    let check = if now_ms - seen.at > OLD_MS {
        let text = "Objects made since then are not offered below. The preview itself reads the tenant as it is now";
        Check::new(code, Level::Warning, "Inventory is old", text)
    } else if !seen.complete {
        let text = "The last sync could not read everything, so that something may be missing below";
        Check::new(code, Level::Warning, "Inventory is incomplete", text)
    } else {
        Check::new(code, Level::Good, "Inventory is recent", "Objects that are there already are found by it")
    };
    Ok(check.seen(seen.at))
}

async fn groups(db: &Db, scope: &TenantScope, now_ms: i64) -> Result<Check, AppError> {
    let code = "restore.check.groups";
    let Some(run) = groups_read(db, scope).await? else {
        let text = "Groups can only be named by their ids. Read the directory's groups first";
        return Ok(Check::new(code, Level::Warning, "No group is known", text));
    };
    let at = run.completed_at.unwrap_or(run.created_at);
    let check = if now_ms - at > OLD_MS {
        let text = "Groups made since then are not offered below. Read the directory's groups again";
        Check::new(code, Level::Warning, "Groups are old", text)
    } else {
        Check::new(code, Level::Good, "Groups are recent", "Names come from the last group sync")
    };
    Ok(check.seen(at))
}

fn questions(open: usize) -> Check {
    let code = "restore.check.questions";
    match open {
        0 => Check::new(code, Level::Good, "Nothing is left to answer", "Every object and reference has its place"),
        open => {
            let title = if open == 1 { "1 question is open".to_owned() } else { format!("{open} questions are open") };
            let text = "What asks is not restored until it is answered";
            Check::new(code, Level::Warning, title, text)
        }
    }
}

/// Values that are in no version; nothing where none is missing.
fn secrets(secrets: &[MissingSecret]) -> Option<Check> {
    let code = "restore.check.secrets";
    let left: Vec<_> = secrets.iter().filter(|secret| !secret.entered).collect();
    let needed = left.iter().filter(|secret| secret.for_new).count();
    let count = |count: usize| if count == 1 { "1 secret".to_owned() } else { format!("{count} secrets") };
    match (secrets.len(), left.len(), needed) {
        (0, ..) => None,
        (_, 0, _) => {
            let text = "They are sent with what holds them, and forgotten when the restore is over";
            Some(Check::new(code, Level::Good, "All secrets are entered", text))
        }
        (_, left, 0) => {
            let text = "Graph never returns their values. What is changed in place keeps what it has";
            Some(Check::new(code, Level::Unknown, format!("{} not entered", count(left)), text))
        }
        (_, _, needed) => {
            let are = if needed == 1 { "is" } else { "are" };
            let text =
                "Graph never returns their values, so that what is made new is made without. Enter those that you know";
            Some(Check::new(code, Level::Warning, format!("{} {are} missing", count(needed)), text))
        }
    }
}

/// What the tenant lets pass only when a second administrator agrees, as far as the inventory knows.
async fn approvals(db: &Db, scope: &TenantScope) -> Result<Option<Check>, AppError> {
    let filter = InventoryFilter {
        types: vec!["approvalPolicies".to_owned()],
        missing: Some(false),
        ..InventoryFilter::default()
    };
    let policies = db.tenant(scope).inventory().list(&filter, None, NAMES + 1).await?;
    if policies.is_empty() {
        return Ok(None);
    }
    let names: Vec<_> = policies.iter().take(NAMES).map(|policy| format!("\"{}\"", policy.name)).collect();
    let more = if policies.len() > NAMES { " and others" } else { "" };
    let text = format!(
        "{}{more}: where they apply, a second administrator approves in Intune, and the run waits for up to 3 days. The \
         reason that you give is what they read",
        names.join(", ")
    );
    Ok(Some(Check::new("restore.check.approval", Level::Elsewhere, "Intune may ask for an approval", text)))
}

/// Types of the choice that no run writes, each with its own reason.
fn kinds(opened: &Opened) -> Vec<Check> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for object in opened.objects.iter().filter(|object| opened.draft.has(&object.key)) {
        *counts.entry(object.key.type_key.clone()).or_default() += 1;
    }
    let check = |(key, count): (String, u64)| {
        let Some(contract) = Registry::embedded().get(&key) else {
            let text = format!("This version of TenantAtlas does not know the type {key}");
            return Some(Check::new(
                "restore.check.kind",
                Level::Warning,
                format!("{} cannot be restored", things(count)),
                text,
            ));
        };
        let (title, reason) = match &contract.restore {
            Mode::Enabled => return None,
            Mode::PreviewOnly { reason } => (format!("{}: by hand only", contract.label_plural), reason),
            Mode::Unsupported { reason } => (format!("{}: not restorable", contract.label_plural), reason),
        };
        let text = format!("{}. {reason}", things(count));
        Some(Check::new("restore.check.kind", Level::Warning, title, text))
    };
    counts.into_iter().filter_map(check).collect()
}

fn things(count: u64) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}
