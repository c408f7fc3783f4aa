//! What can be done with each type, derived from its contract: the answer to "can we restore this, and why not?".

use super::Registry;
use super::contract::{Assignable, Contract, CreateMode, Mode};

/// What a type can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Its objects are listed.
    pub list: Answer,
    /// Every object is read with all its parts.
    pub complete: Answer,
    /// It can be in a backup set.
    pub backup: Answer,
    /// Versions can be compared.
    pub compare: Answer,
    /// It can be written back.
    pub restore: Answer,
    /// Its assignments can be written back.
    pub assign: Answer,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It works.
    Yes,
    /// It works but for something.
    Partly(String),
    /// It does not work, and why.
    No(String),
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answer::Yes => f.write_str("yes"),
            Answer::Partly(reason) => write!(f, "partly: {reason}"),
            Answer::No(reason) => write!(f, "no: {reason}"),
        }
    }
}

/// The capabilities of one type.
pub fn resolve(contract: &Contract) -> Capabilities {
    let restore = restore(contract);
    Capabilities {
        list: Answer::Yes,
        complete: complete(contract),
        backup: from_mode(&contract.backup),
        compare: if contract.masked.is_empty() { Answer::Yes } else { Answer::Partly(unverifiable(contract)) },
        assign: assign(contract, &restore),
        restore,
    }
}

fn complete(contract: &Contract) -> Answer {
    let mut reasons = Vec::new();
    if !contract.masked.is_empty() {
        reasons.push(format!("Graph never returns {}", contract.masked.join(", ")));
    }
    if !contract.unread.is_empty() {
        reasons.push(format!("Not read: {}", contract.unread.join(", ")));
    }
    if reasons.is_empty() { Answer::Yes } else { Answer::Partly(reasons.join(". ")) }
}

fn unverifiable(contract: &Contract) -> String {
    format!("{} cannot be compared, since Graph never returns it", contract.masked.join(", "))
}

fn from_mode(mode: &Mode) -> Answer {
    match mode {
        Mode::Enabled => Answer::Yes,
        Mode::PreviewOnly { reason } => Answer::Partly(format!("Preview only. {reason}")),
        Mode::Unsupported { reason } => Answer::No(reason.clone()),
    }
}

fn restore(contract: &Contract) -> Answer {
    match (from_mode(&contract.restore), contract.create.mode) {
        (Answer::Yes, CreateMode::Yes) => Answer::Yes,
        (Answer::Yes, CreateMode::Never) => Answer::No(contract.create.reason.clone()),
        (Answer::Yes, CreateMode::Partial | CreateMode::PatchOnly) => Answer::Partly(contract.create.reason.clone()),
        (Answer::Partly(reason), CreateMode::Partial | CreateMode::PatchOnly) => {
            Answer::Partly(format!("{reason}. {}", contract.create.reason))
        }
        (other, _) => other,
    }
}

fn assign(contract: &Contract, restore: &Answer) -> Answer {
    match (&contract.assignable, restore) {
        (Assignable::Never { reason }, _) => Answer::No(reason.clone()),
        (_, Answer::No(reason)) => Answer::No(reason.clone()),
        (Assignable::Inside { property }, _) => {
            Answer::Partly(format!("Written with the object itself, in {property}"))
        }
        (Assignable::Action(_), Answer::Yes) => Answer::Yes,
        (Assignable::Action(_), Answer::Partly(reason)) => Answer::Partly(reason.clone()),
    }
}

/// The whole output as text; committed as a golden file.
pub fn table(registry: &Registry) -> String {
    let mut text = String::new();
    for contract in registry.iter() {
        let found = resolve(contract);
        let risk: &str = contract.risk.into();
        text.push_str(&format!("{} ({}, risk {risk})\n", contract.key, contract.label));
        let answers = [
            ("list", found.list),
            ("complete", found.complete),
            ("backup", found.backup),
            ("compare", found.compare),
            ("restore", found.restore),
            ("assign", found.assign),
        ];
        for (name, answer) in answers {
            text.push_str(&format!("  {name:<9} {answer}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_output_is_the_golden_file() {
        let golden = include_str!("../../golden/resolver.txt");
        let table = super::table(super::Registry::embedded());
        assert_eq!(table, golden, "the output changed: if that is meant, write golden/resolver.txt anew:\n{table}");
    }
}
