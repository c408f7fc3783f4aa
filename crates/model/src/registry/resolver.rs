//! What can be done with each type, derived from its contract: the answer to "can we restore this, and why not?".

use super::Registry;
use super::contract::{Contract, Mode};
use super::writing::{Assignable, CreateMode};

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
    /// A new object can be made through the API.
    pub create: Answer,
    /// An object can be changed through the API.
    pub update: Answer,
    /// An object can be removed through the API.
    pub delete: Answer,
    /// It can be written back.
    pub restore: Answer,
    /// Its assignments can be written back.
    pub assign: Answer,
}

impl Capabilities {
    /// Every answer with what is asked, in the order in which they are shown.
    pub fn answers(&self) -> [(&'static str, &Answer); 9] {
        [
            ("list", &self.list),
            ("complete", &self.complete),
            ("backup", &self.backup),
            ("compare", &self.compare),
            ("create", &self.create),
            ("update", &self.update),
            ("delete", &self.delete),
            ("restore", &self.restore),
            ("assign", &self.assign),
        ]
    }
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

impl Answer {
    /// `yes`, `partly` or `no`.
    pub fn word(&self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::Partly(_) => "partly",
            Answer::No(_) => "no",
        }
    }

    /// What is missing or why not; nothing for a yes.
    pub fn why(&self) -> Option<&str> {
        match self {
            Answer::Yes => None,
            Answer::Partly(why) | Answer::No(why) => Some(why),
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())?;
        self.why().map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}

/// The capabilities of one type.
pub fn resolve(contract: &Contract) -> Capabilities {
    let restore = restore(contract);
    Capabilities {
        list: list(contract),
        complete: complete(contract),
        backup: from_mode(&contract.backup),
        create: create(contract),
        update: update(contract),
        delete: delete(contract),
        compare: if contract.masked.is_empty() { Answer::Yes } else { Answer::Partly(unverifiable(contract)) },
        assign: assign(contract, &restore),
        restore,
    }
}

fn list(contract: &Contract) -> Answer {
    match contract.list.leaves_out.as_str() {
        "" => Answer::Yes,
        left_out => Answer::Partly(format!("Not listed: {left_out}")),
    }
}

fn create(contract: &Contract) -> Answer {
    let reason = contract.create.reason.clone();
    match contract.create.mode {
        CreateMode::Yes => Answer::Yes,
        CreateMode::Partial => Answer::Partly(reason),
        CreateMode::PatchOnly | CreateMode::Never => Answer::No(reason),
    }
}

fn update(contract: &Contract) -> Answer {
    let update = &contract.update;
    if update.method == "none" {
        return Answer::No(update.reason.clone());
    }
    if update.without.is_empty() {
        return Answer::Yes;
    }
    Answer::Partly(format!("The update itself does not take {}", update.without.join(", ")))
}

fn delete(contract: &Contract) -> Answer {
    match (contract.delete, &contract.built_in) {
        (true, None) => Answer::Yes,
        (true, Some(_)) => Answer::Partly("Objects that every directory has stay".to_owned()),
        (false, _) if contract.single => Answer::No("Every directory has exactly one".to_owned()),
        (false, _) => Answer::No(contract.create.reason.clone()),
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
        (Answer::Yes, mode) => Answer::Partly(limits(contract, mode)),
        (Answer::Partly(reason), mode @ (CreateMode::Partial | CreateMode::PatchOnly)) => {
            Answer::Partly(format!("{reason}. {}", limits(contract, mode)))
        }
        (other, _) => other,
    }
}

fn limits(contract: &Contract, mode: CreateMode) -> String {
    let reason = &contract.create.reason;
    if mode == CreateMode::PatchOnly { format!("Only changed in place. {reason}") } else { reason.clone() }
}

fn assign(contract: &Contract, restore: &Answer) -> Answer {
    match (&contract.assignable, restore) {
        (Assignable::Never { reason }, _) => Answer::No(reason.clone()),
        (_, Answer::No(reason)) => Answer::No(reason.clone()),
        (Assignable::Inside { property, .. }, _) => {
            Answer::Partly(format!("Written with the object itself, in {property}"))
        }
        (Assignable::Action(_) | Assignable::Each { .. }, answer) => answer.clone(),
    }
}

/// The whole output as text; committed as a golden file.
pub fn table(registry: &Registry) -> String {
    let mut text = String::new();
    for contract in registry.iter() {
        let found = resolve(contract);
        text.push_str(&format!("{} ({}, risk {})\n", contract.key, contract.label, contract.risk));
        for (asked, answer) in found.answers() {
            text.push_str(&format!("  {asked:<9} {answer}\n"));
        }
        for (asked, permissions) in
            [("reads by", &contract.permissions.read), ("writes by", &contract.permissions.write)]
        {
            let permissions = if permissions.is_empty() { "nothing".to_owned() } else { permissions.join(", ") };
            text.push_str(&format!("  {asked:<9} {permissions}\n"));
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
