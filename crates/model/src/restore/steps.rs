//! The requests that make an object what it is to be.

use serde_json::Value;

use super::goal::{Choice, From, Goal, is_assigned};
use super::mapping::Mapped;
use super::places::{NEW, Place};
use super::plan::{Method, Purpose, Step, Why};
use super::{assign, create, masked, update, why};
use crate::registry::content::{external_id, is_built_in, object_type};
use crate::registry::{Assignable, Contract, CreateMode, Mode, path_segment};

/// The requests in their order: the object itself, its parts, its assignments as a whole list, its place among others.
/// None when it is as it should be already. `live` is the object that is changed in place; without one it is made.
///
/// A group or filter that is not mapped stops everything when assignments are chosen ([`Mapped::in_assignments`]); whoever
/// wants the settings all the same asks for these alone.
pub fn steps(contract: &Contract, wanted: &Mapped, live: Option<&Value>, choice: Choice) -> Result<Vec<Step>, Why> {
    check_mapped(contract, wanted, choice)?;
    let before = live.map_or(From::Nothing, From::Live);
    let goal = Goal::of(contract, wanted, before, choice);
    match live {
        Some(live) => {
            check_change(contract, wanted, live, &goal)?;
            changes(contract, live, &goal.document, choice)
        }
        None => {
            check_create(contract, wanted, choice)?;
            made(contract, wanted, &goal.document, choice)
        }
    }
}

/// The requests that bring an object back from the directory's deleted items under its id, and then make it what it is to
/// be. `deleted` is the object as it lies there.
pub fn bring_back(contract: &Contract, wanted: &Mapped, deleted: &Value, choice: Choice) -> Result<Vec<Step>, Why> {
    check_mapped(contract, wanted, choice)?;
    let (Some(bin), Some(id)) = (&contract.deleted, external_id(contract, deleted)) else {
        return Err(why::cannot_be_made("Nothing of its kind is kept when it is removed"));
    };
    let place = Place { contract, id: Some(id) };
    let path = format!("{bin}/{}/restore", path_segment(id));
    let mut steps = vec![place.step(Purpose::BringBack, Method::Post, path, None)];
    let goal = Goal::of(contract, wanted, From::Deleted(deleted), choice);
    check_change(contract, wanted, deleted, &goal)?;
    steps.extend(changes(contract, deleted, &goal.document, choice)?);
    Ok(steps)
}

fn check_mapped(contract: &Contract, wanted: &Mapped, choice: Choice) -> Result<(), Why> {
    if let Mode::Unsupported { reason } = &contract.restore {
        return Err(why::unsupported(reason));
    }
    let elsewhere = wanted.unresolved_elsewhere();
    if choice.settings && elsewhere > 0 {
        return Err(why::reference_unmapped(elsewhere));
    }
    if choice.assignments && !wanted.in_assignments.is_empty() {
        return Err(why::group_unmapped());
    }
    Ok(())
}

fn check_change(contract: &Contract, wanted: &Mapped, live: &Value, goal: &Goal) -> Result<(), Why> {
    let kind = |document| object_type(document);
    if let (Some(one), Some(two)) = (kind(&wanted.document), kind(live))
        && one != two
    {
        return Err(why::other_type());
    }
    if contract.update.method == "none" && goal.document != *live {
        return Err(why::cannot_be_changed(&contract.update.reason));
    }
    Ok(())
}

fn check_create(contract: &Contract, wanted: &Mapped, choice: Choice) -> Result<(), Why> {
    if !choice.settings {
        return Err(why::nothing_to_assign());
    }
    if is_built_in(contract, &wanted.document) {
        return Err(why::built_in_missing());
    }
    let by_patch = contract.create.mode == CreateMode::PatchOnly && !contract.single;
    if contract.create.mode == CreateMode::Never || (contract.create.mode == CreateMode::PatchOnly && !by_patch) {
        return Err(why::cannot_be_made(&contract.create.reason));
    }
    let kind = object_type(&wanted.document).unwrap_or_default();
    if !contract.create.types.is_empty() && !contract.create.types.iter().any(|known| known == kind) {
        return Err(why::cannot_be_made(&contract.create.reason));
    }
    Ok(())
}

fn made(contract: &Contract, wanted: &Mapped, goal: &Value, choice: Choice) -> Result<Vec<Step>, Why> {
    let mut steps = create::create(contract, &wanted.document, goal)?;
    let place = Place { contract, id: None };
    if choice.assignments {
        steps.extend(assign::assign(place, None, goal)?);
    }
    steps.extend(update::priority(place, None, goal));
    Ok(steps)
}

fn changes(contract: &Contract, live: &Value, goal: &Value, choice: Choice) -> Result<Vec<Step>, Why> {
    let id = external_id(contract, live).unwrap_or(NEW);
    let place = Place { contract, id: Some(id) };
    let mut steps = Vec::new();
    if choice.settings || matches!(contract.assignable, Assignable::Inside { .. }) {
        steps.extend(update::update(place, live, goal)?);
    }
    if choice.assignments && is_assigned(contract, live) {
        steps.extend(assign::assign(place, Some(live), goal)?);
    }
    if choice.settings {
        steps.extend(update::priority(place, Some(live), goal));
    }
    Ok(steps)
}

/// Whether a request would send what Graph shows of a secret in its place.
pub(super) fn loses_secret(goal: &Value, names: &[String]) -> bool {
    names.iter().any(|name| goal.get(name).is_some_and(masked::is_in))
}
