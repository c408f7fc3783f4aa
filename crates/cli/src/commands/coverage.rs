//! `tenantatlas coverage …`

use app::inventory::{Sight, TypeCoverage, coverage, exclude_type, include_type};
use model::AppError;
use serde_json::{Value, json};

use crate::args::{Coverage, OneTenant};
use crate::exit::Exit;
use crate::session::Session;
use crate::when;

/// Dispatches.
pub(crate) async fn run(args: Coverage, session: &Session) -> Result<Exit, AppError> {
    match args {
        Coverage::Show(tenant) => show(tenant, session).await,
        Coverage::Exclude { tenant, type_key, reason } => {
            let scope = session.scope(&tenant.tenant).await?;
            exclude_type(&session.db, &scope, &type_key, &reason).await?;
            session.output.document(&json!({ "excluded": type_key, "reason": reason.trim() }));
            session.output.line(format!("Excluded: {type_key}. What was seen of it stays."));
            Ok(Exit::Success)
        }
        Coverage::Include { tenant, type_key } => {
            let scope = session.scope(&tenant.tenant).await?;
            include_type(&session.db, &scope, &type_key).await?;
            session.output.document(&json!({ "included": type_key }));
            session.output.line(format!("Included: {type_key}. Read it with: tenantatlas sync {}", tenant.tenant));
            Ok(Exit::Success)
        }
    }
}

async fn show(tenant: OneTenant, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&tenant.tenant).await?;
    let types = coverage(&session.db, &scope).await?;
    if session.output.is_json() {
        session.output.document(&types.iter().map(document).collect::<Vec<_>>());
        return Ok(Exit::Success);
    }
    let columns = [
        ("type", "TYPE"),
        ("label", "LABEL"),
        ("state", "STATE"),
        ("objects", "OBJECTS"),
        ("observed", "OBSERVED"),
        ("why", "WHY"),
    ];
    let now_ms = session.db.ambient().now_ms();
    session.output.rows(&columns, types.iter().map(|each| line(each, now_ms)).collect(), "");
    Ok(Exit::Success)
}

fn state(each: &TypeCoverage) -> &'static str {
    match each.sight() {
        Sight::NotRead => "not_read",
        Sight::Incomplete => "incomplete",
        Sight::NeverObserved => "never_observed",
        Sight::Complete => "complete",
        Sight::Excluded => "excluded",
    }
}

fn line(each: &TypeCoverage, now_ms: i64) -> Vec<String> {
    let why = match (&each.excluded, each.seen.as_ref().and_then(|seen| seen.code.as_ref())) {
        (Some(exclusion), _) => format!("{}: {}", exclusion.by_name, exclusion.reason),
        (None, code) => code.cloned().unwrap_or_default(),
    };
    vec![
        each.contract.key.clone(),
        each.contract.label_plural.clone(),
        state(each).replace('_', " "),
        each.seen.as_ref().map(|seen| seen.seen.to_string()).unwrap_or_default(),
        each.seen.as_ref().map(|seen| when::ago(seen.at, now_ms)).unwrap_or_default(),
        why,
    ]
}

/// One type for a script.
fn document(each: &TypeCoverage) -> Value {
    let seen = each.seen.as_ref();
    json!({
        "type": each.contract.key,
        "label": each.contract.label_plural,
        "state": state(each),
        "excluded": each.excluded.as_ref().map(|row| json!({ "by": row.by_name, "at_ms": row.at, "reason": row.reason })),
        "objects": seen.map(|row| row.seen),
        "incomplete": seen.map(|row| row.incomplete),
        "code": seen.and_then(|row| row.code.as_deref()),
        "observed_at_ms": seen.map(|row| row.at),
        "complete_at_ms": seen.and_then(|row| row.complete_at),
    })
}
