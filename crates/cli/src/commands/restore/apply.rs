//! `restore apply`: behind the same gates as the page.

use std::io::{BufRead, IsTerminal, Write};

use app::restores::{Confirmation, confirm};
use app::starting::Extra;
use model::AppError;
use store::{Restore, TenantScope};

use super::NEWEST;
use crate::args::{OneTenant, RestoreApply};
use crate::exit::Exit;
use crate::session::Session;

/// Shortest beginning of a hash that names a plan.
const HASH_MIN: usize = 8;

/// Confirms the plan and follows its run.
pub(super) async fn run(args: RestoreApply, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let (restore, plan) = planned(session, &scope, &args.plan).await?;
    let name = session.db.tenant(&scope).info().await?.display_name;
    let tenant_name = match args.tenant_name {
        Some(typed) => typed,
        None => ask(&format!("Type the tenant's name, {name}, to write to it"), "--tenant-name NAME")?,
    };
    let reason = match args.reason {
        Some(reason) => reason,
        None => ask("Why", "--reason TEXT")?,
    };
    let said = Confirmation { plan, impact_reviewed: true, tenant_name, reason };
    let started = confirm(&session.db, &scope, restore.id, &said, Extra::default()).await?;
    session.follow_started(&scope, &started, args.waiting).await
}

/// Lets a plan pass.
pub(super) async fn approve(tenant: &OneTenant, plan: &str, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let (restore, plan) = planned(session, &scope, plan).await?;
    app::restores::approve(&session.db, &scope, restore.id, &plan).await?;
    session.output.document(&serde_json::json!({ "approved": plan, "restore": restore.id }));
    session.output.line(format!("Approved: plan {plan} of {}.", restore.id));
    Ok(Exit::Success)
}

/// The restore whose plan has that hash.
async fn planned(session: &Session, scope: &TenantScope, hash: &str) -> Result<(Restore, String), AppError> {
    let wanted = hash.to_lowercase();
    if wanted.len() < HASH_MIN {
        return Err(AppError::invalid(
            "restore.plan_hash",
            format!("A plan is named by at least {HASH_MIN} characters of its hash"),
        )
        .hint("Copy it from what `restore plan` printed"));
    }
    let all = session.db.tenant(scope).restores().list(None, NEWEST).await?;
    let fits = |restore: &Restore| Some(restore.plan.as_ref()?.hash.clone()).filter(|known| known.starts_with(&wanted));
    let mut found = all.into_iter().filter_map(|restore| fits(&restore).map(|hash| (restore, hash)));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(AppError::conflict("restore.other_plan", "No restore of this tenant has that plan now")
            .hint("Look at tenantatlas restore list, or make a new plan")),
        _ => {
            Err(AppError::invalid("restore.plan_hash", "Several plans begin like that").hint("Write more of the hash"))
        }
    }
}

/// Asks on a terminal; a script is told what to add.
fn ask(question: &str, option: &str) -> Result<String, AppError> {
    let missing =
        || AppError::invalid("restore.not_confirmed", "The confirmation is incomplete").hint(format!("Add {option}"));
    if !std::io::stdin().is_terminal() {
        return Err(missing());
    }
    // What a script reads is on the standard output.
    let mut terminal = std::io::stderr();
    let _ = write!(terminal, "{question}: ").and_then(|()| terminal.flush());
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|_| missing())?;
    Ok(line.trim().to_owned())
}
