//! The reduced metadata of Microsoft Graph, asked by name.

pub(crate) mod exceptions;
pub(crate) mod spoilt;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use model::registry::content::path::{Rows, Step};
use serde_json::Value;

/// One version of Graph.
pub(crate) struct Metadata {
    paths: HashMap<String, Value>,
    types: Value,
    bound: Value,
}

/// Both versions by name; nothing, said loudly, when the folder is not there.
pub(crate) fn load() -> Option<HashMap<&'static str, Metadata>> {
    let folder = folder();
    if !folder.join("beta.json").is_file() {
        eprintln!("SKIPPED: no Graph metadata in {}; set TENANTATLAS_SHARED to the folder above it", folder.display());
        return None;
    }
    Some(["beta", "v1.0"].map(|version| (version, Metadata::read(&folder.join(format!("{version}.json"))))).into())
}

fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    std::env::var_os("TENANTATLAS_SHARED").map_or_else(beside, PathBuf::from).join("graph-metadata")
}

/// The type of one element of a collection; any other type is itself.
pub(crate) fn element(name: &str) -> &str {
    let inner = name.strip_prefix("Collection(").or_else(|| name.strip_prefix("CollectionOrFlags("));
    inner.and_then(|inner| inner.strip_suffix(')')).unwrap_or(name)
}

impl Metadata {
    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).expect("the metadata can be read");
        let mut value: Value = serde_json::from_str(&text).expect("the metadata is JSON");
        let Value::Object(paths) = value["paths"].take() else { panic!("the metadata has paths") };
        let paths = paths.into_iter().map(|(path, entry)| (plain(&path), entry)).collect();
        Self { paths, types: value["types"].take(), bound: value["bound"].take() }
    }

    pub(crate) fn has_method(&self, path: &str, method: &str) -> bool {
        self.paths.get(path).is_some_and(|entry| entry["ops"].get(method).is_some())
    }

    /// Whether anything is listed at the path.
    pub(crate) fn has_path_of(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.types.get(name).is_some()
    }

    /// Whether there is such an action: by its path, else bound to the type or one of its bases.
    pub(crate) fn has_action(&self, item: &str, entity: &str, action: &str) -> bool {
        self.has_method(&format!("{item}/{action}"), "POST") || self.bound(entity, action).is_some()
    }

    fn bound(&self, entity: &str, action: &str) -> Option<&Value> {
        self.chain(entity)
            .into_iter()
            .find_map(|kind| self.bound.get(kind)?.as_array()?.iter().find(|operation| operation["name"] == action))
    }

    pub(crate) fn allows_option(&self, path: &str, option: &str) -> bool {
        let options = self.paths.get(path).and_then(|entry| entry["ops"]["GET"]["q"].as_array());
        options.is_some_and(|options| options.iter().any(|known| known == option))
    }

    pub(crate) fn returns(&self, path: &str) -> Option<String> {
        self.paths.get(path)?["ops"]["GET"]["ret"].as_str().map(str::to_owned)
    }

    /// Type of an action's parameter: from its path, else from what is bound to the type or its bases.
    pub(crate) fn parameter(&self, item: &str, entity: &str, action: &str, name: &str) -> Option<String> {
        let path = self.paths.get(&format!("{item}/{action}")).and_then(|entry| entry["ops"]["POST"]["body"].get(name));
        path.or_else(|| self.bound(entity, action)?["params"].get(name))?.as_str().map(str::to_owned)
    }

    /// All descendants.
    pub(crate) fn derived<'a>(&'a self, name: &str) -> Vec<&'a str> {
        let derived = self.types.get(name).and_then(|kind| kind["derived"].as_array());
        derived.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Every type that derives from one of `entities`, with what is kept for the nearest of them.
    #[allow(dead_code, reason = "the test of exchanged files asks it, the guard does not")]
    pub(crate) fn nearest<'a>(&self, entities: &std::collections::BTreeMap<&str, &'a str>) -> Vec<(String, &'a str)> {
        let names = self.types.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let others = names.filter(|name| !entities.contains_key(name));
        others
            .filter_map(|name| {
                let nearest = self.chain(name).into_iter().find_map(|base| entities.get(base))?;
                Some((name.to_owned(), *nearest))
            })
            .collect()
    }

    /// Type of a navigation property.
    pub(crate) fn navigation(&self, entity: &str, name: &str) -> Option<String> {
        self.chain(entity)
            .into_iter()
            .find_map(|kind| self.types[kind]["nav"].get(name)?["t"].as_str())
            .map(str::to_owned)
    }

    /// Members of the enumeration of a property.
    pub(crate) fn members(&self, entity: &str, property: &str) -> Vec<String> {
        let kind = self.property(entity, property).unwrap_or_default();
        let members = self.types.get(element(&kind)).and_then(|kind| kind["members"].as_array().cloned());
        members.unwrap_or_default().into_iter().filter_map(|member| member.as_str().map(str::to_owned)).collect()
    }

    /// Whether a contract's path leads somewhere; any descendant on the way may have the next name.
    pub(crate) fn has_path(&self, entity: &str, path: &str) -> bool {
        self.has_steps(entity, &Step::all(path).collect::<Vec<_>>())
    }

    fn has_steps(&self, entity: &str, steps: &[Step<'_>]) -> bool {
        let Some((step, rest)) = steps.split_first() else { return true };
        let Some(kind) = self.reached(entity, step.name) else { return false };
        let kind = element(&kind);
        if let Rows::Of(rows) = step.rows {
            return self.derived(kind).contains(&rows) && self.has_steps(rows, rest);
        }
        self.has_steps(kind, rest) || self.derived(kind).into_iter().any(|derived| self.has_steps(derived, rest))
    }

    /// The type of a property, or of what a navigation leads to.
    fn reached(&self, entity: &str, name: &str) -> Option<String> {
        self.property(entity, name).or_else(|| self.navigation(entity, name))
    }

    /// `a`, or `a($expand=b)`.
    pub(crate) fn check_expand(&self, entity: &str, expand: &str, problems: &mut Vec<String>) {
        let (name, inner) =
            expand.split_once("($expand=").map_or((expand, None), |(name, inner)| (name, inner.strip_suffix(')')));
        match (self.navigation(entity, name), inner) {
            (None, _) => problems.push(format!("{name} of {entity} cannot be expanded")),
            (Some(target), Some(inner)) => self.check_expand(element(&target), inner, problems),
            (Some(_), None) => {}
        }
    }

    /// The derived types that the rows of a type's list may be of.
    #[allow(dead_code, reason = "the guard asks it, the test of exchanged files does not")]
    pub(crate) fn rows_of(&self, entity: &str, list: &str) -> Vec<&str> {
        self.reached(entity, list).map(|kind| self.derived(element(&kind))).unwrap_or_default()
    }

    pub(crate) fn property(&self, entity: &str, name: &str) -> Option<String> {
        if name == "id" && self.chain(entity).contains(&"entity") {
            return Some("Edm.String".to_owned());
        }
        self.chain(entity)
            .into_iter()
            .find_map(|kind| self.types[kind]["props"].get(name)?["t"].as_str())
            .map(str::to_owned)
    }

    /// The type and its bases.
    fn chain<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let mut chain = vec![name];
        while let Some(base) = self.types.get(chain[chain.len() - 1]).and_then(|kind| kind["base"].as_str()) {
            chain.push(base);
        }
        chain.retain(|kind| self.types.get(*kind).is_some() || *kind == "entity");
        chain
    }
}

fn plain(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '{' => {
                inside = true;
                text.push_str("{}");
            }
            '}' => inside = false,
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    text
}
