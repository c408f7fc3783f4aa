//! `tenantatlas diff`

use app::comparing::{Asked, Comparison, Source, compare, only_counterpart};
use model::AppError;
use model::diff::{Line, LineKind, TextKind};
use serde_json::json;
use store::TenantScope;

use super::backup::policy;
use crate::args::Diff;
use crate::exit::Exit;
use crate::session::Session;

const COLUMNS: [(&str, &str); 6] =
    [("kind", "KIND"), ("area", "AREA"), ("heading", "HEADING"), ("label", "WHAT"), ("old", "OLD"), ("new", "NEW")];

/// Compares two contents and says what differs.
pub(crate) async fn run(args: Diff, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let wanted = policy(&args.object)?;
    let source = |text: &Option<String>| text.as_deref().map(str::parse::<Source>).transpose();
    let (from, to) = (source(&args.from)?, source(&args.to)?);
    let other = match &args.to_tenant {
        Some(tenant) => Some(session.scope(tenant).await?),
        None => None,
    };
    let id = match (&args.to_object, &other) {
        (Some(id), _) => id.clone(),
        (None, None) => wanted.id.clone(),
        (None, Some(other)) => counterpart(session, &scope, other, &wanted.type_key, &wanted.id).await?,
    };
    let old = Asked { scope: &scope, external_id: &wanted.id, source: from };
    let new = Asked { scope: other.as_ref().unwrap_or(&scope), external_id: &id, source: to };
    let found = compare(&session.db, &wanted.type_key, old, new).await?;
    tell(session, &found)?;
    Ok(Exit::Success)
}

async fn counterpart(
    session: &Session,
    scope: &TenantScope,
    other: &TenantScope,
    type_key: &str,
    id: &str,
) -> Result<String, AppError> {
    let object = session.db.tenant(scope).inventory().get(type_key, id).await?;
    only_counterpart(&session.db, other, type_key, &object.row.name).await
}

/// A table, and the texts below it; for a script one document.
fn tell(session: &Session, found: &Comparison) -> Result<(), AppError> {
    if session.output.is_json() {
        session.output.document(&json!({
            "type": found.contract.key,
            "from": found.old.version.id,
            "to": found.new.version.id,
            "equal": found.difference.is_empty(),
            "lines": serde_json::to_value(&found.lines).map_err(AppError::internal)?,
            "changes": serde_json::to_value(found.difference.changes()).map_err(AppError::internal)?,
        }));
        return Ok(());
    }
    session.output.line(format!(
        "From version {} ({}) to version {} ({})",
        found.old.number, found.old.version.id, found.new.number, found.new.version.id
    ));
    session.output.rows(&COLUMNS, found.lines.iter().map(row).collect(), "Nothing differs.");
    for line in found.lines.iter().filter(|line| !line.text.is_empty()) {
        session.output.line(format!("\n{}:", line.label));
        for each in &line.text {
            let sign = match each.kind {
                TextKind::Same => "  ",
                TextKind::Old => "- ",
                TextKind::New => "+ ",
                TextKind::Gap => "…",
            };
            session.output.line(format!("{sign}{}", each.text));
        }
    }
    Ok(())
}

fn row(line: &Line) -> Vec<String> {
    let value = |value: &Option<String>| match (line.kind, value) {
        (LineKind::CannotVerify, _) => "cannot be verified".to_owned(),
        (_, Some(value)) => value.clone(),
        (_, None) if line.text.is_empty() => "not there".to_owned(),
        (_, None) => "see below".to_owned(),
    };
    vec![
        line.kind.to_string(),
        line.area.to_string(),
        line.heading.clone(),
        line.label.clone(),
        value(&line.old),
        value(&line.new),
    ]
}
