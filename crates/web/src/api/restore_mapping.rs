//! Questions of a restore and their answers.

use app::restores::{
    Answers, Candidate, Choice, MappedReference, MappedTarget, ObjectKey, Origin, ReferenceAnswer, Target,
    TargetAnswer, answer as keep, checks, mapping, open,
};
use axum::Json;
use axum::extract::State;
use model::ids::RestoreId;
use model::registry::content::Reference;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::restore_secrets::RestoreSecret;
use super::restore_steps::Revision;
use super::restores::RestoreCheck;
use crate::errors::WebError;
use crate::extract::{InTenant, JsonBody, PathId};
use crate::state::Shared;

/// Where everything goes, and what a person should know before a preview.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreMapping {
    /// Whether source and target are the same directory.
    same_directory: bool,
    /// Questions that nobody has answered.
    open: usize,
    /// Where each object goes.
    targets: Vec<TargetLine>,
    /// What each reference becomes.
    references: Vec<ReferenceLine>,
    /// Values that are in no version; none has to be entered.
    secrets: Vec<RestoreSecret>,
    /// The checks.
    checks: Vec<RestoreCheck>,
}

/// An answer, or the question.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Answered {
    /// `in_place`, `new`, `removed`, `keep`, `use`, `with_this`, `left_out` or `open`.
    answer: &'static str,
    /// `certain`, `chosen`, `remembered` or `by_name`.
    origin: Option<&'static str>,
    /// Graph's id of what was found or chosen.
    id: Option<String>,
    /// Its name.
    name: Option<String>,
    /// Stable code of an open question.
    code: Option<String>,
    /// The question.
    question: Option<String>,
}

/// What may be meant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoreCandidate {
    /// Graph's id.
    id: String,
    /// Its name.
    name: String,
    /// Why it may be the one.
    note: String,
}

impl From<&Candidate> for RestoreCandidate {
    fn from(candidate: &Candidate) -> Self {
        Self { id: candidate.id.clone(), name: candidate.name.clone(), note: candidate.note.clone() }
    }
}

/// Where an object goes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetLine {
    /// Type key.
    #[serde(rename = "type")]
    type_key: String,
    /// Graph's id in the source.
    id: String,
    /// Its name there.
    name: String,
    /// Where it goes.
    answer: Answered,
    /// What it could go to.
    candidates: Vec<RestoreCandidate>,
}

/// What a reference becomes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReferenceLine {
    /// Type key of what is named, or `external:` and a word.
    kind: String,
    /// Graph's id in the source.
    id: String,
    /// Its name there, when that is known.
    name: Option<String>,
    /// Some of the objects that name it.
    users: Vec<String>,
    /// How many do.
    used_by: usize,
    /// Whether only assignments name it.
    only_in_assignments: bool,
    /// What it becomes.
    answer: Answered,
    /// What could stand for it.
    candidates: Vec<RestoreCandidate>,
    /// Whether the source has it, so that it can be restored, too.
    can_come_along: bool,
}

/// Answers. An absent one takes an earlier one back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswersRequest {
    /// The revision that the caller saw.
    revision: i64,
    /// Where objects go.
    #[serde(default)]
    targets: Vec<TargetRequest>,
    /// What becomes of references.
    #[serde(default)]
    references: Vec<ReferenceRequest>,
}

/// Where an object goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetRequest {
    /// Type key.
    #[serde(rename = "type")]
    type_key: String,
    /// Graph's id in the source.
    id: String,
    /// `"new"`, `"leave_out"` or `{"existing": ID}`; in place of an id the name of an object that no other one has.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    target: Option<Target>,
}

/// What becomes of a reference.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReferenceRequest {
    /// Type key of what is named, or `external:` and a word.
    kind: String,
    /// Graph's id in the source.
    id: String,
    /// `"keep"`, `"leave_out"` or `{"use": ID}`; in place of an id the name of an object that no other one has.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    choice: Option<Choice>,
    /// What is named is restored, too, in place of a choice.
    #[serde(default)]
    along: bool,
}

/// Every question with its answer, from the database alone.
#[utoipa::path(get, path = "/api/v1/tenants/{tenant}/restores/{restore}/mapping", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path)), responses((status = 200, body = RestoreMapping), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
) -> Result<Json<RestoreMapping>, WebError> {
    let opened = open(shared.db(), &scope, id).await?;
    let mapping = mapping(shared.db(), &scope, &opened).await?;
    let checks = checks(shared.db(), &scope, &opened, &mapping, ctx.now_ms).await?;
    Ok(Json(RestoreMapping {
        same_directory: mapping.same_directory,
        open: mapping.open(),
        targets: mapping.targets.iter().map(target_line).collect(),
        references: mapping.references.iter().map(reference_line).collect(),
        secrets: mapping.secrets.iter().map(RestoreSecret::from).collect(),
        checks: checks.into_iter().map(RestoreCheck::from).collect(),
    }))
}

/// Keeps answers; gives the next revision.
#[utoipa::path(post, path = "/api/v1/tenants/{tenant}/restores/{restore}/answers", tag = "restores", params(("tenant" = String, Path), ("restore" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = AnswersRequest, responses((status = 200, body = Revision), (status = 403, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 404, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 409, body = crate::errors::Problem, content_type = "application/problem+json"), (status = 422, body = crate::errors::Problem, content_type = "application/problem+json")))]
pub(crate) async fn answer(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    JsonBody(request): JsonBody<AnswersRequest>,
) -> Result<Json<Revision>, WebError> {
    let target = |one: TargetRequest| (ObjectKey::new(one.type_key, one.id), one.target);
    let (along, chosen): (Vec<_>, Vec<_>) = request.references.into_iter().partition(|one| one.along);
    let answers = Answers {
        targets: request.targets.into_iter().map(target).collect(),
        references: chosen.into_iter().map(|one| (one.kind, one.id, one.choice)).collect(),
        along: along.into_iter().map(|one| Reference { kind: one.kind, external_id: one.id }).collect(),
    };
    let revision = keep(shared.db(), &scope, id, request.revision, answers).await?;
    Ok(Json(Revision { revision }))
}

fn origin(origin: Origin) -> Option<&'static str> {
    Some(match origin {
        Origin::Certain => "certain",
        Origin::Chosen => "chosen",
        Origin::Remembered => "remembered",
        Origin::ByName => "by_name",
    })
}

fn target_line(target: &MappedTarget) -> TargetLine {
    let none = Answered::default();
    let answer = match &target.answer {
        TargetAnswer::InPlace(found, from) => Answered {
            answer: "in_place",
            origin: origin(*from),
            id: Some(found.id.clone()),
            name: Some(found.name.clone()),
            ..none
        },
        TargetAnswer::New(from) => Answered { answer: "new", origin: origin(*from), ..none },
        TargetAnswer::Removed => Answered { answer: "removed", ..none },
        TargetAnswer::LeftOut => Answered { answer: "left_out", ..none },
        TargetAnswer::Open(why) => open_answer(why),
    };
    TargetLine {
        type_key: target.object.type_key.clone(),
        id: target.object.id.clone(),
        name: target.name.clone(),
        answer,
        candidates: target.candidates.iter().map(RestoreCandidate::from).collect(),
    }
}

fn reference_line(mapped: &MappedReference) -> ReferenceLine {
    let none = Answered::default();
    let answer = match &mapped.answer {
        ReferenceAnswer::Keep(from) => Answered { answer: "keep", origin: origin(*from), ..none },
        ReferenceAnswer::Use(found, from) => Answered {
            answer: "use",
            origin: origin(*from),
            id: Some(found.id.clone()),
            name: Some(found.name.clone()),
            ..none
        },
        ReferenceAnswer::WithThis(key) => Answered { answer: "with_this", id: Some(key.id.clone()), ..none },
        ReferenceAnswer::LeftOut => Answered { answer: "left_out", ..none },
        ReferenceAnswer::Open(why) => open_answer(why),
    };
    ReferenceLine {
        kind: mapped.reference.kind.clone(),
        id: mapped.reference.external_id.clone(),
        name: mapped.name.clone(),
        users: mapped.users.clone(),
        used_by: mapped.used_by,
        only_in_assignments: mapped.only_in_assignments,
        answer,
        candidates: mapped.candidates.iter().map(RestoreCandidate::from).collect(),
        can_come_along: mapped.can_come_along,
    }
}

fn open_answer(why: &model::restore::Why) -> Answered {
    Answered {
        answer: "open",
        code: Some(why.code.clone()),
        question: Some(why.message.clone()),
        ..Answered::default()
    }
}
