//! Every contract against Microsoft's published metadata: a contract that names something that is not there fails.
//!
//! The metadata is not part of the project. It is looked for in the folder that `TENANTATLAS_SHARED` names, or in
//! `../shared` beside the project; when it is missing the comparison says so loudly and proves nothing.

#![expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]

mod metadata;

use std::collections::BTreeMap;

use metadata::Metadata;
use model::registry::{Assignable, Contract, CreateMode, PlatformRule, Registry};

/// Calls that work although the metadata does not list them, each with its witness.
const WORKING_BUT_UNLISTED: [(&str, &str, &str); 2] = [
    (
        "PUT",
        "/deviceManagement/configurationPolicies/{}",
        "facts/graph.md 3.3: IntuneManagement and IntuneCD replace a policy with it",
    ),
    ("PUT", "/deviceManagement/compliancePolicies/{}", "facts/graph.md 3.3: IntuneCD replaces a policy with it"),
];

struct Guard<'a> {
    contract: &'a Contract,
    metadata: &'a Metadata,
    item: String,
    problems: Vec<String>,
}

fn check(contract: &Contract, metadata: &Metadata) -> Vec<String> {
    let mut guard = Guard { contract, metadata, item: format!("/{}/{{}}", contract.path), problems: Vec::new() };
    guard.methods();
    guard.list();
    guard.parts();
    guard.actions();
    guard.properties();
    guard.types();
    guard.problems.into_iter().map(|problem| format!("{}: {problem}", contract.key)).collect()
}

impl Guard<'_> {
    fn say(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }

    fn method(&mut self, method: &str, path: &str) {
        let unlisted = WORKING_BUT_UNLISTED.iter().any(|(known, at, _)| *known == method && *at == path);
        self.say(unlisted || self.metadata.has_method(path, method), || format!("{method} {path} is not listed"));
    }

    fn methods(&mut self) {
        let (collection, item) = (format!("/{}", self.contract.path), self.item.clone());
        self.method("GET", &collection);
        self.method("GET", &item);
        self.method(&self.contract.update.method, &item);
        if self.contract.create.mode != CreateMode::Never {
            self.method("POST", &collection);
        }
        if self.contract.delete {
            self.method("DELETE", &item);
        }
    }

    fn list(&mut self) {
        let (collection, list) = (format!("/{}", self.contract.path), &self.contract.list);
        for (option, used) in
            [("$select", !list.select.is_empty()), ("$expand", !list.expand.is_empty()), ("$top", list.top.is_some())]
        {
            let allowed = !used || self.metadata.allows_option(&collection, option);
            self.say(allowed, || format!("GET {collection} does not take {option}"));
        }
        let expected = format!("Collection({})", self.contract.entity);
        let returned = self.metadata.returns(&collection);
        self.say(returned.as_ref() == Some(&expected), || format!("GET {collection} does not return {expected}"));
    }

    fn parts(&mut self) {
        let contract = self.contract;
        let on_object = contract.hydrate.iter().flat_map(|hydrate| &hydrate.expand);
        for expand in contract.list.expand.iter().chain(on_object) {
            self.metadata.check_expand(&contract.entity, expand, &mut self.problems);
        }
        for part in &contract.parts {
            let path = format!("{}/{}", self.item, part.property);
            self.method("GET", &path);
            match self.metadata.navigation(&contract.entity, &part.property) {
                None => self.problems.push(format!("{} has no navigation property {}", contract.entity, part.property)),
                Some(target) => part
                    .expand
                    .iter()
                    .for_each(|expand| self.metadata.check_expand(&target, expand, &mut self.problems)),
            }
        }
    }

    fn actions(&mut self) {
        let contract = self.contract;
        if let Assignable::Action(assign) = &contract.assignable {
            self.parameter(&assign.action, &assign.parameter, Some(format!("Collection({})", assign.element)));
        }
        for (action, parameters) in &contract.update.actions {
            parameters.iter().for_each(|name| self.parameter(action, name, None));
        }
    }

    fn parameter(&mut self, action: &str, name: &str, wanted: Option<String>) {
        let found = self.metadata.parameter(&self.item, &self.contract.entity, action, name);
        self.say(found.is_some(), || format!("the action {action} has no parameter {name}"));
        self.say(wanted.is_none() || found.is_none() || found == wanted, || {
            format!("the parameter {name} of {action} is {found:?}")
        });
    }

    fn properties(&mut self) {
        let contract = self.contract;
        let types = self.all_types();
        let mut paths: Vec<&String> = vec![&contract.name];
        paths.extend(&contract.modified);
        paths.extend(contract.parts.iter().filter_map(|part| part.count.as_ref()));
        paths.extend(contract.hydrate.iter().flat_map(|hydrate| &hydrate.properties));
        for list in [
            &contract.list.select,
            &contract.strip,
            &contract.volatile,
            &contract.sets,
            &contract.masked,
            &contract.encoded,
        ] {
            paths.extend(list);
        }
        paths.extend(&contract.update.without);
        paths.extend(contract.references.iter().map(|reference| &reference.path));
        if let Assignable::Inside { property } = &contract.assignable {
            paths.push(property);
        }
        if let PlatformRule::Property { property, .. } = &contract.platform {
            paths.push(property);
        }
        for path in paths {
            let known = types.iter().any(|name| self.metadata.has_path(name, path));
            self.say(known, || format!("{} has no property {path}", contract.entity));
        }
    }

    fn types(&mut self) {
        let contract = self.contract;
        let types = self.all_types();
        for name in &contract.family {
            self.say(types.contains(name), || format!("{name} is not derived from {}", contract.entity));
        }
        match &contract.platform {
            PlatformRule::ObjectType { prefixes } => {
                for prefix in prefixes.keys() {
                    let fits = types.iter().any(|name| name.starts_with(prefix.as_str()));
                    self.say(fits, || format!("no type of {} begins with {prefix}", contract.entity));
                }
            }
            PlatformRule::Property { property, names } => {
                let members = self.metadata.members(&contract.entity, property);
                for name in names.keys() {
                    self.say(members.contains(name), || format!("{property} has no member {name}"));
                }
            }
            PlatformRule::Fixed { .. } | PlatformRule::None => {}
        }
    }

    fn all_types(&self) -> Vec<String> {
        let entity = self.contract.entity.as_str();
        std::iter::once(entity).chain(self.metadata.derived(entity)).map(str::to_owned).collect()
    }
}

#[test]
fn every_contract_is_what_microsoft_publishes() {
    let Some(metadata) = metadata::load() else { return };
    let problems: Vec<String> = Registry::embedded()
        .iter()
        .flat_map(|contract| check(contract, &metadata[contract.version.as_str()]))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_wrong_contract_is_found() {
    let Some(metadata) = metadata::load() else { return };
    type Spoil = fn(&mut Contract);
    let spoiled: [(&str, Spoil); 9] = [
        ("is not listed", |contract| contract.path = "deviceManagement/nonsense".into()),
        ("does not return", |contract| contract.entity = "deviceConfiguration".into()),
        ("has no property nonsense", |contract| contract.name = "nonsense".into()),
        ("settings[].nonsense", |contract| contract.volatile.push("settings[].nonsense".into())),
        ("cannot be expanded", |contract| contract.list.expand.push("nonsense".into())),
        ("is not derived", |contract| contract.family.push("iosWiFiConfiguration".into())),
        ("has no parameter", |contract| {
            contract.update.actions.insert("assign".into(), vec!["nonsense".into()]);
        }),
        ("no navigation property", |contract| contract.parts[0].property = "nonsense".into()),
        ("has no member", |contract| {
            let names = BTreeMap::from([("nonsense".into(), "x".into())]);
            contract.platform = PlatformRule::Property { property: "platforms".into(), names };
        }),
    ];
    for (expected, spoil) in spoiled {
        let mut contract = Registry::embedded().get("settingsCatalog").expect("contract").clone();
        spoil(&mut contract);
        let problems = check(&contract, &metadata["beta"]).join("\n");
        assert!(problems.contains(expected), "wanted \"{expected}\", found: {problems}");
    }
}
