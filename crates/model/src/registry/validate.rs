//! What a contract must not contradict in itself. Whether Graph agrees is the guard test's business.

use super::contract::{Assignable, Contract, CreateMode, Mode};

/// The first contradiction, as a sentence.
pub(super) fn check(contract: &Contract) -> Result<(), String> {
    let require = |holds: bool, problem: &str| if holds { Ok(()) } else { Err(problem.to_owned()) };
    require(
        !contract.key.is_empty() && contract.key.chars().all(|letter| letter.is_ascii_alphanumeric()),
        "the key is not a plain word",
    )?;
    require(!contract.path.starts_with('/') && !contract.path.ends_with('/'), "the path has slashes around it")?;
    require(matches!(contract.update.method.as_str(), "PATCH" | "PUT"), "update.method is neither PATCH nor PUT")?;
    require(
        (contract.create.mode == CreateMode::Yes) == contract.create.reason.is_empty(),
        "create needs a reason unless it is yes",
    )?;
    require(!contract.permissions.read.is_empty(), "permissions.read is empty")?;
    check_parts(contract)?;
    if let Assignable::Action(assign) = &contract.assignable {
        require(contract.part(&assign.part).is_some(), "the assignments are no part of the contract")?;
    }
    for mode in [&contract.backup, &contract.restore] {
        if let Mode::PreviewOnly { reason } | Mode::Unsupported { reason } = mode {
            require(!reason.is_empty(), "a mode that is not enabled needs a reason")?;
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
            let known =
                reference.to.starts_with("external:") || contracts.iter().any(|other| other.key == reference.to);
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
