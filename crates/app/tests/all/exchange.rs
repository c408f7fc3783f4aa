//! Configuration as files: what a tenant holds goes out and comes in whole, in every layout.

use std::collections::{BTreeMap, BTreeSet};

use app::backups::{manifest_of, verify};
use app::exchange::{Chosen, NewImport, start_configuration_export, start_import};
use app::exports::open_file;
use model::access::Role;
use model::canonical;
use model::exchange::{Archive, Found, Layout, Object, Packer, Reader, Source, SourceFile};
use model::ids::{BackupSetId, RunId, WorkerId};
use model::registry::Registry;
use model::registry::content::content_for_hash;
use model::run::{ItemOutcome, Outcome};
use serde_json::json;
use store::{BackupStatus, RunRow, Started, TenantScope, WorkerInfo};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, id_at};

on_both_databases!(
    every_type_comes_back_as_it_was_from_every_layout,
    two_exports_of_an_unchanged_tenant_are_the_same_bytes,
    an_imported_set_is_a_set_like_any_other_and_no_observation,
    what_is_not_understood_is_named_in_the_set,
    a_dead_worker_costs_neither_an_export_nor_an_import,
    who_may_not_is_refused,
);

/// Enough for an object of every type.
const OBJECTS: usize = 250;

async fn exported(world: &World, scope: &TenantScope, chosen: Chosen, layout: Layout) -> (RunRow, Vec<u8>) {
    let started = start_configuration_export(&world.db, scope, chosen, layout, Default::default()).await.unwrap();
    let row = world.worked(started.run()).await;
    (row, file(world, scope, started.run()).await)
}

async fn file(world: &World, scope: &TenantScope, run: RunId) -> Vec<u8> {
    let file = open_file(&world.db, scope, run).await.unwrap();
    let mut bytes = Vec::new();
    for number in 1..=file.parts {
        bytes.extend(world.db.tenant(scope).exports().part(run, number).await.unwrap().unwrap());
    }
    bytes
}

async fn imported(world: &World, scope: &TenantScope, name: &str, content: Vec<u8>) -> (RunRow, BackupSetId) {
    let import = NewImport { name: None, file: name.into(), content };
    let run = start_import(&world.db, scope, import, Default::default()).await.unwrap().run();
    let row = world.worked(run).await;
    let set = world.db.tenant(scope).backups().by_run(run).await.unwrap().unwrap();
    (row, set.id)
}

fn read(content: Vec<u8>, here: &Source) -> Vec<Object> {
    let mut archive = Archive::open("x.zip", content).unwrap();
    let paths = archive.paths();
    let mut reader = Reader::new(&paths, here, |path| archive.read(path).ok());
    let mut objects = Vec::new();
    for path in paths {
        let bytes = archive.read(&path).unwrap();
        for found in reader.read(&path, &bytes, |path| archive.read(path).ok()) {
            match found {
                Found::Object(object) => objects.push(*object),
                // IntuneCD has scripts and enrolment profiles as files of their own.
                Found::Aside(aside) if matches!(aside.problem.code, "import.other_file" | "import.beside") => {}
                other => panic!("{other:?}"),
            }
        }
    }
    objects
}

/// What is compared of objects, by type and id.
fn contents(objects: &[Object]) -> BTreeMap<(String, String), String> {
    let content = |object: &Object| {
        let contract = Registry::embedded().get(&object.type_key).unwrap();
        canonical::to_string(&content_for_hash(contract, object.document.clone()))
    };
    objects.iter().map(|one| ((one.type_key.clone(), one.external_id.clone()), content(one))).collect()
}

/// The objects of the inventory.
async fn observed(world: &World, scope: &TenantScope) -> Vec<Object> {
    let mut objects = Vec::new();
    for row in world.objects().await {
        let document = world.db.tenant(scope).versions().document(row.version.unwrap()).await.unwrap();
        let document = serde_json::from_slice(&document).unwrap();
        objects.push(Object { type_key: row.type_key, external_id: row.external_id, name: row.name, document });
    }
    objects
}

async fn every_type_comes_back_as_it_was_from_every_layout(database: &TestDatabase) {
    let world = World::seeded(database, OBJECTS).await;
    assert_eq!(world.sync().await.outcome, Outcome::Succeeded);
    let scope = world.scope().await;
    let objects = observed(&world, &scope).await;
    let here = app::exchange::source_of(&world.db, &scope).await.unwrap();
    let types: BTreeSet<&str> = objects.iter().map(|object| object.type_key.as_str()).collect();
    assert!(types.len() > 40, "{types:?}");
    for layout in [Layout::Ours, Layout::Portal] {
        let (row, content) = exported(&world, &scope, Chosen::everything(), layout).await;
        assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
        let again = contents(&read(content, &here));
        let wanted = contents(&objects);
        assert_eq!(again.len(), wanted.len(), "{layout}");
        for (key, content) in &wanted {
            assert_eq!(again.get(key), Some(content), "{layout} {key:?}");
        }
    }
    for layout in [Layout::IntuneManagement, Layout::Intunecd] {
        let (row, content) = exported(&world, &scope, Chosen::everything(), layout).await;
        let items = world.items(row.id).await;
        let left_out = items.iter().filter(|item| item.code.as_deref() == Some("export.no_place")).count();
        let again = read(content, &here);
        assert_eq!(again.len() + left_out, objects.len(), "{layout}: each is written or named");
        assert!(again.len() > objects.len() / 2, "{layout}");
        let keys: BTreeSet<_> = objects.iter().map(|one| (&one.type_key, &one.name)).collect();
        // Of an Apple token IntuneCD keeps the profiles and not the name.
        for object in again.iter().filter(|one| layout != Layout::Intunecd || one.type_key != "appleAde") {
            assert!(keys.contains(&(&object.type_key, &object.name)), "{layout}: {} {}", object.type_key, object.name);
        }
    }
}

async fn two_exports_of_an_unchanged_tenant_are_the_same_bytes(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let scope = world.scope().await;
    let export = async || exported(&world, &scope, Chosen::everything(), Layout::Ours).await.1;
    let before = export().await;
    world.sync().await;
    assert!(before == export().await, "nothing has changed");
    let id = id_at(&world, CATALOG, 0);
    world.simulator.change(world.directory(), CATALOG, &id, |policy| policy["description"] = json!("new words"));
    world.sync().await;
    let (mut one, mut two) = (Archive::open("a", before).unwrap(), Archive::open("b", export().await).unwrap());
    assert_eq!(one.paths(), two.paths());
    let changed: Vec<String> = one.paths().into_iter().filter(|path| one.read(path) != two.read(path)).collect();
    assert_eq!(changed.len(), 2, "the policy and the manifest: {changed:?}");
    let path = changed.iter().find(|path| path.starts_with("settingsCatalog/")).unwrap();
    let text = |archive: &mut Archive| String::from_utf8(archive.read(path).unwrap()).unwrap();
    let (old, new) = (text(&mut one), text(&mut two));
    let added: Vec<&str> = new.lines().filter(|line| !old.lines().any(|known| known == *line)).collect();
    assert_eq!(added, ["  \"description\": \"new words\","]);
}

async fn an_imported_set_is_a_set_like_any_other_and_no_observation(database: &TestDatabase) {
    let world = World::seeded(database, 60).await;
    world.sync().await;
    let scope = world.scope().await;
    let (_, set) = world.back_up("before").await;
    let (row, content) = exported(&world, &scope, Chosen::set(set), Layout::Ours).await;
    assert_eq!(row.outcome, Outcome::Succeeded);
    let (objects, versions) = (observed(&world, &scope).await, world.versions().await);
    let (row, imported_set) = imported(&world, &scope, "contoso.zip", content).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    let backups = world.db.tenant(&scope).backups();
    let stored = backups.get(imported_set).await.unwrap();
    assert_eq!((stored.status, stored.name.as_str()), (BackupStatus::Complete, "Import of contoso"));
    assert_eq!(stored.items, objects.len() as u64);
    let found = verify(&world.db, &scope, imported_set).await.unwrap();
    assert!(found.is_intact(), "{:?}", found.problems);
    let origin = manifest_of(&world.db, &scope, imported_set).await.unwrap().unwrap().origin.unwrap();
    assert_eq!((origin.layout.as_str(), origin.file.as_str()), ("ours", "contoso.zip"));
    assert_eq!(origin.directory_id.as_deref(), Some(world.directory()));
    assert_eq!(backups.origins(&[imported_set]).await.unwrap()[&imported_set]["sha256"], origin.sha256.as_str());
    // Nothing of it is in the inventory or in a history.
    assert_eq!(contents(&observed(&world, &scope).await), contents(&objects));
    for object in &objects {
        let history = world.db.tenant(&scope).versions().of(&object.type_key, &object.external_id).await.unwrap();
        assert_eq!(history.len(), 1, "{}", object.name);
    }
    assert!(versions > 0);
    // It goes out again as what it was.
    let (_, again) = exported(&world, &scope, Chosen::set(imported_set), Layout::Ours).await;
    let here = app::exchange::source_of(&world.db, &scope).await.unwrap();
    assert_eq!(contents(&read(again, &here)), contents(&objects));
}

async fn what_is_not_understood_is_named_in_the_set(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let scope = world.scope().await;
    let mut packer = Packer::default();
    let utf16: Vec<u8> =
        "\u{feff}{\"id\":\"7\",\"displayName\":\"Grün\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (path, bytes) in [
        ("ScopeTags/Grün.json", utf16.as_slice()),
        ("README.md", b"# read me"),
        ("SettingsCatalog/broken.json", b"{\"name\":"),
        ("../outside.json", b"{}"),
    ] {
        packer.add(&SourceFile { path: path.into(), bytes: bytes.to_vec() }).unwrap();
    }
    let (row, set) = imported(&world, &scope, "other.zip", packer.finish().unwrap()).await;
    assert_eq!(row.outcome, Outcome::PartiallySucceeded, "{:?}", row.reason);
    let items = world.items(row.id).await;
    let told: BTreeMap<&str, (ItemOutcome, Option<&str>)> =
        items.iter().map(|item| (item.label.as_str(), (item.outcome, item.code.as_deref()))).collect();
    let wanted = BTreeMap::from([
        ("Grün", (ItemOutcome::Succeeded, None)),
        ("README.md", (ItemOutcome::Skipped, Some("import.other_file"))),
        ("SettingsCatalog/broken.json", (ItemOutcome::Failed, Some("import.not_json"))),
        ("../outside.json", (ItemOutcome::Failed, Some("import.path"))),
    ]);
    assert_eq!(told, wanted);
    let stored = world.db.tenant(&scope).backups().get(set).await.unwrap();
    assert_eq!((stored.status, stored.items, stored.incomplete), (BackupStatus::Partial, 1, 2));
    let manifest = manifest_of(&world.db, &scope, set).await.unwrap().unwrap();
    let codes: BTreeSet<&str> = manifest.missing.iter().map(|missing| missing.code.as_str()).collect();
    assert_eq!(codes, BTreeSet::from(["import.not_json", "import.path"]));
    assert_eq!(manifest.origin.unwrap().layout, "intune-management");
}

async fn a_dead_worker_costs_neither_an_export_nor_an_import(database: &TestDatabase) {
    let world = World::seeded(database, 30).await;
    world.sync().await;
    let scope = world.scope().await;
    let dies_at = async |run_type: &str| {
        let worker = WorkerInfo {
            id: world.db.ambient().id::<WorkerId>(),
            host: "test".into(),
            version: "0".into(),
            roles: Vec::new(),
        };
        let claimed = world.db.ledger().claim(&worker, 1, &[run_type]).await.unwrap();
        claimed[0].lease(worker.id)
    };
    let expire = "update operation_runs set lease_expires_at = 1 where status = 'running'";
    let start = start_configuration_export(&world.db, &scope, Chosen::everything(), Layout::Ours, Default::default());
    let run = start.await.unwrap().run();
    let lease = dies_at("configuration.export").await;
    world.db.tenant(&scope).exports().begin(&lease, "zip").await.unwrap();
    database.execute(expire).await;
    let row = world.worked(run).await;
    assert_eq!((row.outcome, row.attempt), (Outcome::Succeeded, 2), "{:?}", row.reason);
    let content = file(&world, &scope, run).await;
    let import = || NewImport { name: Some("Again".into()), file: "a.zip".into(), content: content.clone() };
    let run = start_import(&world.db, &scope, import(), Default::default()).await.unwrap().run();
    let same = start_import(&world.db, &scope, import(), Default::default()).await.unwrap();
    assert!(matches!(same, Started::AlreadyRunning(active) if active.id == run), "the same content is one run");
    let lease = dies_at("backup_set.import").await;
    world.db.tenant(&scope).backups().create_set(&lease, "Again", None).await.unwrap();
    database.execute(expire).await;
    let row = world.worked(run).await;
    assert_eq!((row.outcome, row.attempt), (Outcome::Succeeded, 2), "{:?}", row.reason);
    let set = world.db.tenant(&scope).backups().by_run(run).await.unwrap().unwrap();
    assert_eq!(set.status, BackupStatus::Complete);
    assert!(verify(&world.db, &scope, set.id).await.unwrap().is_intact());
}

async fn who_may_not_is_refused(database: &TestDatabase) {
    let world = World::seeded(database, 10).await;
    let reader = world.scope_of(world.person("Rio", Role::Readonly).await).await;
    let operator = world.scope_of(world.person("Olga", Role::Operator).await).await;
    let import = |content: &[u8]| NewImport { name: None, file: "a.json".into(), content: content.to_vec() };
    let refused = start_import(&world.db, &reader, import(b"{}"), Default::default()).await.unwrap_err();
    assert_eq!(refused.code, "not_authorised");
    let export =
        start_configuration_export(&world.db, &operator, Chosen::everything(), Layout::Ours, Default::default());
    assert_eq!(export.await.unwrap_err().code, "not_authorised");
    let code = async |import: NewImport| {
        start_import(&world.db, &operator, import, Default::default()).await.unwrap_err().code
    };
    assert_eq!(code(import(b"")).await, "import.empty");
    assert_eq!(code(import(b"PK\x03\x04 and no archive")).await, "import.archive");
    assert_eq!(code(NewImport { file: "a\nb.json".into(), ..import(b"{}") }).await, "import.file_name");
    assert_eq!(code(NewImport { name: Some("a\nb".into()), ..import(b"{}") }).await, "backup.name");
}
