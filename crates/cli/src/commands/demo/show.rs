//! What the terminal shows while the demonstration gets ready, and what it says at the end.

use std::net::SocketAddr;
use std::time::Duration;

use app::backups::{NewBackup, start_create};
use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use indicatif::{MultiProgress, ProgressBar};
use model::AppError;
use model::ids::RunId;
use model::run::{Outcome, Status};
use store::{BackupStatus, Db, RunRow, TenantScope};

use super::set_up::Account;
use crate::exit::Exit;
use crate::follow::{bar, describe, draw, next_steps};
use crate::json;
use crate::output::Output;

const LOOK: Duration = Duration::from_millis(200);

/// Syncs and backs up every tenant, all at the same time.
pub(crate) async fn until_ready(db: &Db, scopes: &[TenantScope], output: Output) -> Result<Exit, AppError> {
    let bars = MultiProgress::new();
    let each = scopes.iter().map(|scope| one_tenant(db, scope, output.draws().then(|| bars.add(bar())), output));
    let outcomes = futures::future::try_join_all(each).await?;
    let partial = outcomes.iter().flatten().any(|outcome| *outcome != Outcome::Succeeded);
    Ok(if partial { Exit::Partial } else { Exit::Success })
}

async fn one_tenant(
    db: &Db,
    scope: &TenantScope,
    bar: Option<ProgressBar>,
    output: Output,
) -> Result<Vec<Outcome>, AppError> {
    let name = db.tenant(scope).info().await?.display_name;
    if let Some(bar) = &bar {
        bar.set_prefix(format!("{name:<16}"));
    }
    if let Some(outcome) = done_before(db, scope, &name, output).await? {
        return Ok(vec![outcome]);
    }
    // After an interrupted start these find the runs of that start, which its successor's workers continue.
    let groups = app::directory::start_groups_sync(db, scope, false, Extra::default()).await?.run();
    let sync = start_sync(db, scope, &Selection::all(), Extra::default()).await?.run();
    let mut outcomes = Vec::new();
    outcomes.push(end(db, scope, groups, &name, bar.as_ref(), output).await?);
    outcomes.push(end(db, scope, sync, &name, bar.as_ref(), output).await?);
    let backup = NewBackup { name: "First backup".into(), selection: Selection::all(), keep_open: false };
    let backup = start_create(db, scope, backup, Extra::default()).await?.run();
    outcomes.push(end(db, scope, backup, &name, bar.as_ref(), output).await?);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(outcomes)
}

/// A tenant that an earlier start backed up is only named: its history is there to be looked at.
async fn done_before(db: &Db, scope: &TenantScope, name: &str, output: Output) -> Result<Option<Outcome>, AppError> {
    let sets = db.tenant(scope).backups().list(None, 1).await?;
    let Some(set) = sets.first().filter(|set| set.status != BackupStatus::Writing) else { return Ok(None) };
    let missing =
        if set.incomplete == 0 { "complete".to_owned() } else { format!("partial, {} not complete", set.incomplete) };
    output.line(format!(
        "{name:<16} synced and backed up by an earlier start: “{}”, {} objects, {missing}",
        set.name, set.items
    ));
    Ok(Some(if set.status == BackupStatus::Complete { Outcome::Succeeded } else { Outcome::PartiallySucceeded }))
}

/// Waits for the run's end and leaves its last line on the terminal.
async fn end(
    db: &Db,
    scope: &TenantScope,
    run: RunId,
    name: &str,
    bar: Option<&ProgressBar>,
    output: Output,
) -> Result<Outcome, AppError> {
    let mut changes = db.changes();
    loop {
        let row = db.tenant(scope).runs().get(run).await?;
        if let Some(bar) = bar {
            draw(bar, &row);
        }
        if row.status == Status::Completed {
            say(&row, name, bar, output);
            return Ok(row.outcome);
        }
        let _ = tokio::time::timeout(LOOK, changes.changed()).await;
    }
}

fn say(row: &RunRow, name: &str, bar: Option<&ProgressBar>, output: Output) {
    output.document(&serde_json::json!({ "tenant": name, "run": json::run(row) }));
    let mut lines = vec![format!("{name:<16} {}", describe(row))];
    lines.extend(next_steps(row).into_iter().map(|step| format!("{:<16} {step}", "")));
    for line in lines {
        match bar {
            Some(bar) => bar.println(line),
            None => output.line(line),
        }
    }
}

/// The address and how to sign in.
pub(crate) fn address(output: Output, address: SocketAddr, account: &Account, took: Duration) {
    output.document(&serde_json::json!({
        "url": format!("http://{address}"), "email": account.email, "password": account.password, "ready_seconds": took.as_secs_f32(),
    }));
    output.line(format!("\nReady after {:.1} s.", took.as_secs_f32()));
    output.line(format!("  Open      http://{address}"));
    output.line(format!("  E-mail    {}", account.email));
    output.line(format!("  Password  {}", account.password));
    output.line("\nCtrl-C stops. The next start continues with what is here; --fresh starts over.");
}
