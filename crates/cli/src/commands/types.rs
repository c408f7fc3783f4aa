//! `tenantatlas types`

use model::AppError;
use model::registry::resolver::{Answer, Capabilities, resolve};
use model::registry::{Contract, Registry};
use serde_json::{Value, json};

use crate::args::Types;
use crate::exit::Exit;
use crate::output::Output;

/// The longest label of an answer, with two spaces behind it.
const LABEL_WIDTH: usize = 11;

/// Lists them, or says everything about one. It is what this version knows: no database is opened.
pub(crate) fn run(args: &Types, output: Output) -> Result<Exit, AppError> {
    match &args.key {
        None => list(output),
        Some(key) => one(known(key)?, output),
    }
    Ok(Exit::Success)
}

fn known(key: &str) -> Result<&'static Contract, AppError> {
    Registry::embedded().get(key).ok_or_else(|| {
        let why = format!("This version of TenantAtlas does not know the type \"{key}\"");
        AppError::new(model::Kind::NotFound, "type.unknown", why).hint("tenantatlas types lists the keys")
    })
}

fn list(output: Output) {
    let registry = Registry::embedded();
    if output.is_json() {
        return output.document(&registry.iter().map(document).collect::<Vec<_>>());
    }
    let columns = [
        ("key", "KEY"),
        ("type", "TYPE"),
        ("area", "AREA"),
        ("list", "LIST"),
        ("complete", "COMPLETE"),
        ("backup", "BACKUP"),
        ("compare", "COMPARE"),
        ("restore", "RESTORE"),
        ("assign", "ASSIGN"),
        ("risk", "RISK"),
    ];
    output.rows(&columns, registry.iter().map(line).collect(), "");
    output.line("");
    output.line("Why a type says partly or no: tenantatlas types KEY");
}

fn line(contract: &Contract) -> Vec<String> {
    let found = resolve(contract);
    let answers = [&found.list, &found.complete, &found.backup, &found.compare, &found.restore, &found.assign];
    let mut line = vec![contract.key.clone(), contract.label_plural.clone(), contract.category.clone()];
    line.extend(answers.map(|answer| answer.word().to_owned()));
    line.push(contract.risk.to_string());
    line
}

fn one(contract: &Contract, output: Output) {
    if output.is_json() {
        return output.document(&document(contract));
    }
    let found = resolve(contract);
    output.line(format!("{} ({}), {}, risk {}", contract.label_plural, contract.key, contract.category, contract.risk));
    output.line(format!("/{}/{}", contract.version.as_str(), contract.path));
    output.line("");
    for (asked, answer) in found.answers() {
        output.line(format!("{asked:<LABEL_WIDTH$}{answer}"));
    }
    output.line("");
    for (asked, permissions) in
        [("reads with", &contract.permissions.read), ("writes with", &contract.permissions.write)]
    {
        let permissions = if permissions.is_empty() { "no permission".to_owned() } else { permissions.join(", ") };
        output.line(format!("{asked} {permissions}"));
    }
}

/// One type for a script.
fn document(contract: &Contract) -> Value {
    json!({
        "key": contract.key,
        "label": contract.label,
        "label_plural": contract.label_plural,
        "category": contract.category,
        "version": contract.version.as_str(),
        "path": contract.path,
        "risk": contract.risk.to_string(),
        "observed": contract.inventory,
        "can": answers(&resolve(contract)),
        "permissions": { "read": contract.permissions.read, "write": contract.permissions.write },
    })
}

fn answers(found: &Capabilities) -> Value {
    let each =
        |(asked, answer): (&str, &Answer)| (asked.to_owned(), json!({ "answer": answer.word(), "why": answer.why() }));
    Value::Object(found.answers().map(each).into_iter().collect())
}
