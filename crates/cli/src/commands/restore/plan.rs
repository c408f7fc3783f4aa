//! `restore plan`: from the source to a plan.

use app::restores::{
    Answers, Choice, Mapping, ObjectKey, ReferenceAnswer, Scope, Source, Target, TargetAnswer, answer, begin,
    choose_scope, mapping, open, start_preview,
};
use app::starting::Extra;
use model::AppError;
use model::ids::RestoreId;
use model::registry::content::Reference;
use store::TenantScope;

use super::show;
use crate::args::{RestorePlan, RestorePreview};
use crate::exit::Exit;
use crate::new_file::NewFile;
use crate::session::Session;

/// Begins, chooses, answers, previews and prints.
pub(super) async fn run(args: RestorePlan, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let answers: Vec<_> = args.map.iter().map(|text| parsed(text)).collect::<Result<_, _>>()?;
    let file = args.out.as_deref().map(NewFile::create).transpose()?;
    let restore = begin(&session.db, &scope, source(&args, &scope, session).await?).await?;
    if args.assignments || args.only_assignments {
        let opened = open(&session.db, &scope, restore).await?;
        let wanted = Scope { objects: opened.draft.objects, settings: !args.only_assignments, assignments: true };
        choose_scope(&session.db, &scope, restore, opened.restore.revision, wanted).await?;
    }
    map(session, &scope, restore, &answers).await?;
    preview(session, &scope, restore, file).await
}

/// Answers, then previews a restore that has begun.
pub(super) async fn again(args: RestorePreview, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope_of_restore(args.restore).await?;
    let answers: Vec<_> = args.map.iter().map(|text| parsed(text)).collect::<Result<_, _>>()?;
    let file = args.out.as_deref().map(NewFile::create).transpose()?;
    map(session, &scope, args.restore, &answers).await?;
    if args.waiting.detach {
        let started = start_preview(&session.db, &scope, args.restore, Extra::default()).await?;
        return session.follow_started(&scope, &started, args.waiting).await;
    }
    preview(session, &scope, args.restore, file).await
}

async fn source(args: &RestorePlan, scope: &TenantScope, session: &Session) -> Result<Source, AppError> {
    let tenant = match &args.from {
        Some(from) => session.scope(from).await?.tenant_id(),
        None => scope.tenant_id(),
    };
    let object = |text: &String| {
        ObjectKey::parse(text).ok_or_else(|| {
            AppError::invalid("restore.object", format!("\"{text}\" is no object"))
                .hint("Write TYPE/ID, for example scopeTags/0")
        })
    };
    let objects = args.objects.iter().map(object).collect::<Result<Vec<_>, _>>()?;
    Ok(match args.set {
        Some(set) => Source::Set { tenant, set, objects: (!objects.is_empty()).then_some(objects) },
        None if !objects.is_empty() => Source::Objects { tenant, objects },
        None => Source::Versions { tenant, versions: args.versions.clone() },
    })
}

/// KIND, ID and the answer.
fn parsed(text: &str) -> Result<(String, String, String), AppError> {
    let split = text.split_once('=').and_then(|(key, answer)| {
        let (kind, id) = key.split_once('/')?;
        (!kind.is_empty() && !id.is_empty() && !answer.is_empty()).then(|| (kind.into(), id.into(), answer.into()))
    });
    split.ok_or_else(|| {
        AppError::invalid("restore.map", format!("\"{text}\" is no answer"))
            .hint("Write KIND/ID=ID, KIND/ID=NAME, KIND/ID=new, KIND/ID=along, KIND/ID=keep or KIND/ID=skip, as the plan prints it")
    })
}

/// Gives the answers: an object of the source goes somewhere, anything else is what the objects name.
async fn map(
    session: &Session,
    scope: &TenantScope,
    restore: RestoreId,
    said: &[(String, String, String)],
) -> Result<(), AppError> {
    if said.is_empty() {
        return Ok(());
    }
    let opened = open(&session.db, scope, restore).await?;
    let mut answers = Answers::default();
    for (kind, id, word) in said {
        let key = ObjectKey::new(kind.as_str(), id.as_str());
        if opened.chosen().iter().any(|object| object.key == key) {
            let target = match word.as_str() {
                "new" => Target::New,
                "skip" => Target::LeaveOut,
                id => Target::Existing(id.to_owned()),
            };
            answers.targets.push((key, Some(target)));
        } else if word == "along" {
            answers.along.push(Reference { kind: kind.clone(), external_id: id.clone() });
        } else {
            let choice = match word.as_str() {
                "keep" => Choice::Keep,
                "skip" => Choice::LeaveOut,
                id => Choice::Use(id.to_owned()),
            };
            answers.references.push((kind.clone(), id.clone(), Some(choice)));
        }
    }
    answer(&session.db, scope, restore, opened.restore.revision, answers).await.map(|_| ())
}

/// Starts the preview, waits for it, writes the plan to the file, and shows it with what is left to answer. The file was
/// made before anything began: a name that is taken leaves no restore behind.
pub(super) async fn preview(
    session: &Session,
    scope: &TenantScope,
    restore: RestoreId,
    file: Option<NewFile>,
) -> Result<Exit, AppError> {
    let started = start_preview(&session.db, scope, restore, Extra::default()).await?;
    let exit = session.wait(scope, started.run()).await?;
    let restores = session.db.tenant(scope).restores();
    if restores.get(restore).await?.plan.is_none() {
        return Ok(exit);
    }
    if let Some(mut file) = file {
        file.write(&restores.plan(restore).await?)?;
        file.keep()?;
    }
    show::restore(session, scope, restore).await.map(|shown| if exit == Exit::Success { shown } else { exit })
}

/// What nobody has answered, each with what to type.
pub(super) async fn questions(
    session: &Session,
    scope: &TenantScope,
    restore: RestoreId,
) -> Result<Vec<Question>, AppError> {
    let opened = open(&session.db, scope, restore).await?;
    Ok(asked(&mapping(&session.db, scope, &opened).await?))
}

/// One open question.
#[derive(Debug, serde::Serialize)]
pub(super) struct Question {
    /// KIND/ID.
    pub(super) key: String,
    /// The name in the source.
    pub(super) name: String,
    /// Stable code.
    pub(super) code: String,
    /// What is asked.
    pub(super) question: String,
    /// What to type, with words.
    pub(super) answers: Vec<(String, String)>,
}

fn asked(mapping: &Mapping) -> Vec<Question> {
    let mut all = Vec::new();
    for target in &mapping.targets {
        let TargetAnswer::Open(why) = &target.answer else { continue };
        let key = target.object.text();
        let mut answers: Vec<_> = target
            .candidates
            .iter()
            .map(|one| (format!("--map {key}={}", one.id), format!("change \"{}\"", one.name)))
            .collect();
        answers.push((format!("--map {key}=new"), "make a new one".to_owned()));
        answers.push((format!("--map {key}=skip"), "leave it out".to_owned()));
        let (code, question) = (why.code.clone(), why.message.clone());
        all.push(Question { key, name: target.name.clone(), code, question, answers });
    }
    for mapped in &mapping.references {
        let ReferenceAnswer::Open(why) = &mapped.answer else { continue };
        let key = format!("{}/{}", mapped.reference.kind, mapped.reference.external_id);
        let typed = if key.contains(' ') { format!("\"{key}") } else { key.clone() };
        let end = if key.contains(' ') { "\"" } else { "" };
        let mut answers: Vec<_> = mapped
            .candidates
            .iter()
            .map(|one| (format!("--map {typed}={}{end}", one.id), format!("\"{}\"", one.name)))
            .collect();
        if mapped.can_come_along {
            answers.push((format!("--map {typed}=along{end}"), "restore it, too".to_owned()));
        }
        answers.push((format!("--map {typed}=ID{end}"), "another one by its id or its name".to_owned()));
        answers.push((format!("--map {typed}=skip{end}"), "leave it out".to_owned()));
        let name = mapped.name.clone().unwrap_or_else(|| mapped.reference.external_id.clone());
        all.push(Question { key, name, code: why.code.clone(), question: why.message.clone(), answers });
    }
    all
}
