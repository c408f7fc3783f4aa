//! `tenantatlas dependencies`

use app::inventory::{Branch, Turn, View, dependencies, overview};
use model::AppError;
use model::registry::content::Reference;
use store::{LinkedObject, TenantScope};

use crate::args::DependenciesArgs;
use crate::exit::Exit;
use crate::session::Session;

const USES: [(&str, &str); 4] =
    [("object", "KIND/ID"), ("name", "NAME"), ("standing", "STANDING"), ("used_by", "USED BY")];
const TREE: [(&str, &str); 7] = [
    ("direction", "DIRECTION"),
    ("depth", "DEPTH"),
    ("name", "NAME"),
    ("object", "KIND/ID"),
    ("standing", "STANDING"),
    ("turn", "TURN"),
    ("more", "MORE"),
];

/// One view over the tenant, or one object both ways.
pub(crate) async fn run(args: DependenciesArgs, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    match &args.of {
        Some(of) => tree(session, &scope, of, args.depth).await,
        None => view(session, &scope, View::of(Some(&args.view)), args.kind.as_deref()).await,
    }
}

async fn view(session: &Session, scope: &TenantScope, view: View, kind: Option<&str>) -> Result<Exit, AppError> {
    let found = overview(&session.db, scope, view, kind).await?;
    let line = |(object, standing, users): &(LinkedObject, app::inventory::Standing, u64)| {
        vec![key(&object.reference), named(object), standing.word().to_owned(), users.to_string()]
    };
    let rows = found.rows.iter().map(line).collect();
    session.output.rows(&USES, rows, "Nothing fits. tenantatlas sync reads what is there.");
    if found.more {
        session.output.line("There are more; choose a type with --kind");
    }
    Ok(Exit::Success)
}

async fn tree(session: &Session, scope: &TenantScope, of: &str, depth: usize) -> Result<Exit, AppError> {
    let unknown = || {
        let why = format!("\"{of}\" names no object");
        AppError::invalid("dependencies.object", why)
            .hint("Write TYPE/ID as tenantatlas inventory prints it, or groups/ID")
    };
    let (kind, external_id) = of.split_once('/').filter(|(_, id)| !id.is_empty()).ok_or_else(unknown)?;
    let of = Reference { kind: kind.to_owned(), external_id: external_id.to_owned() };
    let found = dependencies(&session.db, scope, &of, depth).await?;
    let mut rows = Vec::new();
    for (direction, root) in [("uses", &found.uses), ("used by", &found.used_by)] {
        root.walk(&mut |branch, depth| rows.push(line(direction, branch, depth)));
    }
    session.output.rows(&TREE, rows, "");
    Ok(Exit::Success)
}

fn line(direction: &str, branch: &Branch, depth: usize) -> Vec<String> {
    let turn = match branch.turn {
        None => "",
        Some(Turn::Cycle) => "cycle",
        Some(Turn::Again) => "again",
        Some(Turn::Cut) => "cut",
    };
    vec![
        direction.to_owned(),
        depth.to_string(),
        named(&branch.object),
        key(&branch.object.reference),
        branch.standing.word().to_owned(),
        turn.to_owned(),
        branch.more.to_string(),
    ]
}

fn key(reference: &Reference) -> String {
    format!("{}/{}", reference.kind, reference.external_id)
}

fn named(object: &LinkedObject) -> String {
    object.name.clone().unwrap_or_default()
}
