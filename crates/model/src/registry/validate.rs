//! What a contract must not contradict in itself. Whether Graph agrees is the guard test's business.

use super::contract::{Contract, Mode};
use super::writing::CreateMode;

/// The first contradiction, as a sentence.
pub(super) fn check(contract: &Contract) -> Result<(), String> {
    let require = |holds: bool, problem: &str| if holds { Ok(()) } else { Err(problem.to_owned()) };
    require(
        !contract.key.is_empty() && contract.key.chars().all(|letter| letter.is_ascii_alphanumeric()),
        "the key is not a plain word",
    )?;
    require(!contract.path.starts_with('/') && !contract.path.ends_with('/'), "the path has slashes around it")?;
    let method = contract.update.method.as_str();
    require(matches!(method, "PATCH" | "PUT" | "none"), "update.method is none of PATCH, PUT and none")?;
    require((method == "none") != contract.update.reason.is_empty(), "update needs a reason exactly when it is none")?;
    require(
        (contract.create.mode == CreateMode::Yes) == contract.create.reason.is_empty(),
        "create needs a reason unless it is yes",
    )?;
    require(contract.single || contract.name.is_some(), "only the one object of its kind needs no name")?;
    require(!contract.single || contract.list.top.is_none(), "the one object of its kind has no pages")?;
    let list = &contract.list;
    require(list.filter.is_some() != list.leaves_out.is_empty(), "list.filter and list.leaves_out need each other")?;
    check_then(contract)?;
    require(contract.unchanged.is_none() || contract.reads_objects(), "unchanged saves nothing: all is in the list")?;
    require(!contract.permissions.read.is_empty(), "permissions.read is empty")?;
    require(contract.kept.iter().all(|path| contract.strip.contains(path)), "kept names what strip does not")?;
    require(contract.aligned.iter().all(|aligned| !aligned.by.is_empty()), "aligned needs by")?;
    check_parts(contract)?;
    check_bound(contract)?;
    require(contract.wave > 0, "the wave is 0")?;
    if let Some(part) = contract.assignable.part() {
        require(contract.part(part).is_some(), "the assignments are no part of the contract")?;
    }
    for mode in [&contract.backup, &contract.restore] {
        if let Mode::PreviewOnly { reason } | Mode::Unsupported { reason } = mode {
            require(!reason.is_empty(), "a mode that is not enabled needs a reason")?;
        }
    }
    Ok(())
}

/// What follows a create is something the contract knows.
fn check_then(contract: &Contract) -> Result<(), String> {
    let known =
        |step: &String| step == "PATCH" || contract.update.actions.contains_key(step) || contract.part(step).is_some();
    match contract.create.then.iter().find(|step| !known(step)) {
        Some(step) => Err(format!("create.then names {step}, which is neither an action, nor a part, nor PATCH")),
        None => Ok(()),
    }
}

/// What is named by address is a part, and its id is all that is sent of it.
fn check_bound(contract: &Contract) -> Result<(), String> {
    for rule in contract.references.iter().filter(|rule| rule.bind.is_some()) {
        let holder = rule.path.strip_suffix(".id").map(|holder| holder.trim_end_matches("[]"));
        if holder.and_then(|holder| contract.part(holder)).is_none() {
            return Err(format!("{} is bound and is not the id of a part", rule.path));
        }
    }
    Ok(())
}

fn check_parts(contract: &Contract) -> Result<(), String> {
    for part in &contract.parts {
        let expanded =
            |expand: &[String]| expand.iter().any(|item| item.split('(').next() == Some(part.property.as_str()));
        if part.in_list != expanded(&contract.list.expand) {
            return Err(format!("part {} and the list's expand disagree", part.property));
        }
        let on_object = contract.hydrate.as_ref().is_some_and(|hydrate| expanded(&hydrate.expand));
        if part.in_list && (part.single || !part.of_types.is_empty()) {
            return Err(format!("part {} of some types or with one object is not believed in a list", part.property));
        }
        if part.empty_when_expanded_on_object && on_object {
            return Err(format!("part {} comes back empty when it is expanded on the object", part.property));
        }
    }
    for name in &contract.create.with_parts {
        if contract.part(name).is_none() {
            return Err(format!("create.with_parts names {name}, which is no part"));
        }
    }
    Ok(())
}

/// Every reference must name a contract, or say that there is none.
pub(super) fn check_references(contracts: &[Contract]) -> Result<(), (String, String)> {
    for contract in contracts {
        for reference in &contract.references {
            let is_contract = |key: &String| contracts.iter().any(|other| other.key == *key);
            let external = reference.to.starts_with("external:");
            let known = (external || is_contract(&reference.to))
                && reference.among.iter().all(is_contract)
                && (external || reference.among.is_empty());
            if !known && contracts.len() > 1 {
                return Err((
                    contract.key.clone(),
                    format!("{} refers to {}, which has no contract", reference.path, reference.to),
                ));
            }
        }
    }
    Ok(())
}
