//! A tenant with something of everything, made through the ledger as a worker makes it.

use std::collections::BTreeMap;

use app::inventory::Selection;
use app::starting::Extra;
use model::access::Role;
use model::ids::{
    BackupSetId, Id, PauseId, RestoreId, RunId, ScheduleId, TenantId, UserId, VersionId, ViewId, WorkerId,
};
use model::registry::Registry;
use model::registry::content::searched;
use model::run::ItemOutcome;
use secrecy::SecretString;
use serde_json::json;
use store::{Capture, Closing, ItemRecord, Lease, NewTenant, ObservedType, RecordedObject, TenantScope, WorkerInfo};

use crate::support::Site;

/// Ids that routes name.
#[derive(Debug, Clone)]
pub(crate) struct Things {
    pub(crate) tenant: TenantId,
    pub(crate) run: RunId,
    pub(crate) type_key: String,
    pub(crate) object: String,
    pub(crate) version: VersionId,
    pub(crate) set: BackupSetId,
    pub(crate) member: UserId,
    pub(crate) pause: PauseId,
    pub(crate) schedule: ScheduleId,
    /// Shared, so that every member has it.
    pub(crate) view: ViewId,
    /// A draft of the set, with a plan.
    pub(crate) restore: RestoreId,
}

impl Things {
    /// The same tenant, and ids that nothing has.
    pub(crate) fn missing_in(&self, site: &Site) -> Self {
        let ambient = site.db.ambient();
        Self {
            run: ambient.id(),
            object: "nothing".into(),
            version: ambient.id(),
            set: ambient.id(),
            member: ambient.id(),
            pause: ambient.id(),
            schedule: ambient.id(),
            view: ambient.id(),
            restore: ambient.id(),
            ..self.clone()
        }
    }

    /// Another tenant's path with these things.
    pub(crate) fn under(&self, tenant: TenantId) -> Self {
        Self { tenant, ..self.clone() }
    }

    /// The path with its names replaced.
    pub(crate) fn path(&self, pattern: &str) -> String {
        pattern
            .replace("{tenant}", &self.tenant.to_string())
            .replace("{run}", &self.run.to_string())
            .replace("{type}", &self.type_key)
            .replace("{id}", &self.object)
            .replace("{version}", if pattern.starts_with("/assets") { "x" } else { "{version}" })
            .replace("{version}", &self.version.to_string())
            .replace("{set}", &self.set.to_string())
            .replace("{user}", &self.member.to_string())
            .replace("{view}", &self.view.to_string())
            .replace("{restore}", &self.restore.to_string())
            .replace("{schedule}", &self.schedule.to_string())
            .replace("{sequence}", "1")
            .replace("{pause}", &self.pause.to_string())
            .replace("{*name}", "app.css")
    }
}

/// A tenant owned by `owner`, with a sync, an object, a backup set and one more member.
pub(crate) async fn furnish(site: &Site, name: &str, cloud: &str, owner: UserId) -> Things {
    let db = &site.db;
    let directory_id = uuid::Uuid::from_u128(owner.uuid().as_u128()).to_string();
    let new = NewTenant {
        display_name: name.into(),
        directory_id,
        primary_domain: format!("{name}.example.com"),
        cloud: cloud.into(),
        labels: BTreeMap::new(),
    };
    let tenant = db.tenants().create(new, owner).await.unwrap();
    let scope = db.authorise(owner, tenant).await.unwrap();
    db.tenant(&scope)
        .set_connection(
            "1b4e28ba-2fa1-11d2-883f-0016d3cca428",
            &store::Credential::Secret(SecretString::from("a secret")),
        )
        .await
        .unwrap();
    let member = site.user(&format!("spare-{name}"), false).await;
    db.tenant(&scope).set_member(member, Role::Readonly).await.unwrap();
    let object = format!("object-of-{name}");
    let (run, version) = observe(site, &scope, &object).await;
    let set = back_up(site, &scope, &object, version).await;
    let schedule = schedule(site, &scope).await;
    Things {
        tenant,
        run,
        type_key: "scopeTags".into(),
        object,
        version,
        set,
        member,
        pause: db.ambient().id(),
        schedule,
        view: view(site, &scope).await,
        restore: restore(site, &scope, set).await,
    }
}

/// A restore of the set with a plan that changes one object.
pub(crate) async fn restore(site: &Site, scope: &TenantScope, set: BackupSetId) -> RestoreId {
    let source = app::restores::Source::Set { tenant: scope.tenant_id(), set, objects: None };
    let restore = app::restores::begin(&site.db, scope, source).await.unwrap();
    plan(site, scope, restore).await;
    restore
}

/// The plan that a preview would make; its hash.
pub(crate) async fn plan(site: &Site, scope: &TenantScope, restore: RestoreId) -> String {
    let run = app::restores::start_preview(&site.db, scope, restore, Extra::default()).await.unwrap().run();
    let lease = claim(site, run).await;
    let restores = site.db.tenant(scope).restores();
    let revision = restores.get(restore).await.unwrap().revision;
    let plan = json!({
        "format": 1,
        "directory_id": "d",
        "observed_at_ms": site.db.ambient().now_ms(),
        "items": [{
            "sequence": 1, "type_key": "scopeTags", "source_id": "a", "name": "Paris", "live_id": "a", "action": "update", "why": [],
            "steps": [{"purpose": "update", "method": "PATCH", "version": "beta", "path": "deviceManagement/roleScopeTags/a", "body": {"displayName": "Paris"}}],
            "live": {"id": "a", "displayName": "London"}, "promised": {"id": "a", "displayName": "Paris"},
        }],
    });
    let body = plan.to_string().into_bytes();
    let hash = app::backups::manifest::sha256_hex(&body);
    let new = store::NewPlan { revision, body, hash: hash.clone(), blocked: false };
    assert!(restores.set_plan(&lease, restore, &new).await.unwrap());
    finish(site, &lease).await;
    hash
}

/// A shared view with a name of its own.
pub(crate) async fn view(site: &Site, scope: &TenantScope) -> ViewId {
    let name = format!("View {}", site.db.ambient().uuid());
    let query = app::operations::RunQuery::of([("outcome", "failed")]);
    app::operations::create_view(&site.db, scope, &name, query, true).await.unwrap()
}

/// A nightly schedule.
pub(crate) async fn schedule(site: &Site, scope: &TenantScope) -> ScheduleId {
    let rule = app::backups::schedules::RuleInput {
        name: "Nightly".into(),
        cron: "0 2 * * *".into(),
        zone: "UTC".into(),
        enabled: true,
        ..Default::default()
    };
    app::backups::schedules::create_schedule(&site.db, scope, &rule).await.unwrap()
}

/// A worker of the test.
pub(crate) fn worker(site: &Site) -> WorkerInfo {
    WorkerInfo {
        id: site.db.ambient().id::<WorkerId>(),
        host: "test".into(),
        version: "0".into(),
        roles: vec!["worker".into()],
    }
}

/// Claims the run that was just started.
pub(crate) async fn claim(site: &Site, run: RunId) -> Lease {
    let worker = worker(site);
    let types: Vec<_> = app::catalogue::DEFINITIONS.iter().map(|definition| definition.run_type).collect();
    let claimed = site.db.ledger().claim(&worker, 10, &types).await.unwrap();
    claimed.iter().find(|each| each.id == run).expect("the run is claimed").lease(worker.id)
}

/// Ends a run by its items.
pub(crate) async fn finish(site: &Site, lease: &Lease) {
    site.db.ledger().finish(lease, Closing { outcome: None, reason: None, failures: Vec::new() }).await.unwrap();
    while site.db.outbox().deliver(100).await.unwrap() > 0 {}
}

async fn observe(site: &Site, scope: &TenantScope, object: &str) -> (RunId, VersionId) {
    let selection = Selection::of(&["scopeTags"]).unwrap();
    let run = app::inventory::start_sync(&site.db, scope, &selection, Extra::default()).await.unwrap().run();
    let lease = claim(site, run).await;
    let tenant = site.db.tenant(scope);
    let recorded = tenant.inventory().record(&lease, vec![scope_tag(object)]).await.unwrap();
    tenant.inventory().finish_types(&lease, &[observed("scopeTags", None, 1)]).await.unwrap();
    finish(site, &lease).await;
    (run, recorded[0].version.expect("a complete object has a version"))
}

/// A type that a run observed, none of its objects left unread.
pub(crate) fn observed(type_key: &'static str, code: Option<&'static str>, seen: u64) -> ObservedType<'static> {
    ObservedType { type_key, code, seen, whole: true, step: None }
}

pub(crate) fn scope_tag(object: &str) -> RecordedObject {
    let document = json!({ "id": object, "displayName": object, "description": "<script>alert(1)</script>", "isBuiltIn": false, "assignments": [] });
    RecordedObject {
        key: format!("scopeTags/{object}"),
        label: object.to_owned(),
        kind: "Scope tag".into(),
        type_key: "scopeTags".into(),
        external_id: object.to_owned(),
        name: object.to_owned(),
        platform: String::new(),
        category: "Tenant administration".into(),
        signal: None,
        searched: searched(Registry::embedded().get("scopeTags").unwrap(), &document),
        told: Vec::new(),
        probed: false,
        content: document.to_string().into_bytes(),
        document: document.to_string().into_bytes(),
        missing_parts: Vec::new(),
        modified_at: None,
        assignments_count: Some(0),
        scope_tags: vec!["0".into()],
        assigned_groups: Vec::new(),
    }
}

async fn back_up(site: &Site, scope: &TenantScope, object: &str, version: VersionId) -> BackupSetId {
    let backup = app::backups::NewBackup {
        name: format!("of {object}"),
        selection: Selection::of(&["scopeTags"]).unwrap(),
        keep_open: false,
    };
    let run = app::backups::start_create(&site.db, scope, backup, Extra::default()).await.unwrap().run();
    let lease = claim(site, run).await;
    let tenant = site.db.tenant(scope);
    let set = tenant.backups().create_set(&lease, &format!("of {object}"), None).await.unwrap();
    let document = tenant.versions().document(version).await.unwrap();
    let sha256 = app::backups::manifest::sha256_hex(&document);
    let item = ItemRecord {
        key: format!("scopeTags/{object}"),
        label: object.to_owned(),
        kind: "Scope tag".into(),
        outcome: ItemOutcome::Succeeded,
        code: None,
        message: None,
        detail: None,
    };
    let capture = Capture {
        item,
        type_key: "scopeTags".into(),
        external_id: object.to_owned(),
        version: Some(version),
        sha256: Some(sha256.clone()),
        bytes: Some(document.len() as u64),
        foundation: false,
    };
    tenant.backups().add(&lease, set, vec![capture]).await.unwrap();
    let manifest = app::backups::manifest::Manifest {
        format: app::backups::manifest::FORMAT,
        set,
        run,
        directory_id: tenant.info().await.unwrap().directory_id,
        sealed_at_ms: site.db.ambient().now_ms(),
        types: vec!["scopeTags".into()],
        excluded: Vec::new(),
        items: vec![app::backups::manifest::ManifestItem {
            sequence: 1,
            type_key: "scopeTags".into(),
            external_id: object.to_owned(),
            name: object.to_owned(),
            sha256,
            bytes: document.len() as u64,
            foundation: false,
        }],
        missing: Vec::new(),
        origin: None,
    };
    tenant.backups().seal(&lease, set, &manifest.sealed()).await.unwrap();
    finish(site, &lease).await;
    set
}

/// What a later sync sees of a scope tag: another document.
pub(crate) async fn observe_again(
    site: &Site,
    scope: &TenantScope,
    object: &str,
    change: impl FnOnce(&mut serde_json::Value),
) -> VersionId {
    let selection = Selection::of(&["scopeTags"]).unwrap();
    let run = app::inventory::start_sync(&site.db, scope, &selection, Extra::default()).await.unwrap().run();
    let lease = claim(site, run).await;
    let mut recorded = scope_tag(object);
    let mut document = serde_json::from_slice(&recorded.document).unwrap();
    change(&mut document);
    recorded.name = document["displayName"].as_str().unwrap().to_owned();
    (recorded.content, recorded.document) = (document.to_string().into_bytes(), document.to_string().into_bytes());
    let recorded = site.db.tenant(scope).inventory().record(&lease, vec![recorded]).await.unwrap();
    finish(site, &lease).await;
    recorded[0].version.expect("a complete object has a version")
}
