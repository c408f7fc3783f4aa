//! Configuration as files: real exports of other tools come in whole, and every layout gives back what it was given.
//!
//! The exports are not part of the project: where the folder `../shared` is missing, these tests say so loudly.

#![expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod intune_cd;
#[expect(dead_code, reason = "the guard of the contracts uses the rest")]
mod metadata;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::canonical;
use model::exchange::{
    Archive, Found, Layout, Object, Packer, Reader, Source, SourceFile, Writer, checked, decoded, type_of,
};
use model::registry::Registry;
use model::registry::content::content_for_hash;
use proptest::prelude::*;
use serde_json::{Value, json};
use strum::IntoEnumIterator as _;

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("TENANTATLAS_SHARED").map_or_else(beside, PathBuf::from).join("corpus");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no real exports in {}; set TENANTATLAS_SHARED to the folder above it", folder.display());
        return None;
    }
    Some(folder)
}

fn files_below(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files_below(root, &entry, files);
        } else {
            let path = entry.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.push(SourceFile { path, bytes: std::fs::read(&entry).unwrap() });
        }
    }
}

fn packed(files: &[SourceFile]) -> Vec<u8> {
    let mut packer = Packer::default();
    files.iter().for_each(|file| packer.add(file).unwrap());
    packer.finish().unwrap()
}

fn read_all(files: &[SourceFile], here: &Source) -> (Layout, Vec<Object>, Vec<Found>) {
    let mut archive = Archive::open("x.zip", packed(files)).unwrap();
    let paths = archive.paths();
    let mut reader = Reader::new(&paths, here, |path| archive.read(path).ok());
    let (mut objects, mut others) = (Vec::new(), Vec::new());
    for path in paths {
        let bytes = archive.read(&path).unwrap();
        for found in reader.read(&path, &bytes, |path| archive.read(path).ok()) {
            match found {
                Found::Object(object) => objects.push(*object),
                other => others.push(other),
            }
        }
    }
    (reader.layout(), objects, others)
}

fn write_all(layout: Layout, objects: &[Object], source: &Source) -> Vec<SourceFile> {
    let mut writer = Writer::new(layout, source.clone());
    let mut files: Vec<_> = objects.iter().filter_map(|object| writer.write(object).ok()).flatten().collect();
    files.extend(writer.finish());
    files
}

/// What is compared of objects, by type and name.
fn contents(objects: &[Object]) -> BTreeMap<(String, String, String), String> {
    let content = |object: &Object| {
        let contract = Registry::embedded().get(&object.type_key).unwrap();
        canonical::to_string(&content_for_hash(contract, object.document.clone()))
    };
    let key = |object: &Object| (object.type_key.clone(), object.name.clone(), object.external_id.clone());
    objects.iter().map(|object| (key(object), content(object))).collect()
}

#[test]
fn every_real_export_comes_in_and_goes_out_again() {
    let Some(folder) = corpus() else { return };
    let mut files = Vec::new();
    files_below(&folder, &folder, &mut files);
    files.retain(|file| file.path != "INDEX.json");
    let configuration = files.iter().filter(|file| file.path.ends_with(".json")).count();
    let (_, objects, others) = read_all(&files, &Source::default());
    let lost: Vec<_> = others.iter().filter(|other| matches!(other, Found::Lost(_))).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let twice =
        others.iter().filter(|one| matches!(one, Found::Aside(aside) if aside.problem.code == "import.twice")).count();
    assert_eq!(objects.len() + twice, configuration);
    says_what_the_files_say(&files, &objects);
    for layout in [Layout::Ours, Layout::Portal] {
        let (found, again, others) = read_all(&write_all(layout, &objects, &Source::default()), &Source::default());
        assert_eq!((found, others), (layout, Vec::new()));
        if layout == Layout::Ours {
            assert_eq!(contents(&again), contents(&objects));
        } else {
            // A file without an id is known by its path, and that is another one now.
            let texts = |objects: &[Object]| contents(objects).into_values().collect::<BTreeSet<_>>();
            assert_eq!(texts(&again), texts(&objects));
        }
    }
}

/// Every value of the files is in an object, and nothing else: only links and notes of the protocol are gone.
fn says_what_the_files_say(files: &[SourceFile], objects: &[Object]) {
    let known: BTreeSet<String> = objects.iter().flat_map(|object| leaves(&object.document)).collect();
    for file in files.iter().filter(|file| file.path.ends_with(".json")) {
        let document: Value = serde_json::from_str(&decoded(&file.bytes).unwrap()).unwrap();
        let lost: Vec<_> = leaves(&document).into_iter().filter(|leaf| !known.contains(leaf)).collect();
        let type_name = document["@odata.type"].to_string();
        let lost: Vec<_> = lost.into_iter().filter(|leaf| !leaf.ends_with(&type_name)).collect();
        assert!(lost.is_empty(), "{}: {lost:?}", file.path);
    }
}

/// Names and values of all properties that are no links, notes or keys of them.
fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(name, _)| !name.starts_with('#') && (!name.contains("@odata.") || *name == "@odata.type"))
            .flat_map(|(name, value)| match value {
                Value::Object(_) | Value::Array(_) => leaves(value),
                plain => vec![format!("{name}={plain}")],
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        plain => vec![plain.to_string()],
    }
}

#[test]
fn derived_types_are_those_of_the_metadata() {
    let Some(versions) = metadata::load() else { return };
    let registry = Registry::embedded();
    let listed: BTreeMap<&str, &str> =
        include_str!("../src/exchange/types.txt").lines().filter_map(|line| line.split_once(' ')).collect();
    let entities: BTreeMap<&str, &str> =
        registry.iter().map(|contract| (contract.entity.as_str(), contract.key.as_str())).collect();
    let mut published = BTreeMap::new();
    for metadata in [&versions["v1.0"], &versions["beta"]] {
        for (name, of) in metadata.nearest(&entities) {
            published.insert(name, of);
        }
    }
    let published: BTreeMap<&str, &str> = published.iter().map(|(name, key)| (name.as_str(), *key)).collect();
    assert_eq!(listed, published);
}

fn object(type_key: &str, id: &str, name: &str, document: Value) -> Object {
    Object { type_key: type_key.into(), external_id: id.into(), name: name.into(), document }
}

fn some_objects() -> Vec<Object> {
    let group = json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "11111111-1111-1111-1111-111111111111",
        "deviceAndAppManagementAssignmentFilterId": "22222222-2222-2222-2222-222222222222", "deviceAndAppManagementAssignmentFilterType": "include" });
    let a = "aaaaaaaa-0000-0000-0000-000000000001";
    let b = "bbbbbbbb-0000-0000-0000-000000000002";
    let app = "T_cccccccc-0000-0000-0000-000000000003";
    vec![
        object(
            "settingsCatalog",
            a,
            "CON: Grüße/…",
            json!({ "id": a, "name": "CON: Grüße/…", "platforms": "windows10", "technologies": "mdm",
            "templateReference": { "templateId": "" }, "roleScopeTagIds": ["0"], "x": null, "y": [], "z": false,
            "settings": [{ "settingInstance": { "@odata.type": "#microsoft.graph.t", "value": 1.0 } }], "assignments": [{ "target": group }] }),
        ),
        object(
            "settingsCatalog",
            b,
            "CON: Grüße/…",
            json!({ "id": b, "name": "CON: Grüße/…", "platforms": "windows10", "technologies": "mdm",
            "templateReference": { "templateId": "" }, "settings": [], "assignments": [] }),
        ),
        object("scopeTags", "0", "Default", json!({ "id": "0", "displayName": "Default", "description": null })),
        object(
            "deviceConfigurations",
            a,
            "Wi-Fi",
            json!({ "@odata.type": "#microsoft.graph.iosWiFiConfiguration", "id": a, "displayName": "Wi-Fi" }),
        ),
        object("iosAppProtections", app, "Apps", json!({ "id": app, "displayName": "Apps" })),
        object("tenantSettings", "tenantSettings", "Intune settings", json!({ "secureByDefault": true })),
    ]
}

fn source() -> Source {
    let one = |id: &str, name: &str| BTreeMap::from([(id.to_owned(), name.to_owned())]);
    Source {
        directory_id: "99999999-0000-0000-0000-000000000009".into(),
        organisation: "Contoso".into(),
        graph_url: "https://graph.example".into(),
        groups: one("11111111-1111-1111-1111-111111111111", "Pilot"),
        scope_tags: one("0", "Default"),
        filters: one("22222222-2222-2222-2222-222222222222", "Corporate"),
        ..Source::default()
    }
}

#[test]
fn each_layout_gives_back_what_it_was_given() {
    let objects = some_objects();
    for layout in Layout::iter() {
        let files = write_all(layout, &objects, &source());
        assert_eq!(files, write_all(layout, &objects, &source()), "{layout}");
        let (found, again, others) = read_all(&files, &source());
        assert_eq!((found, others), (layout, Vec::new()));
        let kept = |object: &&Object| match layout {
            Layout::Ours | Layout::Portal | Layout::Intunecd => true,
            Layout::IntuneManagement => object.type_key != "tenantSettings",
        };
        let wanted: Vec<Object> = objects.iter().filter(kept).cloned().collect();
        let again: Vec<Object> = again.into_iter().filter(|object| kept(&object)).collect();
        assert_eq!(contents(&again), contents(&wanted), "{layout}");
    }
}

#[test]
fn two_exports_differ_in_the_change_alone() {
    let mut objects = some_objects();
    let before = write_all(Layout::Ours, &objects, &source());
    objects.reverse();
    objects[5].document["lastModifiedDateTime"] = json!("2026-01-01T00:00:00Z");
    objects[5].document["description"] = json!("changed");
    objects.push(object("scopeTags", "7", "Default", json!({ "id": "7", "displayName": "Default" })));
    let after = write_all(Layout::Ours, &objects, &source());
    let is_in = |file: &&SourceFile| !before.contains(file);
    let changed: BTreeSet<&str> = after.iter().filter(is_in).map(|file| file.path.as_str()).collect();
    assert_eq!(changed.len(), 3, "the object, the new one, the manifest: {changed:?}");
    let text = |files: &[SourceFile], path: &str| {
        String::from_utf8(files.iter().find(|file| file.path == path).unwrap().bytes.clone()).unwrap()
    };
    let path = changed.iter().find(|path| path.starts_with("settingsCatalog/")).unwrap();
    let (one, two) = (text(&before, path), text(&after, path));
    let added: Vec<&str> = two.lines().filter(|line| !one.contains(line)).collect();
    assert_eq!(added, ["  \"description\": \"changed\","]);
}

#[test]
fn a_manifest_tells_of_every_change_of_the_files() {
    let mut files = write_all(Layout::Ours, &some_objects(), &source());
    let manifest: model::exchange::FileManifest = serde_json::from_slice(&files.last().unwrap().bytes).unwrap();
    let problems = |files: &[SourceFile]| {
        let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        checked(&manifest, "", &paths, |path| {
            files.iter().find(|file| file.path == path).map(|file| file.bytes.clone())
        })
    };
    assert_eq!(problems(&files), [] as [String; 0]);
    files[0].bytes.push(b' ');
    files.remove(2);
    files.push(SourceFile { path: "scopeTags/new.json".into(), bytes: b"{}".to_vec() });
    let found = problems(&files);
    assert_eq!(found.len(), 3, "{found:?}");
    let (_, objects, others) = read_all(&files, &source());
    let codes: Vec<_> = others
        .iter()
        .map(|one| match one {
            Found::Aside(one) | Found::Lost(one) => one.problem.code,
            Found::Object(_) => "",
        })
        .collect();
    assert_eq!((objects.len(), codes), (6, vec!["import.altered"]), "a changed file is taken, and that is said");
}

#[test]
fn what_is_not_understood_is_named() {
    let file = |path: &str, bytes: &[u8]| SourceFile { path: path.into(), bytes: bytes.to_vec() };
    let files = [
        file("README.md", b"x"),
        file("a/nonsense.json", b"{\"displayName\":\"x\"}"),
        file("a/text.json", b"not json"),
        file("a/latin.json", b"{\"a\":\"\xfc\"}"),
        file("a/number.json", b"7"),
        file("a/new.json", b"{\"@odata.type\":\"#microsoft.graph.brandNew\"}"),
        file("Groups/g.json", b"{\"id\":\"1\",\"displayName\":\"g\"}"),
        file("Scope Tags/a.yaml", b"displayName: x: y"),
        file("Assignment Report/report.json", b"[{\"groupName\":\"g\"}]"),
        file(".git/config", b"x"),
    ];
    let (_, objects, others) = read_all(&files, &Source::default());
    assert!(objects.is_empty(), "{objects:?}");
    let codes: BTreeMap<&str, (&str, bool)> = others
        .iter()
        .filter_map(|one| match one {
            Found::Aside(one) => Some((one.path.as_str(), (one.problem.code, false))),
            Found::Lost(one) => Some((one.path.as_str(), (one.problem.code, true))),
            Found::Object(_) => None,
        })
        .collect();
    let wanted = BTreeMap::from([
        ("README.md", ("import.other_file", false)),
        ("a/nonsense.json", ("import.unknown_type", true)),
        ("a/text.json", ("import.not_json", true)),
        ("a/latin.json", ("import.encoding", true)),
        ("a/number.json", ("import.no_object", true)),
        ("a/new.json", ("import.unknown_type", true)),
        ("Groups/g.json", ("import.not_kept", false)),
        ("Scope Tags/a.yaml", ("import.not_yaml", true)),
        ("Assignment Report/report.json", ("import.no_configuration", false)),
        (".git/config", ("import.other_file", false)),
    ]);
    assert_eq!(codes, wanted);
}

#[test]
fn a_hundred_thousand_files_beside_each_other_take_no_time() {
    let paths: Vec<String> = (0..100_000).map(|number| format!("Settings Catalog/{number}.json")).collect();
    let mut reader = Reader::new(&paths, &Source::default(), |_| None);
    for (number, path) in paths.iter().enumerate() {
        let text = format!("{{\"id\":\"aaaaaaaa-0000-0000-0000-{number:012}\",\"name\":\"x\"}}");
        let found = reader.read(path, text.as_bytes(), |_| None);
        assert!(matches!(found[..], [Found::Object(_)]), "{found:?}");
    }
}

#[test]
fn every_type_is_known_by_its_folder_in_our_layout() {
    for contract in Registry::embedded().observed() {
        let found = type_of(&format!("{}/a.json", contract.key), &json!({ "displayName": "x" }));
        assert_eq!(found.map(|one| one.key.as_str()), Some(contract.key.as_str()));
    }
}

proptest! {
    #[test]
    fn any_file_is_an_object_or_named(name in "[a-zA-Z /]{0,20}", bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let path = format!("Settings Catalog/{name}x.json");
        let mut reader = Reader::new(std::slice::from_ref(&path), &Source::default(), |_| None);
        let found = reader.read(&path, &bytes, |_| None);
        let empty_list = decoded(&bytes).is_ok_and(|text| text.contains('['));
        prop_assert!(found.len() == 1 || empty_list);
    }
}
