//! Archiving a set, bringing it back, and removing it for good.

use app::backups::{archive_set, delete_set, unarchive_set};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;
use model::ids::BackupSetId;
use store::{BackupSet, BackupStatus, Dependent};

use super::set;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::frame::{Done, Place, done, tenant_path};
use crate::kit::button::{Button, Press, Weight, button, why_off};
use crate::kit::facts::section;
use crate::kit::form::{Field, csrf, field};
use crate::kit::time::relative_time;
use crate::pages::form_error::FormError;
use crate::state::Shared;

const CONFIRM: &[&str] = &["backup.confirmation"];

/// `POST /t/{tenant}/backups/{set}/archive`
pub(crate) async fn archive(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Response, WebError> {
    archive_set(shared.db(), &scope, set).await?;
    Ok(done(&ctx, &format!("{}/backups/{set}", tenant_path(&scope)), Done::SetArchived))
}

/// `POST /t/{tenant}/backups/{set}/unarchive`
pub(crate) async fn unarchive(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(set): PathId<BackupSetId>,
) -> Result<Response, WebError> {
    unarchive_set(shared.db(), &scope, set).await?;
    Ok(done(&ctx, &format!("{}/backups/{set}", tenant_path(&scope)), Done::SetUnarchived))
}

/// `POST /t/{tenant}/backups/{set}/delete`
pub(crate) async fn delete(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<BackupSetId>,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    match delete_set(shared.db(), &scope, id, form.text("confirm")).await {
        Ok(()) => Ok(done(&ctx, &format!("{}/backups", tenant_path(&scope)), Done::SetDeleted)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(set::render(&shared, &ctx, &scope, id, &asked, (None, &error)).await?))
        }
    }
}

/// Both, or what keeps the set from them.
pub(super) async fn remove_section(
    place: &Place<'_>,
    set: &BackupSet,
    path: &str,
    error: &FormError,
) -> Result<Markup, WebError> {
    let Some(scope) = place.scope else { return Ok(html! {}) };
    if let Some(off) = place.off_without(Capability::BackupsManage, "why-remove") {
        let archive = Button::new("Archive set", Press::Submit).off_when(Some(off.clone()));
        let delete = Button::new("Delete set", Press::Submit).off_when(Some(off.clone()));
        let body = html! { div.row-acts { (button(&archive)) (button(&delete)) } (why_off(&off)) };
        return Ok(section("remove", "Archive or delete", "", &body));
    }
    let dependents = place.shared.db().tenant(scope).backups().depends(set.id).await?;
    let body = html! {
        (error.summary(&[("confirm", CONFIRM)]))
        @if dependents.is_empty() { (archive_part(place, set, path)) (delete_part(place, path, error)) }
        @else {
            p { "It can be neither archived nor deleted while something depends on it:" }
            ul.links role="list" { @for each in &dependents { li { span { (dependent(place, each)) } } } }
        }
    };
    Ok(section("remove", "Archive or delete", "", &body))
}

fn dependent(place: &Place<'_>, each: &Dependent) -> Markup {
    match each {
        Dependent::LastGood { schedule, name } => html! {
            "It is the last good backup of the schedule " a href=(format!("{}/schedules/{schedule}", place.base())) { (name) }
        },
        Dependent::ActiveRun { run, label } => html! {
            "An operation works with it: " a href=(format!("{}/operations/{run}", place.base())) { (label) }
        },
    }
}

fn archive_part(place: &Place<'_>, set: &BackupSet, path: &str) -> Markup {
    let (verb, words, icon) = match &set.archived {
        Some(_) => ("unarchive", "Bring back from the archive", "archive"),
        None => ("archive", "Archive set", "archive"),
    };
    html! {
        @if let Some((at, by)) = &set.archived { p { "Archived by " (by) ", " (relative_time(&place.now(), *at)) ". Retention leaves it alone." } }
        @else if set.status != BackupStatus::Writing { p { "An archived set is kept and stands in no list unless asked for. Retention leaves it alone." } }
        @if set.status != BackupStatus::Writing {
            form.act method="post" action=(format!("{path}/{verb}")) {
                (csrf(&place.ctx.csrf))
                (button(&Button::new(words, Press::Submit).with_icon(icon)))
            }
        }
    }
}

fn delete_part(place: &Place<'_>, path: &str, error: &FormError) -> Markup {
    let name = Field {
        name: "confirm".into(),
        label: "Name of the set, to delete it for good".into(),
        help: "The versions in it stay in the history of their objects. The set itself cannot be brought back.".into(),
        autocomplete: "off",
        required: true,
        ..Field::default()
    };
    html! {
        form.form method="post" action=(format!("{path}/delete")) {
            (csrf(&place.ctx.csrf))
            (field(&error.at(CONFIRM, name)))
            div.row-acts { (button(&Button { weight: Weight::Danger, ..Button::new("Delete set", Press::Submit) })) }
        }
    }
}
