//! A plan in the terminal: what happens to each object, why not, and what is left to answer.

use std::collections::BTreeSet;
use std::path::Path;

use app::restores::{Impact, Reach, ShownPlan, Since, gates, impact, shown, since};
use model::AppError;
use model::ids::RestoreId;
use model::registry::Registry;
use model::restore::{Action, Approval, Plan, PlanItem};
use serde_json::{Value, json};
use store::{RestoreState, TenantScope};

use super::plan::questions;
use crate::exit::Exit;
use crate::output::Output;
use crate::session::Session;

/// A plan as `restore plan -o` wrote it.
pub(super) fn file(session: &Session, path: &Path) -> Result<Exit, AppError> {
    let unreadable = |error| {
        AppError::invalid("restore.plan_file", format!("{} cannot be read", path.display()))
            .hint("Name a file that `restore plan -o` wrote, or a restore (rst_…)")
            .caused_by(error)
    };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| {
        AppError::invalid("restore.plan_file", format!("{} is no plan", path.display()))
            .hint("Name a file that `restore plan -o` wrote")
            .caused_by(error)
    })?;
    session.output.document(&json!({ "impact": impact_json(&impact(&plan)), "plan": plan }));
    print(session.output, &plan);
    print_impact(session.output, &impact(&plan));
    print_needs(session.output, &plan);
    Ok(Exit::Success)
}

/// The plan of a restore, with its gates and its open questions.
pub(super) async fn restore(session: &Session, scope: &TenantScope, restore: RestoreId) -> Result<Exit, AppError> {
    let plan = shown(&session.db, scope, restore).await?;
    let draft = plan.restore.state == RestoreState::Draft;
    let gates = gates(&session.db, scope, &plan.restore).await?;
    let happened = match draft && plan.restore.has_current_plan() {
        true => since(&session.db, scope, &plan.plan).await?,
        false => Since::default(),
    };
    let asked = if draft { questions(session, scope, restore).await? } else { Vec::new() };
    let closed: Vec<Value> = gates
        .iter()
        .filter(|gate| draft && !gate.open)
        .map(|gate| json!({ "code": gate.code, "demand": gate.demand }))
        .collect();
    session.output.document(&json!({
        "restore": restore,
        "state": plan.restore.state.to_string(),
        "hash": plan.hash,
        "current": plan.restore.has_current_plan(),
        "actions": plan.actions,
        "impact": impact_json(&plan.impact),
        "moved_since": happened.moved,
        "writing_now": happened.writing,
        "questions": asked,
        "closed_gates": closed,
        "plan": plan.plan,
    }));
    let output = session.output;
    print(output, &plan.plan);
    print_impact(output, &plan.impact);
    print_needs(output, &plan.plan);
    print_since(output, &plan.plan, &happened);
    for question in &asked {
        output.line(format!("\n? {} ({}): {} [{}]", question.name, question.key, question.question, question.code));
        for (typed, words) in &question.answers {
            output.line(format!("    {typed}   {words}"));
        }
    }
    let secrets =
        |item: &PlanItem| item.lacks_secret() || item.why.iter().any(|why| why.code == "restore.secret_needed");
    if draft && plan.plan.items.iter().any(secrets) {
        output.line(format!("\n  secrets are missing: tenantatlas restore secret {restore}"));
    }
    if !asked.is_empty() {
        output.line(format!("\n  answer with: tenantatlas restore preview {restore} --map …"));
    }
    next(session, scope, &plan, &gates).await?;
    Ok(if draft && !closed.is_empty() && plan.restore.plan.as_ref().is_some_and(|mark| mark.blocked) {
        Exit::Blocked
    } else {
        Exit::Success
    })
}

/// What to type to execute it, or what is missing.
async fn next(
    session: &Session,
    scope: &TenantScope,
    plan: &ShownPlan,
    gates: &[app::restores::Gate],
) -> Result<(), AppError> {
    let output = session.output;
    output.line(format!("\nPlan {} of {}", plan.hash, plan.restore.id));
    if plan.restore.state != RestoreState::Draft {
        output.line(format!("  It is {}.", plan.restore.state));
        return Ok(());
    }
    for gate in gates.iter().filter(|gate| !gate.open) {
        output.line(format!("  needs first: {} [{}]", gate.demand, gate.code));
    }
    let info = session.db.tenant(scope).info().await?;
    let short: String = plan.hash.chars().take(12).collect();
    output.line(format!(
        "  execute it: tenantatlas restore apply {} --plan {short} --tenant-name \"{}\" --reason \"…\"",
        info.primary_domain, info.display_name
    ));
    Ok(())
}

fn print(output: Output, plan: &Plan) {
    if output.is_json() {
        return;
    }
    let columns = [
        ("action", "ACTION"),
        ("object", "OBJECT"),
        ("type", "TYPE"),
        ("risk", "RISK"),
        ("requests", "REQUESTS"),
        ("why", "WHY"),
    ];
    // Whoever reads this at night looks for what happens, not for what does not.
    let (still, moved): (Vec<_>, Vec<_>) = plan.items.iter().partition(|item| is_as_it_should_be(item));
    output.rows(&columns, moved.into_iter().map(row).collect(), "Nothing of the plan is written.");
    match still.len() {
        0 => {}
        1 => output.line("1 object is as it should be already."),
        more => output.line(format!("{more} objects are as they should be already.")),
    }
    for block in &plan.blocks {
        output.line(format!("blocked: {} [{}]", block.message, block.code));
    }
}

fn is_as_it_should_be(item: &PlanItem) -> bool {
    item.action == Action::Skip && item.why.iter().any(|why| why.code == "restore.already_so")
}

fn row(item: &PlanItem) -> Vec<String> {
    let contract = Registry::embedded().get(&item.type_key);
    let why = item.why.iter().map(|why| format!("{} [{}]", why.message, why.code));
    let why: Vec<String> = why.chain(without(item)).chain(waits(item)).collect();
    vec![
        words(item).to_owned(),
        item.name.clone(),
        contract.map_or_else(|| item.type_key.clone(), |contract| contract.label.clone()),
        contract.map(|contract| contract.risk.to_string()).unwrap_or_default(),
        item.steps.len().to_string(),
        why.join("; "),
    ]
}

fn words(item: &PlanItem) -> &'static str {
    match item.action {
        Action::Impossible => "not possible",
        Action::Skip => "skip",
        _ if item.by_hand => "by hand",
        Action::Create => "create",
        Action::Update => "update",
        Action::AssignmentsOnly => "assignments only",
        Action::BringBack => "bring back",
        Action::Remove => "remove",
    }
}

fn impact_json(impact: &Impact) -> Value {
    json!({
        "groups": impact.groups,
        "all_users": impact.all_users,
        "all_devices": impact.all_devices,
        "counted": impact.counted.values().collect::<Vec<_>>(),
        "risk": impact.risk.map(|risk| risk.to_string()),
    })
}

fn print_impact(output: Output, impact: &Impact) {
    let groups = impact.groups.len();
    let mut parts = vec![if groups == 1 { "1 group".to_owned() } else { format!("{groups} groups") }];
    parts.extend(match (impact.devices(), impact.users()) {
        (Reach::Unknown, Reach::Unknown) => vec!["members not counted".to_owned()],
        (devices, users) => vec![reach(devices, "device"), reach(users, "user")],
    });
    let risk = impact.risk.map(|risk| format!(", highest risk {risk}")).unwrap_or_default();
    output.line(format!("Reaches {}{risk}.", parts.join(", ")));
}

fn reach(reach: Reach, kind: &str) -> String {
    let counted = |count: u64| if count == 1 { format!("1 {kind}") } else { format!("{count} {kind}s") };
    match reach {
        Reach::All => format!("ALL {}S", kind.to_uppercase()),
        Reach::Exactly(count) => counted(count),
        Reach::AtMost(count) => format!("at most {}", counted(count)),
        Reach::Unknown => format!("{kind}s not counted"),
    }
}

/// What it is made without, because nobody has entered it.
fn without(item: &PlanItem) -> Option<String> {
    item.lacks_secret().then(|| format!("Made without a secret: {}", item.secrets_missing.join(", ")))
}

/// Whether it is going to wait for somebody in Intune, as far as that is known.
fn waits(item: &PlanItem) -> Option<String> {
    match item.approval {
        _ if !item.is_written() => None,
        Approval::Expected => Some("Waits for an approval in Intune".to_owned()),
        Approval::Possible => Some("May wait for an approval in Intune".to_owned()),
        Approval::NotExpected | Approval::Unknown => None,
    }
}

/// What happened after the preview.
fn print_since(output: Output, plan: &Plan, since: &Since) {
    let named = plan.items.iter().filter(|item| since.moved.contains(&item.sequence));
    let names: Vec<_> = named.map(|item| format!("\"{}\"", item.name)).collect();
    if !names.is_empty() {
        output.line(format!("Changed since the preview, so that they would be left as they are: {}", names.join(", ")));
    }
    if let Some(run) = since.writing {
        output.line(format!("Another restore is writing ({run}): this one would wait for it."));
    }
}

/// The permissions that the whole plan needs.
fn print_needs(output: Output, plan: &Plan) {
    let needed: BTreeSet<&str> = plan.written().flat_map(|item| &item.permissions).map(String::as_str).collect();
    if !needed.is_empty() {
        output.line(format!("Needs {}.", needed.into_iter().collect::<Vec<_>>().join(", ")));
    }
}
