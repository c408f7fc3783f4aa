//! `POST /t/{tenant}/restores/{restore}/answers`

use app::restores::{Answers, Choice, Draft, ObjectKey, Target, answer};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::AppError;
use model::ids::RestoreId;
use model::registry::content::Reference;
use store::TenantScope;

use super::checks::render;
use super::mapping::{REFERENCE, REFERENCE_ID, TARGET, TARGET_ID};
use crate::errors::WebError;
use crate::extract::{InTenant, PathId, Posted};
use crate::fields::Fields;
use crate::frame::{Done, done, go, tenant_path};
use crate::pages::form_error::FormError;
use crate::state::Shared;

/// Keeps what was answered, and goes on or stays as the button says.
pub(crate) async fn save(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let path = format!("{}/restores/{id}", tenant_path(&scope));
    match keep(&shared, &scope, id, &form).await {
        Ok(_) if form.has("then", "preview") => Ok(go(&ctx, &format!("{path}/preview"))),
        Ok(true) => Ok(done(&ctx, &format!("{path}/checks"), Done::AnswersSaved)),
        Ok(false) => Ok(go(&ctx, &form.only(&["show"]).href(&format!("{path}/checks")))),
        Err(error) => {
            let error = FormError::of(error)?;
            let page = render(&shared, &ctx, &scope, id, &form.only(&["show", "from"]), &form, &error).await?;
            Ok(error.respond(page).into_response())
        }
    }
}

/// Whether anything was changed: an older plan stays good when nothing was.
async fn keep(shared: &Shared, scope: &TenantScope, id: RestoreId, form: &Fields) -> Result<bool, AppError> {
    let restore = shared.db().tenant(scope).restores().get(id).await?;
    let answers = read(&Draft::of(&restore)?, form)?;
    let revision = form.get("revision").and_then(|text| text.parse().ok()).unwrap_or_default();
    let nothing = answers.targets.is_empty() && answers.references.is_empty() && answers.along.is_empty();
    if nothing && revision == restore.revision {
        return Ok(false);
    }
    answer(shared.db(), scope, id, revision, answers).await?;
    Ok(true)
}

/// What the form says otherwise than the draft does. A typed id wins over the select beside it.
fn read(draft: &Draft, form: &Fields) -> Result<Answers, AppError> {
    let mut answers = Answers::default();
    for name in form.every_name() {
        if let Some(key) = name.strip_prefix(TARGET) {
            let object = ObjectKey::parse(key).ok_or_else(AppError::not_found)?;
            let said = said(form, name, &format!("{TARGET_ID}{key}")).map(target).transpose()?;
            let known = draft.targets.iter().find(|choice| choice.object == object).map(|choice| &choice.target);
            if known != said.as_ref() {
                answers.targets.push((object, said));
            }
        } else if let Some(key) = name.strip_prefix(REFERENCE) {
            let (kind, id) = key.split_once('/').ok_or_else(AppError::not_found)?;
            let value = said(form, name, &format!("{REFERENCE_ID}{key}"));
            if value.as_deref() == Some("along") {
                answers.along.push(Reference { kind: kind.to_owned(), external_id: id.to_owned() });
                continue;
            }
            let said = value.map(choice).transpose()?;
            let same = |one: &&app::restores::ReferenceChoice| (one.kind.as_str(), one.id.as_str()) == (kind, id);
            let known = draft.references.iter().find(same).map(|one| &one.choice);
            if known != said.as_ref() {
                answers.references.push((kind.to_owned(), id.to_owned(), said));
            }
        }
    }
    Ok(answers)
}

fn said(form: &Fields, select: &str, typed: &str) -> Option<String> {
    match form.get(typed).map(str::trim) {
        Some(id) if !id.is_empty() => Some(format!("id:{id}")),
        _ => form.get(select).map(str::to_owned),
    }
}

fn target(value: String) -> Result<Target, AppError> {
    match value.as_str() {
        "new" => Ok(Target::New),
        "skip" => Ok(Target::LeaveOut),
        other => other.strip_prefix("id:").map(|id| Target::Existing(id.to_owned())).ok_or_else(no_answer),
    }
}

fn choice(value: String) -> Result<Choice, AppError> {
    match value.as_str() {
        "keep" => Ok(Choice::Keep),
        "skip" => Ok(Choice::LeaveOut),
        other => other.strip_prefix("id:").map(|id| Choice::Use(id.to_owned())).ok_or_else(no_answer),
    }
}

fn no_answer() -> AppError {
    AppError::invalid("restore.no_answer", "That is none of the answers")
        .hint("Choose one from the list, or type a name or an id")
}
