//! The aside of a run's page: facts, related things, what it was given, audit.

use maud::{Markup, html};
use model::AppError;
use model::run::Status;
use serde_json::Value;
use store::{RunRow, TenantScope};

use super::Viewer;
use super::row::{initiator, run_duration};
use crate::frame::tenant_path;
use crate::kit::code::{code, copyable};
use crate::kit::duration::duration;
use crate::kit::facts::{Related, facts, related, section};
use crate::kit::number::{counted, number};
use crate::kit::time::{Now, exact_time};
use crate::pages::inventory::type_label;
use crate::state::Shared;

/// Renders it, in an element of its own.
pub(super) async fn side(
    shared: &Shared,
    scope: &TenantScope,
    viewer: &Viewer,
    now: &Now,
    run: &RunRow,
) -> Result<Markup, AppError> {
    let tenant = shared.db().tenant(scope);
    let related_things = related_to(shared, scope, now, run).await?;
    let audit = tenant.audit().of_run(run.id).await?;
    Ok(html! {
        div id="run-side" {
            (section("about", "About this run", "", &about(viewer, now, run)))
            @if !related_things.is_empty() { (section("related", "Related", "", &related(&related_things))) }
            (section("context", "Context", "", &context(run)))
            @if !audit.is_empty() {
                (section("audit", "Audit", "", &html! {
                    ol.events role="list" { @for entry in &audit { li { (exact_time(now, entry.at)) span { (entry.actor_name) ": " (entry.action) ", " (entry.outcome.replace('_', " ")) } } } }
                }))
            }
        }
    })
}

fn about(viewer: &Viewer, now: &Now, run: &RunRow) -> Markup {
    let waited = run.started_at.map(|started| duration(started - run.created_at));
    let items = match run.counts.total {
        Some(total) => format!("{} of {} processed", number(run.counts.processed), counted(total, "item", "items")),
        None => format!("{} processed", counted(run.counts.processed, "item", "items")),
    };
    facts(&[
        ("Run", copyable(&run.id.to_string(), "run id")),
        ("Type", code(&run.run_type)),
        (
            "Started by",
            html! { (initiator(viewer, run)) @if run.initiator == Some(viewer.user) { span.muted { " (" (run.initiator_name) ")" } } },
        ),
        ("Queued", exact_time(now, run.created_at)),
        (
            "Started",
            html! {
                @if let (Some(started), Some(waited)) = (run.started_at, &waited) { (exact_time(now, started)) ", after " (waited) " in the queue" }
                @else { span.muted { "Not yet" } }
            },
        ),
        (
            "Finished",
            html! {
                @if let Some(ended) = run.completed_at { (exact_time(now, ended)) } @else { span.muted { "Not yet" } }
            },
        ),
        ("Duration", html! { @if let Some(took) = run_duration(run) { (took) } @else { span.muted { "–" } } }),
        ("Attempts", html! { (run.attempt) " of at most " (run.attempts_max) }),
        ("Items", html! { (items) }),
        ("Zone", html! { (now.zone_name()) }),
    ])
}

async fn related_to(shared: &Shared, scope: &TenantScope, now: &Now, run: &RunRow) -> Result<Vec<Related>, AppError> {
    let base = tenant_path(scope);
    let mut list = Vec::new();
    if let Some(set) = shared.db().tenant(scope).backups().by_run(run.id).await? {
        list.push(Related {
            icon: "archive",
            words: format!("Backup set “{}”", set.name),
            href: format!("{base}/backups/{}", set.id),
            note: counted(set.items, "item", "items"),
        });
    }
    if let Some(file) = app::exports::downloadable(shared.db(), scope, run).await? {
        let rows = match file.format.as_str() {
            "zip" => counted(file.rows, "object", "objects"),
            _ => counted(file.rows, "operation", "operations"),
        };
        let note = format!("{}, {rows}", file.format.to_uppercase());
        let until = if file.expired {
            "its 7 days are over".to_owned()
        } else {
            format!("kept until {}", now.exact(file.expires_at))
        };
        list.push(Related {
            icon: "download",
            words: "Download the file".into(),
            href: format!("{base}/operations/{}/file", run.id),
            note: format!("{note}, {until}"),
        });
    }
    if run.run_type == "inventory.sync" && run.status == Status::Completed {
        list.push(Related {
            icon: "list-details",
            words: "Inventory".into(),
            href: format!("{base}/inventory"),
            note: "as observed".into(),
        });
    }
    for (id, words) in
        [(run.parent, "The run that asked for this one"), (run.retry_of, "The run that this one repeats")]
    {
        if let Some(id) = id {
            list.push(Related {
                icon: "activity",
                words: words.into(),
                href: format!("{base}/operations/{id}"),
                note: String::new(),
            });
        }
    }
    Ok(list)
}

/// Inputs and context as they are stored. Nothing secret is ever put in them.
fn context(run: &RunRow) -> Markup {
    let rows: Vec<(String, String)> = [&run.inputs, &run.context]
        .into_iter()
        .filter_map(Value::as_object)
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (crate::frame::capital(&name.replace('_', " ")), words(value)))
        .collect();
    html! {
        @if rows.is_empty() { p.muted { "It was given nothing." } }
        @else { dl.facts { @for (name, value) in &rows { div { dt { (name) } dd { (value) } } } } }
        p.help { "Secrets never appear here." }
    }
}

fn words(value: &Value) -> String {
    match value {
        // A type is shown by its name; every other word stays as it is.
        Value::String(text) => type_label(text),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
