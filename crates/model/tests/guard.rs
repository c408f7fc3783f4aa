//! Every contract against Microsoft's published metadata: a contract that names something that is not there fails.
//!
//! The metadata is not part of the project. It is looked for in the folder that `TENANTATLAS_SHARED` names, or in
//! `../shared` beside the project; when it is missing the comparison says so loudly and proves nothing.

#![expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]

mod metadata;

use std::collections::BTreeSet;

use metadata::Metadata;
use metadata::exceptions::{UNKNOWN_TYPES, UNLISTED_PATHS, WORKING_BUT_UNLISTED};
use metadata::spoilt::SPOILT;
use model::registry::content::EXPANDED;
use model::registry::content::path::{Rows, Step};
use model::registry::{Aligned, Assignable, Contract, CreateMode, DIRECTORY, Part, PlatformRule, Registry};

struct Guard<'a> {
    contract: &'a Contract,
    metadata: &'a Metadata,
    collection: String,
    item: String,
    problems: Vec<String>,
}

/// Lists whose elements have an identity, and where that is; one that may stand anywhere has no path of its own.
fn aligned_paths(contract: &Contract) -> Vec<String> {
    let fixed = contract.aligned.iter().filter(|aligned| !aligned.list.starts_with("**."));
    let inside = |aligned: &Aligned| {
        let paths = aligned.by.iter().chain(&aligned.called).map(|path| format!("{}[].{path}", aligned.list));
        paths.collect::<Vec<_>>()
    };
    fixed.flat_map(inside).collect()
}

fn check(contract: &Contract, metadata: &Metadata) -> Vec<String> {
    let path = contract.path.replace(DIRECTORY, "{}");
    let item = if contract.single { format!("/{path}") } else { format!("/{path}/{{}}") };
    let mut guard = Guard { contract, metadata, collection: format!("/{path}"), item, problems: Vec::new() };
    if !guard.is_unlisted() {
        guard.methods();
        guard.list();
    }
    guard.written_elsewhere();
    if !guard.is_unknown() {
        guard.parts();
        guard.assignments();
        guard.actions();
        guard.properties();
        guard.each_type_of_row();
        guard.filter();
        guard.types();
        guard.definitions();
    }
    guard.problems.into_iter().map(|problem| format!("{}: {problem}", contract.key)).collect()
}

impl Guard<'_> {
    fn say(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }

    /// Whether nothing is listed under the path; saying so of one that is listed is a problem.
    fn is_unlisted(&mut self) -> bool {
        let named = UNLISTED_PATHS.iter().any(|(path, _)| self.collection == format!("/{path}"));
        let listed = self.metadata.has_path_of(&self.collection);
        self.say(!(named && listed), || "its path is listed by now: take it out of UNLISTED_PATHS".to_owned());
        named
    }

    fn is_unknown(&mut self) -> bool {
        let named = UNKNOWN_TYPES.contains(&self.contract.entity.as_str());
        let known = self.metadata.has_type(&self.contract.entity);
        self.say(!(named && known), || "its type is known by now: take it out of UNKNOWN_TYPES".to_owned());
        self.say(named || known, || format!("there is no type {}", self.contract.entity));
        named
    }

    fn method(&mut self, method: &str, path: &str) {
        let named = WORKING_BUT_UNLISTED.iter().any(|(known, at, _)| *known == method && *at == path);
        let listed = self.metadata.has_method(path, method);
        self.say(named || listed, || format!("{method} {path} is not listed"));
        self.say(!(named && listed), || {
            format!("{method} {path} is listed by now: take it out of WORKING_BUT_UNLISTED")
        });
    }

    fn methods(&mut self) {
        let (collection, item) = (self.collection.clone(), self.item.clone());
        self.method("GET", &collection);
        self.method("GET", &item);
        if self.contract.update.method != "none" && self.contract.update.path.is_none() {
            self.method(&self.contract.update.method, &item);
        }
        if !matches!(self.contract.create.mode, CreateMode::Never | CreateMode::PatchOnly) {
            match &self.contract.create.path {
                Some(path) => self.made_by(path),
                None => self.method("POST", &collection),
            }
        }
        if let Some(requests) = &self.contract.requests {
            self.method("GET", &format!("/{requests}/{{}}"));
        }
        if let Some(deleted) = &self.contract.deleted {
            self.method("GET", &format!("/{deleted}/{{}}"));
            self.method("POST", &format!("/{deleted}/{{}}/restore"));
        }
        if self.contract.delete {
            self.method("DELETE", &item);
        }
        if let Some(lookup) = &self.contract.lookup {
            self.method("POST", &format!("/{lookup}"));
        }
        for found in self.contract.references.iter().filter_map(|rule| rule.found.as_ref()) {
            self.method("GET", &format!("/{}/{{}}", found.at));
        }
        if let Some(members) = &self.contract.members {
            ["device", "user"].iter().for_each(|kind| self.method("GET", &format!("{item}/{members}/graph.{kind}")));
        }
        self.delta();
    }

    /// What is read at a path of its own, listed or not, is written where the path is listed.
    fn written_elsewhere(&mut self) {
        let update = &self.contract.update;
        let Some(path) = update.path.as_ref().map(|path| format!("/{path}")) else { return };
        self.method(&update.method, &path);
        let Some(property) = &update.inside else { return };
        let holder = self.metadata.returns(&path).unwrap_or_default();
        let taken = self.metadata.property(&holder, property);
        let expected = Some(&self.contract.entity);
        self.say(taken.as_ref() == expected, || format!("{property} of {holder} is no {}", self.contract.entity));
    }

    /// An action of another object that makes it, with the parameters that it takes.
    fn made_by(&mut self, path: &str) {
        let create = &self.contract.create;
        let Some((holder, action)) = path.rsplit_once('/') else { return };
        let names: Vec<&str> = holder.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        let item = format!("/{}", names.join("/"));
        let collection = item.trim_end_matches("/{}").to_owned();
        let returned = self.metadata.returns(&collection).unwrap_or_default();
        let holder = metadata::element(&returned).to_owned();
        self.say(self.metadata.has_action(&item, &holder, action), || format!("{item} has no action {action}"));
        for name in create.only.iter().chain(create.takes.keys()) {
            let found = self.metadata.parameter(&item, &holder, action, name);
            self.say(found.is_some(), || format!("the action {action} has no parameter {name}"));
        }
    }

    fn delta(&mut self) {
        let Some(delta) = &self.contract.delta else { return };
        let (path, list) = (format!("/{}()", delta.path), &self.contract.list);
        self.method("GET", &path);
        let expected = format!("Collection({})", self.contract.entity);
        self.say(self.metadata.returns(&path) == Some(expected), || format!("GET {path} returns something else"));
        for option in ["$select", "$top"] {
            self.say(self.metadata.allows_option(&path, option), || format!("GET {path} does not take {option}"));
        }
        for property in &delta.whole {
            self.say(list.select.contains(property), || {
                format!("{property} is not selected, so that no delta tells it")
            });
        }
        self.say(self.contract.lookup.is_some(), || "what a delta tells in part is read by a lookup".to_owned());
    }

    fn list(&mut self) {
        let (collection, list) = (self.collection.clone(), &self.contract.list);
        for (option, used) in [
            ("$select", !list.select.is_empty()),
            ("$expand", !list.expand.is_empty()),
            ("$filter", list.filter.is_some()),
            ("$top", list.top.is_some()),
            ("$orderby", list.order.is_some()),
        ] {
            let allowed = !used || self.metadata.allows_option(&collection, option);
            self.say(allowed, || format!("GET {collection} does not take {option}"));
        }
        let entity = &self.contract.entity;
        let expected = if self.contract.single { entity.clone() } else { format!("Collection({entity})") };
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
            if part.of_types.is_empty() {
                if !UNLISTED_PATHS.iter().any(|(path, _)| *path == contract.path) {
                    self.method("GET", &format!("{}/{}", self.item, part.property));
                }
                self.part(&contract.entity, part);
            }
            part.of_types.iter().for_each(|holder| self.part(holder, part));
        }
    }

    /// Definitions of settings: each by its id, their categories, and the expansion that brings those of one object.
    fn definitions(&mut self) {
        let Some(definitions) = &self.contract.definitions else { return };
        for (path, entity) in [
            (&definitions.path, "deviceManagementConfigurationSettingDefinition"),
            (&definitions.categories, "deviceManagementConfigurationCategory"),
        ] {
            self.method("GET", &format!("/{path}/{{}}"));
            let returned = self.metadata.returns(&format!("/{path}"));
            self.say(returned == Some(format!("Collection({entity})")), || {
                format!("GET {path} does not return {entity}")
            });
        }
        let part = definitions.with.as_deref().map(|with| self.contract.part(with));
        let Some(part) = part else { return };
        let target = part.and_then(|part| self.metadata.navigation(&self.contract.entity, &part.property));
        let target = target.unwrap_or_default();
        self.metadata.check_expand(metadata::element(&target), EXPANDED, &mut self.problems);
    }

    /// The part as a navigation property of the type that has it.
    fn part(&mut self, holder: &str, part: &Part) {
        let Some(target) = self.metadata.navigation(holder, &part.property) else {
            return self.problems.push(format!("{holder} has no navigation property {}", part.property));
        };
        let is_list = target.starts_with("Collection(");
        self.say(is_list != part.single, || format!("{} of {holder} is {target}", part.property));
        let target = metadata::element(&target);
        part.expand.iter().for_each(|expand| self.metadata.check_expand(target, expand, &mut self.problems));
        for property in &part.select {
            self.say(self.metadata.has_path(target, property), || format!("{target} has no property {property}"));
        }
    }

    fn assignments(&mut self) {
        match &self.contract.assignable {
            Assignable::Action(assign) => {
                // What is bound to a derived type has a cast in front.
                let (cast, action) =
                    assign.action.rsplit_once('/').unwrap_or((self.contract.entity.as_str(), &assign.action));
                let holder = cast.trim_start_matches("microsoft.graph.");
                let wanted = Some(format!("Collection({})", assign.element));
                self.parameter(holder, action, &assign.parameter, wanted);
            }
            Assignable::Each { part, element } => {
                self.method("POST", &format!("{}/{part}", self.item));
                self.method("DELETE", &format!("{}/{part}/{{}}", self.item));
                let target = self.metadata.navigation(&self.contract.entity, part);
                let wanted = format!("Collection({element})");
                self.say(target.as_ref() == Some(&wanted), || format!("{part} is {target:?}"));
            }
            Assignable::Inside { .. } | Assignable::Never { .. } => {}
        }
    }

    fn actions(&mut self) {
        let contract = self.contract;
        for (action, parameters) in &contract.update.actions {
            let exists = self.metadata.has_action(&self.item, &contract.entity, action);
            self.say(exists, || format!("there is no action {action}"));
            parameters.iter().for_each(|name| self.parameter(&contract.entity, action, name, None));
        }
    }

    fn parameter(&mut self, holder: &str, action: &str, name: &str, wanted: Option<String>) {
        let found = self.metadata.parameter(&self.item, holder, action, name);
        self.say(found.is_some(), || format!("the action {action} has no parameter {name}"));
        self.say(wanted.is_none() || found.is_none() || found == wanted, || {
            format!("the parameter {name} of {action} is {found:?}")
        });
    }

    /// Every name in the list's filter that is neither a word of the language nor a value.
    fn filter(&mut self) {
        let Some(filter) = &self.contract.list.filter else { return };
        let outside_quotes = filter.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
        let names = outside_quotes.split(|letter: char| letter.is_whitespace() || "()".contains(letter));
        for name in names.filter(|name| !matches!(*name, "" | "eq" | "ne" | "or" | "and" | "null" | "true" | "false")) {
            let (holder, property) = name.rsplit_once('/').unwrap_or((self.contract.entity.as_str(), name));
            let known = self.metadata.has_path(holder.trim_start_matches("microsoft.graph."), property);
            self.say(known, || format!("the filter names {name}, which is not there"));
        }
    }

    fn properties(&mut self) {
        let contract = self.contract;
        let types = self.all_types();
        let mut paths: Vec<&String> = contract.name.iter().chain(&contract.modified).collect();
        paths.extend(contract.built_in.iter().map(|built_in| &built_in.property));
        paths.extend(contract.create.ready.iter().map(|ready| &ready.property));
        paths.extend(contract.held.iter().map(|held| &held.property));
        paths.extend(contract.update.takes.values().chain(contract.create.takes.values()));
        paths.extend(contract.create.only.iter().chain(&contract.update.not_null).chain(&contract.by_id));
        paths.extend(&contract.create.without);
        paths.extend(contract.parts.iter().filter_map(|part| part.count.as_ref()));
        paths.extend(contract.hydrate.iter().flat_map(|hydrate| hydrate.properties.iter().chain(&hydrate.alone)));
        for list in [
            &contract.list.select,
            &contract.strip,
            &contract.volatile,
            &contract.sets,
            &contract.masked,
            &contract.encoded,
            &contract.remade,
            &contract.kept,
        ] {
            paths.extend(list);
        }
        let aligned = aligned_paths(contract);
        paths.extend(&aligned);
        paths.extend(&contract.update.without);
        paths.extend(contract.references.iter().map(|reference| &reference.path));
        if let Assignable::Inside { property, .. } = &contract.assignable {
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

    /// Where rows name other objects by their type, each type says what it names.
    fn each_type_of_row(&mut self) {
        let contract = self.contract;
        let steps = contract.references.iter().flat_map(|rule| Step::all(&rule.path));
        let typed = steps.filter_map(|step| match step.rows {
            Rows::Of(kind) => Some((step.name, kind)),
            Rows::No | Rows::All => None,
        });
        let typed: BTreeSet<_> = typed.collect();
        let lists: BTreeSet<_> = typed.iter().map(|(list, _)| *list).collect();
        for list in lists {
            for kind in self.metadata.rows_of(&contract.entity, list) {
                self.say(typed.contains(&(list, kind)), || format!("nothing says what a {kind} in {list} names"));
            }
        }
    }

    fn types(&mut self) {
        let contract = self.contract;
        let types = self.all_types();
        for name in contract.family.iter().chain(&contract.create.types) {
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
    for (expected, spoil) in SPOILT {
        let mut contract = Registry::embedded().get("settingsCatalog").expect("contract").clone();
        spoil(&mut contract);
        let problems = check(&contract, &metadata["beta"]).join("\n");
        assert!(problems.contains(expected), "wanted \"{expected}\", found: {problems}");
    }
}
