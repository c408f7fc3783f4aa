//! `GET /t/{tenant}/audit`: who did what in this tenant, newest first.

use axum::extract::State;
use maud::{Markup, html};
use store::{AuditRow, Checkpoint};

use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::empty_state;
use crate::kit::number::counted;
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, cell, row, table};
use crate::kit::time::{Now, relative_time};
use crate::state::Shared;

const ROWS: usize = 50;
const COLUMNS: [Column; 6] = [
    Column::new("Action", ""),
    Column::new("Outcome", ""),
    Column::new("By", "c-by"),
    Column::new("Object", ""),
    Column::new("From", ""),
    Column::new("When", "c-at"),
];

/// The list.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Audit);
    let path = format!("{}/audit", place.base());
    let before = asked.get("before").and_then(|id| id.parse().ok());
    let audit = shared.db().tenant(&scope).audit();
    let checkpoint = audit.checkpoint().await?;
    let mut entries = audit.list(before, ROWS + 1).await?;
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let now = place.now();
    let rows: Vec<Markup> = entries.iter().map(|entry| entry_row(&now, &place.base(), entry)).collect();
    let next = more
        .then(|| entries.last())
        .flatten()
        .map(|last| Fields::default().with("before", last.id.to_string()).href(&path));
    let pages = Pager {
        shown: rows.len() as u64,
        noun: ("entry", "entries"),
        order: "newest first",
        zone: now.zone_name().to_owned(),
        words: Some(("Newest", "Older")),
        previous: before.is_some().then(|| path.clone()),
        next,
        ..Pager::default()
    };
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Monitoring")], title: "Audit log".into(), summary: Some(chain(&now, checkpoint.as_ref())), actions: None }))
        @if rows.is_empty() { (empty_state("clipboard-list", "No entry yet", "Starts, denials and changes of members are recorded here.", None, false)) }
        @else { (table("Audit entries, newest first", &COLUMNS, true, &rows)) (pager(&pages)) }
    };
    place.page("Audit log", &main).await
}

/// How far the chain is. Whether it is intact is for `tenantatlas audit verify` to say, which reads all of it.
fn chain(now: &Now, checkpoint: Option<&Checkpoint>) -> Markup {
    html! {
        @match checkpoint {
            None => { span.muted { "No entry is in the chain yet" } }
            Some(newest) => {
                span { "Chain of " (counted(newest.position, "entry", "entries")) } " "
                span.muted { "signed " (relative_time(now, newest.at)) }
            }
        }
    }
}

fn entry_row(now: &Now, base: &str, entry: &AuditRow) -> Markup {
    let action = html! {
        code { (entry.action) }
        @if let Some(detail) = &entry.detail { p.why { (detail) } }
    };
    let object = html! {
        @if let Some(run) = entry.run { a href=(format!("{base}/operations/{run}")) { "View run" } }
        @else if let Some(object) = &entry.object { span.mono { (object) } }
    };
    row(
        &entry.id.to_string(),
        &[
            cell("c-main", "", &action),
            cell("", "", &html! { (entry.outcome.replace('_', " ")) }),
            cell("", "by", &html! { (entry.actor_name) }),
            cell("", "", &object),
            cell(
                "",
                "from",
                &html! { @match &entry.address { Some(address) => { span.mono { (address) } } None => { span.muted { "–" } } } },
            ),
            cell("nowrap", "", &relative_time(now, entry.at)),
        ],
    )
}
