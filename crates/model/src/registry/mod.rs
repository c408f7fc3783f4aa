//! The contract registry: what each configuration type is and how Graph is asked for it (`spec/product.md` 4).
//!
//! A type is data: one file in `contracts/`, embedded in the binary, checked when it is first used and compared with
//! Microsoft's published metadata by `tests/guard.rs`.

mod approval;
pub mod content;
mod contract;
mod reading;
pub mod resolver;
mod segment;
mod validate;
mod writes;
mod writing;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use crate::change::ChangeLog;

pub use approval::ApprovalKind;
pub use contract::{
    Contract, DIRECTORY, DefinitionPaths, Found, Mode, Permissions, PlatformRule, Quota, ReferenceRule, Risk, Version,
};
pub use reading::{Aligned, Delta, Hydrate, List, Part, Unchanged};
pub use segment::path_segment;
pub use writing::{Assign, Assignable, BuiltIn, Create, CreateMode, Held, Ready, Rows, Update};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../contracts");

static EMBEDDED: LazyLock<Registry> = LazyLock::new(|| {
    Registry::parse(embedded_files()).expect("the embedded contracts are checked by a test of this crate")
});

/// All contracts, in the order in which they are shown.
#[derive(Debug)]
pub struct Registry(Vec<Contract>);

/// A contract file that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("contract {file}: {problem}")]
pub struct RegistryError {
    /// File name.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Registry {
    /// The contracts that this binary was built with.
    pub fn embedded() -> &'static Registry {
        &EMBEDDED
    }

    /// From the texts of contract files, each with its name. Fails on an unknown key, a contradiction or a second
    /// contract of the same key.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Registry, RegistryError> {
        let mut contracts: Vec<Contract> = Vec::new();
        for (file, text) in files {
            let fail = |problem: String| RegistryError { file: file.to_owned(), problem };
            let contract: Contract = toml::from_str(text).map_err(|error| fail(error.message().to_owned()))?;
            validate::check(&contract).map_err(fail)?;
            if contracts.iter().any(|other| other.key == contract.key) {
                return Err(fail(format!("a second contract has the key {}", contract.key)));
            }
            contracts.push(contract);
        }
        contracts.sort_by(|one, two| one.order.cmp(&two.order).then_with(|| one.key.cmp(&two.key)));
        validate::check_references(&contracts).map_err(|(file, problem)| RegistryError { file, problem })?;
        Ok(Registry(contracts))
    }

    /// The contract of that key.
    pub fn get(&self, key: &str) -> Option<&Contract> {
        self.0.iter().find(|contract| contract.key == key)
    }

    /// The contract of an object that nobody knows, by what an audit log calls it: the type of a resource in Intune's, the
    /// activity in the directory's, which must be an addition. Other activities name a type, too, and mean another one's
    /// object: "Consent to application" is about a service principal.
    pub fn audited(&self, log: ChangeLog, word: &str) -> Option<&Contract> {
        let word = word.to_lowercase();
        self.iter().find(|contract| match (log, &contract.audited_as) {
            (ChangeLog::Intune, _) => contract.quota == Quota::Intune && contract.entity.to_lowercase() == word,
            (ChangeLog::Directory, Some(name)) => word == format!("add {name}"),
            (ChangeLog::Directory, None) => false,
        })
    }

    /// What one object of that type is called; the key itself where the type is unknown.
    pub fn label<'a>(&'a self, key: &'a str) -> &'a str {
        self.get(key).map_or(key, |contract| contract.label.as_str())
    }

    /// The contracts' keys of what a reference of that kind may name: itself, or those of which an object does not say
    /// which it is ([`ReferenceRule::among`]). None for what has no contract.
    pub fn meant<'a>(&'a self, kind: &'a str) -> Vec<&'a str> {
        if !kind.starts_with("external:") {
            return vec![kind];
        }
        let rules = self.iter().flat_map(|contract| &contract.references).filter(|rule| rule.to == kind);
        rules.flat_map(|rule| &rule.among).map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// All contracts, in stable order.
    pub fn iter(&self) -> impl Iterator<Item = &Contract> {
        self.0.iter()
    }

    /// Those that a sync observes, in the same order.
    pub fn observed(&self) -> impl Iterator<Item = &Contract> {
        self.iter().filter(|contract| contract.inventory)
    }
}

fn embedded_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "toml")).map(|file| {
        let name = file.path().to_str().expect("contract files have ASCII names");
        (name, file.contents_utf8().expect("contract files are UTF-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::{Registry, embedded_files};
    use crate::change::ChangeLog;

    #[test]
    fn the_embedded_contracts_parse_in_a_stable_order() {
        let registry = Registry::parse(embedded_files()).expect("contracts");
        let keys: Vec<_> = registry.iter().map(|contract| contract.key.as_str()).collect();
        assert_eq!(keys.first(), Some(&"settingsCatalog"));
        assert_eq!(keys.last(), Some(&"directoryAudits"));
        assert_eq!(keys.len(), 74);
    }

    #[test]
    fn a_new_object_is_known_by_what_the_log_calls_it() {
        let key = |log, word| Registry::embedded().audited(log, word).map(|contract| contract.key.as_str());
        assert_eq!(key(ChangeLog::Intune, "DeviceConfiguration"), Some("deviceConfigurations"));
        assert_eq!(key(ChangeLog::Intune, "SomethingNew"), None);
        assert_eq!(key(ChangeLog::Directory, "Add conditional access policy"), Some("conditionalAccess"));
        assert_eq!(key(ChangeLog::Directory, "Consent to application"), None);
    }

    #[test]
    fn an_unknown_key_does_not_parse() {
        let (name, text) = embedded_files().next().expect("there is one");
        let wrong = format!("nonsense = 1\n{text}");
        let error = Registry::parse([(name, wrong.as_str())]).expect_err("unknown key");
        assert!(error.problem.contains("nonsense"), "{error}");
    }

    #[test]
    fn two_contracts_of_the_same_key_are_refused() {
        let (name, text) = embedded_files().next().expect("there is one");
        let error = Registry::parse([(name, text), ("copy.toml", text)]).expect_err("duplicate");
        assert_eq!(error.file, "copy.toml");
    }
}
