//! Policies exported from real tenants, as files, through an import and a restore into an empty tenant: what is backed up there
//! is what the files said. Reads `../shared/corpus`; says so loudly when it is not there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use app::exchange::{NewImport, start_import};
use app::restores::{Answers, Choice, ObjectKey, ReferenceAnswer, ShownPlan, Source, mapping, open};
use graph_sim::Content;
use model::diff::{Change, ChangeKind, Difference, Rule};
use model::exchange::{Packer, SourceFile};
use model::ids::BackupSetId;
use model::registry::Registry;
use model::restore::Action;
use model::run::ItemOutcome;
use serde_json::Value;
use store::ItemRow;
use testkit::restoring::{answered, begun, executed, previewed};
use testkit::{TestDatabase, World, on_both_databases, shared};

use super::chosen::{clean, forget};
use super::kept::{backed_up_now, contents, made};

on_both_databases!(exported_policies_are_imported_restored_and_backed_up_the_same);

const CONFIGURATIONS: &str = "deviceManagement/groupPolicyConfigurations";
const DEFINITIONS: &str = "deviceManagement/groupPolicyDefinitions";
const TEMPLATES: &str = "deviceManagement/templates";

/// What stands in no policy is the service's: the definitions that administrative templates set values of, and the templates
/// that intents are made from. The target has those of the tenant where the policies are from.
fn prepare(simulator: &graph_sim::Simulator, from: &str, to: &str) {
    let policies = simulator.objects(from, CONFIGURATIONS);
    for value in policies.iter().flat_map(|policy| policy["definitionValues"].as_array().unwrap()) {
        let presented = value["presentationValues"].as_array().into_iter().flatten();
        let mut definition = value["definition"].clone();
        definition["presentations"] = presented.map(|one| one["presentation"].clone()).collect();
        assert!(simulator.insert(to, DEFINITIONS, definition));
    }
    for template in simulator.objects(from, TEMPLATES) {
        assert!(simulator.insert(to, TEMPLATES, template));
    }
}

/// Every file of the folder, in one archive.
fn archive(folder: &Path) -> Vec<u8> {
    let mut packer = Packer::default();
    for path in files(folder) {
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        packer.add(&SourceFile { path: name, bytes: std::fs::read(&path).unwrap() }).unwrap();
    }
    packer.finish().unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

async fn imported(world: &World, content: Vec<u8>) -> BackupSetId {
    let scope = world.scope().await;
    let import = NewImport { name: None, file: "corpus.zip".into(), content };
    let run = start_import(&world.db, &scope, import, Default::default()).await.unwrap().run();
    world.worked(run).await;
    let failed = world.items(run).await.into_iter().filter(|item| item.outcome == ItemOutcome::Failed);
    assert_eq!(failed.map(|item| item.label).collect::<Vec<_>>(), ["INDEX.json"], "it lists the others");
    world.db.tenant(&scope).backups().by_run(run).await.unwrap().unwrap().id
}

/// The plan, with everything left out that stands for nothing in an empty tenant.
async fn planned(world: &World, set: BackupSetId) -> ShownPlan {
    let scope = world.scope().await;
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    let restore = begun(world, source).await;
    let opened = open(&world.db, &scope, restore).await.unwrap();
    let questions = mapping(&world.db, &scope, &opened).await.unwrap();
    let open = questions.references.iter().filter(|one| matches!(one.answer, ReferenceAnswer::Open(_)));
    let references = open
        .map(|one| (one.reference.kind.clone(), one.reference.external_id.clone(), Some(Choice::LeaveOut)))
        .collect();
    answered(world, &scope, restore, Answers { references, ..Answers::default() }).await;
    previewed(world, restore).await.1
}

/// A tenant that lacks what no export brings is told before anything is written.
fn assert_said_what_is_not_here(plan: &ShownPlan) {
    let impossible = plan.plan.items.iter().filter(|item| item.action == Action::Impossible);
    let impossible: Vec<_> = impossible.map(|item| (item.type_key.as_str(), item.why[0].code.as_str())).collect();
    let of = |kind: &str| impossible.iter().filter(|item| **item == (kind, "restore.not_here")).count();
    let all = (of("groupPolicyConfigurations"), of("intents"), impossible.len());
    assert_eq!(all, (5, 3, 8), "{impossible:?}");
}

async fn exported_policies_are_imported_restored_and_backed_up_the_same(database: &TestDatabase) {
    let Some(folder) = shared::folder("corpus") else { return };
    let world = World::of(database, vec![Content::Empty, Content::Folder(folder.clone())]).await;
    let from = &world.simulator.tenants()[1].tenant_id;
    world.sync().await;
    let set = imported(&world, archive(&folder)).await;
    let wanted = contents(&world, set).await;
    assert_said_what_is_not_here(&planned(&world, set).await);
    prepare(&world.simulator, from, world.directory());
    let plan = planned(&world, set).await;
    assert!(plan.plan.items.iter().all(|item| item.action == Action::Create && !item.by_hand), "{plan:#?}");
    let run = executed(&world, &plan).await;
    let ended: BTreeMap<String, ItemRow> =
        world.items(run.id).await.into_iter().map(|item| (item.key.clone(), item)).collect();
    let scope = world.scope().await;
    let rows = world.db.tenant(&scope).restores().writes(run.id).await.unwrap();
    let made = made(&rows);
    let after = contents(&world, backed_up_now(&world, "after").await).await;
    for item in &plan.plan.items {
        let key = ObjectKey::new(&item.type_key, &item.source_id);
        let end = &ended[&key.text()];
        assert_eq!(end.outcome, ItemOutcome::Succeeded, "{end:?}");
        let id = made[&item.sequence].clone();
        let (one, two) = (&wanted[&(key.type_key, key.id)], &after[&(item.type_key.clone(), id)]);
        let difference = compared_as_files(&item.type_key, one.as_ref().unwrap(), two.as_ref().unwrap());
        // Texts of secrets are written, and no answer holds them; where a file says nothing the service has its own default.
        let meant = |change: &&Change| change.rule != Rule::Secret && change.kind != ChangeKind::Added;
        let differs: Vec<_> = difference.changes().iter().filter(meant).collect();
        assert!(differs.is_empty(), "{} {}: {differs:#?}", item.type_key, item.name);
    }
    println!("{} objects are the same", plan.plan.items.len());
    assert!(plan.plan.items.len() > 140, "{}", plan.plan.items.len());
}

/// What differs but for whom it applies to and its scope tags, what the service says itself, and what says nothing.
fn compared_as_files(type_key: &str, one: &Value, two: &Value) -> Difference {
    let contract = Registry::embedded().get(type_key).unwrap();
    let said = |document: &Value| {
        let mut document = document.clone();
        let computed = contract.strip.iter().chain(&contract.volatile).filter(|path| contract.part(path).is_none());
        computed.for_each(|path| forget(&mut document, path));
        contract.assignable.part().into_iter().for_each(|part| forget(&mut document, part));
        contract.held.iter().for_each(|held| forget(&mut document, &held.property));
        // An empty tenant has none but the default one.
        for tags in ["roleScopeTagIds", "roleScopeTags"] {
            forget(&mut document, tags);
        }
        clean(&mut document);
        document
    };
    Difference::between(contract, &said(one), &said(two))
}
