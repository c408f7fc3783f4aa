//! Files to objects, whatever layout they are in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::intune_cd::{self, Ids};
use super::ours::{FileManifest, FileMissing, FileObject, MANIFEST, is_manifest, sha256};
use super::parts::{Parts, Whole};
use super::{Layout, Object, Problem, Source, folders, names, recognise, shape, text, yaml};
use crate::canonical;
use crate::registry::Contract;
use crate::registry::content::{external_id, name};

const MIGRATION_TABLE: &str = "MigrationTable.json";
/// What IntuneManagement writes in the place of the directory's id.
const ORGANIZATION: &str = "%OrganizationId%";
/// What IntuneManagement and others write beside an object, and the property that it is of the object.
const BESIDE: [(&str, &str); 2] = [("_settings", "definitionValues"), ("_assignments", "assignments")];

/// What was found in a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// An object.
    Object(Box<Object>),
    /// Something that is no configuration, or is said elsewhere: nothing is lost with it.
    Aside(Aside),
    /// Something that should have been an object and is not understood.
    Lost(Aside),
}

/// A file, or an object in it, that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Where.
    pub path: String,
    /// The type, where that much is known.
    pub type_key: Option<String>,
    /// The name, where that much is known; else the path.
    pub name: String,
    /// Why.
    pub problem: Problem,
}

impl Aside {
    fn of(path: &str, code: &'static str, message: &str) -> Self {
        Self { path: path.to_owned(), type_key: None, name: path.to_owned(), problem: Problem::new(code, message) }
    }
}

/// Reads one import, file by file.
#[derive(Debug)]
pub struct Reader {
    layout: Layout,
    paths: BTreeSet<String>,
    /// The paths in lower case: PowerShell's tools do not mind capitals.
    lower: HashMap<String, String>,
    parts: Parts,
    manifests: Vec<(String, FileManifest)>,
    listed: HashMap<String, FileObject>,
    directory_id: Option<String>,
    ids: Ids,
    /// SHA-256 of the content of what was taken, by type and id.
    seen: HashMap<(String, String), [u8; 32]>,
    broken: Vec<Aside>,
}

impl Reader {
    /// Looks at what all files are about. `here` is the tenant that the objects are imported to: names that a tool has written
    /// in the place of ids are looked up in it.
    pub fn new(paths: &[String], here: &Source, mut read: impl FnMut(&str) -> Option<Vec<u8>>) -> Self {
        let mut reader = Self {
            layout: Layout::Portal,
            paths: paths.iter().cloned().collect(),
            lower: paths.iter().map(|path| (path.to_lowercase(), path.clone())).collect(),
            parts: Parts::of(paths),
            manifests: Vec::new(),
            listed: HashMap::new(),
            directory_id: None,
            ids: Ids {
                groups: unique(&here.groups),
                scope_tags: unique(&here.scope_tags),
                filters: unique(&here.filters),
                templates: unique(&here.templates),
                scripts: unique(&here.scripts),
                apps: unique(&here.apps),
            },
            seen: HashMap::new(),
            broken: Vec::new(),
        };
        for path in paths.iter().filter(|path| file_name(path) == MANIFEST) {
            reader.read_manifest(path, read(path).unwrap_or_default());
        }
        for path in paths.iter().filter(|path| file_name(path).eq_ignore_ascii_case(MIGRATION_TABLE)) {
            let table = read(path).and_then(|bytes| text::decoded(&bytes).ok());
            let table: Option<Value> = table.and_then(|text| serde_json::from_str(&text).ok());
            let id = table.as_ref().and_then(|table| table.get("TenantId")).and_then(Value::as_str);
            reader.directory_id = id.map(str::to_owned).or(reader.directory_id.take());
        }
        reader.layout = reader.guessed_layout();
        reader
    }

    fn read_manifest(&mut self, path: &str, bytes: Vec<u8>) {
        let parsed = text::decoded(&bytes).ok().and_then(|text| FileManifest::parse(&text));
        let folder = path.strip_suffix(MANIFEST).unwrap_or_default();
        match parsed {
            Some(Ok(manifest)) => {
                let files = manifest.objects.iter().map(|one| (format!("{folder}{}", one.path), one.clone()));
                self.listed.extend(files);
                self.directory_id.get_or_insert_with(|| manifest.directory_id.clone());
                self.manifests.push((folder.to_owned(), manifest));
            }
            Some(Err(problem)) => {
                self.broken.push(Aside { path: path.to_owned(), type_key: None, name: path.to_owned(), problem })
            }
            None => {}
        }
    }

    fn guessed_layout(&self) -> Layout {
        let folders = self.paths.iter().filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
        let folders: BTreeSet<&str> = folders.flat_map(|folder| folder.split('/')).collect();
        let in_folder = |is: fn(&str) -> bool| folders.iter().any(|folder| is(folder));
        let has_table = self.paths.iter().any(|path| file_name(path).eq_ignore_ascii_case(MIGRATION_TABLE));
        if !self.manifests.is_empty() {
            Layout::Ours
        } else if has_table {
            Layout::IntuneManagement
        } else if in_folder(intune_cd::is_folder) {
            Layout::Intunecd
        } else if in_folder(folders::is_intune_management) {
            Layout::IntuneManagement
        } else {
            Layout::Portal
        }
    }

    /// The layout that the files seem to be in. What is read of them does not depend on it, but for
    /// notes that some of them add.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The directory that they say they were taken from.
    pub fn directory_id(&self) -> Option<&str> {
        self.directory_id.as_deref()
    }

    /// What is in the file. `beside` gives another file of the import: some tools spread an object over two.
    pub fn read(&mut self, path: &str, bytes: &[u8], mut beside: impl FnMut(&str) -> Option<Vec<u8>>) -> Vec<Found> {
        if let Some(aside) = self.no_object(path) {
            return aside.into_iter().map(Found::Aside).collect();
        }
        let document = match self.parsed(path, bytes) {
            Ok(document) => document,
            Err(problem) => {
                let aside = Aside { path: path.to_owned(), type_key: None, name: path.to_owned(), problem };
                return vec![Found::Lost(aside)];
            }
        };
        let mut found = Vec::new();
        if self.listed.get(path).is_some_and(|listed| listed.sha256 != sha256(bytes)) {
            let why = "It is not what was exported: it is taken as it is now";
            found.push(Found::Aside(Aside::of(path, "import.altered", why)));
        }
        let documents = match self.parts.whole_of(path).filter(|part| part.is_made_of(&document)) {
            Some(part) => vec![self.whole(part, (path, document), &mut beside, &mut found)],
            None => several(document),
        };
        let alone = documents.len() == 1;
        for (position, document) in documents.into_iter().enumerate() {
            let place = if alone { path.to_owned() } else { format!("{path}#{}", position + 1) };
            found.push(self.object(path, &place, document, &mut beside));
        }
        found
    }

    /// What is no object by its name alone. Manifests and tables are said by what they are about, so nothing is told of them.
    fn no_object(&self, path: &str) -> Option<Option<Aside>> {
        let file = file_name(path).to_lowercase();
        if is_hidden(path) {
            return Some(Some(Aside::of(path, "import.other_file", "It belongs to a system or a repository")));
        }
        if (is_manifest(path) && self.manifests.iter().any(|(folder, _)| path == format!("{folder}{MANIFEST}")))
            || self.broken.iter().any(|one| one.path == path)
            || file.eq_ignore_ascii_case(MIGRATION_TABLE)
        {
            return Some(None);
        }
        if !may_hold_objects(&file) {
            return Some(Some(Aside::of(
                path,
                "import.other_file",
                "It is neither JSON nor YAML, so it holds no object",
            )));
        }
        if let Some(why) = folders::no_configuration(path) {
            return Some(Some(Aside::of(path, "import.no_configuration", why)));
        }
        let is_beside = BESIDE.iter().any(|(ending, _)| self.main_of(path, ending).is_some());
        if is_beside || self.parts.is_further(path) {
            return Some(Some(Aside::of(path, "import.beside", "It belongs to the object in the file beside it")));
        }
        None
    }

    /// `a.json` of `a_Settings.json`, when that is there.
    fn main_of(&self, path: &str, ending: &str) -> Option<String> {
        let stem = stem(path);
        let cut = stem.len().checked_sub(ending.len())?;
        let main = stem.get(..cut).filter(|_| stem.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(ending)))?;
        let main = format!("{}{main}.json", path.strip_suffix(file_name(path)).unwrap_or_default());
        self.paths.contains(&main).then_some(main)
    }

    fn parsed(&self, path: &str, bytes: &[u8]) -> Result<Value, Problem> {
        let mut text = text::decoded(bytes)?;
        if let Some(id) = self.directory_id.as_ref().filter(|_| text.contains(ORGANIZATION)) {
            text = text.replace(ORGANIZATION, id);
        }
        if is_yaml(&path.to_lowercase()) {
            return yaml::parsed(&text);
        }
        serde_json::from_str(&text).map_err(|_| Problem::new("import.not_json", "Its text is no JSON, or was cut off"))
    }

    fn object(
        &mut self,
        path: &str,
        place: &str,
        mut document: Value,
        beside: &mut impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Found {
        let lost = |code, message: &str| Found::Lost(Aside::of(place, code, message));
        if !document.is_object() {
            return lost("import.no_object", "There is no object in it");
        }
        let listed = self.listed.get(path).cloned();
        let registry = crate::registry::Registry::embedded();
        let by_manifest = listed.as_ref().and_then(|one| registry.get(&one.type_key));
        let by_manifest = by_manifest.or_else(|| self.parts.whole_of(path).map(|part| part.contract));
        let Some(contract) = by_manifest.or_else(|| recognise::type_of(path, &document)) else {
            return lost("import.unknown_type", "Neither its content nor its folder says what type of object it is");
        };
        if !contract.inventory {
            return Found::Aside(Aside {
                type_key: Some(contract.key.clone()),
                ..Aside::of(place, "import.not_kept", "Objects of this type are never in a backup")
            });
        }
        self.take_beside(path, &mut document, beside);
        intune_cd::observed(contract, stem(path), &mut document, &self.ids);
        let typed = matches!(self.layout, Layout::IntuneManagement | Layout::Intunecd);
        shape::observed(contract, &mut document, typed);
        self.taken(contract, place, listed, document)
    }

    /// The object whose parts are files of their own, from the first of them and those that belong to it as well.
    fn whole(
        &self,
        part: &Whole,
        (path, first): (&str, Value),
        beside: &mut impl FnMut(&str) -> Option<Vec<u8>>,
        found: &mut Vec<Found>,
    ) -> Value {
        let mut items = vec![part.item(path, first)];
        for path in &part.further {
            match self.parsed(path, &beside(path).unwrap_or_default()) {
                Ok(document) => items.push(part.item(path, document)),
                Err(problem) => found.push(Found::Lost(Aside { problem, ..Aside::of(path, "", "") })),
            }
        }
        part.document(items)
    }

    fn take_beside(&self, path: &str, document: &mut Value, beside: &mut impl FnMut(&str) -> Option<Vec<u8>>) {
        for (ending, property) in BESIDE {
            if document.get(property).is_some_and(|value| !value.is_null()) {
                continue;
            }
            let wanted = format!("{}{ending}.json", path.strip_suffix(".json").unwrap_or(path)).to_lowercase();
            let Some(other) = self.lower.get(&wanted) else { continue };
            let value = beside(other).and_then(|bytes| self.parsed(other, &bytes).ok());
            if let (Some(map), Some(value)) = (document.as_object_mut(), value) {
                map.insert(property.to_owned(), value);
            }
        }
    }

    fn taken(&mut self, contract: &Contract, place: &str, listed: Option<FileObject>, document: Value) -> Found {
        let id = external_id(contract, &document).map(str::to_owned);
        let id = listed.as_ref().map(|one| one.id.clone()).or(id);
        let id = id.unwrap_or_else(|| made_up_id(place));
        let name = match listed {
            Some(listed) => listed.name,
            None if document.get("id").is_none() && !contract.single => named(contract, &document, place),
            None => name(contract, &document),
        };
        let content: [u8; 32] = Sha256::digest(canonical::to_string(&document)).into();
        let own = |id: String| Object { type_key: contract.key.clone(), external_id: id, name, document };
        match self.seen.get(&(contract.key.clone(), id.clone())) {
            Some(before) if *before == content => Found::Aside(Aside {
                type_key: Some(contract.key.clone()),
                ..Aside::of(place, "import.twice", "The same object is in another file, too")
            }),
            // Two states of one object, or copies that somebody has edited: both are kept.
            Some(_) => Found::Object(Box::new(own(made_up_id(place)))),
            None => {
                self.seen.insert((contract.key.clone(), id.clone()), content);
                Found::Object(Box::new(own(id)))
            }
        }
    }

    /// What the manifests promise and is not there, and what was missing in the export already.
    pub fn missing(&self) -> Vec<FileMissing> {
        let absent = |folder: &String, one: &FileObject| !self.paths.contains(&format!("{folder}{}", one.path));
        self.manifests
            .iter()
            .flat_map(|(folder, manifest)| {
                let gone = manifest.objects.iter().filter(move |one| absent(folder, one)).map(|one| FileMissing {
                    type_key: one.type_key.clone(),
                    id: Some(one.id.clone()),
                    name: one.name.clone(),
                    code: "import.file_missing".to_owned(),
                });
                gone.chain(manifest.missing.iter().cloned())
            })
            .collect()
    }

    /// Manifests that are not understood.
    pub fn broken(&self) -> &[Aside] {
        &self.broken
    }
}

/// For an object without an id, or with one that another file has taken.
fn made_up_id(place: &str) -> String {
    format!("file-{}", names::short_hash(place, 16))
}

/// A file that has neither id nor name is called by its own name.
fn named(contract: &Contract, document: &Value, place: &str) -> String {
    let given = contract.name.as_ref().and_then(|name| document.get(name)).and_then(Value::as_str).map(str::trim);
    given.filter(|name| !name.is_empty()).unwrap_or_else(|| stem(place)).to_owned()
}

/// The one object of a file, or several: an array, or an answer of Graph with its `value`.
fn several(document: Value) -> Vec<Value> {
    match document {
        Value::Array(items) => items,
        Value::Object(mut map) if map.get("value").is_some_and(Value::is_array) && !map.contains_key("id") => {
            match map.remove("value") {
                Some(Value::Array(items)) => items,
                _ => Vec::new(),
            }
        }
        other => vec![other],
    }
}

/// Ids by names that are not given twice.
fn unique(names: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut ids: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (id, name) in names {
        ids.entry(name.clone()).and_modify(|one| *one = None).or_insert_with(|| Some(id.clone()));
    }
    ids.into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether a file of that name may hold objects.
pub fn may_hold_objects(path: &str) -> bool {
    let path = path.to_lowercase();
    path.ends_with(".json") || is_yaml(&path)
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// What systems and repositories put beside other files.
pub(super) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|step| step.starts_with('.') || matches!(step, "__MACOSX" | "Thumbs.db" | "desktop.ini"))
}
