//! The simulator as tests hold it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use crate::audit::{self, Change, Operation};
use crate::config::{SimulatorConfig, StartError, TenantSpec, Throttling};
use crate::content;
use crate::exchanges::Exchange;
use crate::faults::Fault;
use crate::graph::complete;
use crate::journal::{Effect, LoadReport, Stats};
use crate::moments::touch;
use crate::server::Listeners;
use crate::trace::Asked;
use crate::world::{Knobs, Tenant, World};
use crate::{approvals, collections, folder};

/// A running simulator. Dropping it closes its listeners.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) world: Arc<World>,
    listeners: Listeners,
}

impl Simulator {
    /// Makes the tenants and opens the listeners on 127.0.0.1.
    ///
    /// # Errors
    /// A port that is taken, a content folder that cannot be read, or tenants that clash.
    pub async fn start(config: SimulatorConfig) -> Result<Self, StartError> {
        let tenants = config.tenants.into_iter().map(make_tenant).collect::<Result<Vec<_>, _>>()?;
        refuse_duplicates(&tenants)?;
        let any_token = config
            .unknown_token_tenant
            .map(|name| {
                let position = tenants.iter().position(|tenant| tenant.spec.is_called(&name));
                position.ok_or(StartError::UnknownTokenTenant(name))
            })
            .transpose()?;
        let knobs = Knobs { latency: config.latency, throttling: config.throttling, page_sizes: HashMap::new() };
        let world = Arc::new(World {
            tenants,
            tokens: Default::default(),
            grants: Default::default(),
            any_token,
            knobs: RwLock::new(knobs),
            journal: Mutex::default(),
            exchanges: Default::default(),
            arrived: watch::Sender::new(0),
            gate: watch::Sender::new(None),
            held: watch::Sender::new(0),
            silent: watch::Sender::new(0),
            last_request: AtomicU64::new(1),
        });
        let listeners = Listeners::open(Arc::clone(&world), config.http_port, config.https_port)?;
        Ok(Self { world, listeners })
    }

    /// Address of the plain-text listener, for example `http://127.0.0.1:40123`.
    pub fn http_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.listeners.http_port)
    }

    /// Address of the TLS listener, if one was asked for.
    pub fn https_url(&self) -> Option<String> {
        self.listeners.https_port.map(|port| format!("https://127.0.0.1:{port}"))
    }

    /// The self-signed certificate of the TLS listener, for clients to trust.
    pub fn certificate_pem(&self) -> Option<String> {
        self.listeners.certificate_pem.clone()
    }

    /// The tenants, as they were asked for.
    pub fn tenants(&self) -> Vec<TenantSpec> {
        self.world.tenants.iter().map(|tenant| tenant.spec.clone()).collect()
    }

    /// What was counted since the start or the last reset.
    pub fn stats(&self) -> Stats {
        self.world.stats()
    }

    /// Sets all counts to 0, and the limits to unused.
    pub fn reset_stats(&self) {
        self.world.reset_stats();
    }

    /// Every write that took effect, in order.
    pub fn journal(&self) -> Vec<Effect> {
        self.world.journal().clone()
    }

    /// The latest HTTP requests since the start or the last reset, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.world.exchanges.read()
    }

    /// Adds a fault to a tenant (by directory id or domain); nothing happens when there is no such tenant.
    pub fn add_fault(&self, tenant: &str, fault: Fault) {
        if let Some((_, tenant)) = self.world.tenant(tenant) {
            tenant.faults.add(fault);
        }
    }

    /// Takes all faults of a tenant away.
    pub fn clear_faults(&self, tenant: &str) {
        if let Some((_, tenant)) = self.world.tenant(tenant) {
            tenant.faults.clear();
        }
    }

    /// From now on the tenant's Graph requests are recorded, each different one once.
    pub fn record_requests(&self, tenant: &str) {
        if let Some((_, tenant)) = self.world.tenant(tenant) {
            tenant.trace.start();
        }
    }

    /// What was recorded, in the order of the paths; recording ends.
    pub fn recorded_requests(&self, tenant: &str) -> BTreeSet<Asked> {
        self.world.tenant(tenant).map(|(_, tenant)| tenant.trace.stop()).unwrap_or_default()
    }

    /// Changes the time added to each round trip.
    pub fn set_latency(&self, latency: Duration) {
        self.world.turn(|knobs| knobs.latency = latency);
    }

    /// Sets a tenant's clock, in seconds of the Unix epoch; changes move it on from there. It starts on a fixed day, so that
    /// a seed gives the same content always: what asks the audit log since a real moment needs a real clock.
    pub fn set_clock(&self, tenant: &str, seconds: i64) {
        if let Some((_, tenant)) = self.world.tenant(tenant) {
            tenant.clock.set(seconds);
        }
    }

    /// Makes every token of a delta query invalid that was given out, as time does: whoever follows one begins anew.
    pub fn forget_changes(&self, tenant: &str) {
        if let Some((_, tenant)) = self.world.tenant(tenant) {
            tenant.changes().forget();
        }
    }

    /// Says whether our application needs approval for what the tenant's Multi Admin Approval policies protect. At first
    /// it does not, as an application that the policies except.
    pub fn require_approval(&self, tenant: &str, required: bool) {
        if let Some((_, tenant)) = self.world.tenant(tenant) {
            tenant.approvals.require(required);
        }
    }

    /// Gives or takes back an administrator's consent to the application. Without it the tenant refuses every token.
    pub fn set_consent(&self, tenant: &str, given: bool) {
        if let Some((_, tenant)) = self.world.tenant(tenant) {
            tenant.consent.set(given);
        }
    }

    /// Decides a request for approval as a person would: `approved` or `rejected`. False when there is none.
    pub fn decide_approval(&self, tenant: &str, request: &str, decision: &str) -> bool {
        self.world.decide(tenant, request, decision)
    }

    /// Turns the published limits on or off; their counters start anew.
    pub fn set_throttling(&self, throttling: Throttling) {
        self.world.turn(|knobs| knobs.throttling = throttling);
        self.world.tenants.iter().for_each(|tenant| tenant.limits.reset());
    }

    /// Changes the page size of a collection (by path) or of a navigation (by name) where `$top` is absent.
    pub fn set_page_size(&self, collection: &str, size: usize) {
        self.world.turn(|knobs| {
            knobs.page_sizes.insert(collection.to_owned(), size);
        });
    }

    /// The objects of a collection as stored, their parts (settings, assignments, …) inline.
    pub fn objects(&self, tenant: &str, collection: &str) -> Vec<Value> {
        let found = self.world.tenant(tenant);
        found.map(|(_, tenant)| tenant.read().all(collection)).unwrap_or_default()
    }

    /// Values that a tenant was given and does not give back, by where they are: `path/id/property`, the reference of an
    /// OMA-URI value, or the token of a setting.
    pub fn kept_secrets(&self, tenant: &str) -> BTreeMap<String, String> {
        let found = self.world.tenant(tenant);
        found.map(|(_, tenant)| tenant.read().secrets().clone()).unwrap_or_default()
    }

    /// The collections of a tenant that hold objects, with their number.
    pub fn collections(&self, tenant: &str) -> Vec<(String, usize)> {
        let Some((_, tenant)) = self.world.tenant(tenant) else {
            return Vec::new();
        };
        let store = tenant.read();
        let filled = store.paths().filter(|(_, collection)| collection.len() > 0);
        let mut all: Vec<(String, usize)> = filled.map(|(path, all)| (path.clone(), all.len())).collect();
        all.sort();
        all
    }

    /// Edits an object and moves its modification time and version, as an administrator would; the audit says so. An
    /// object of which there is only one has the empty id. False when it does not exist.
    pub fn change(&self, tenant: &str, collection: &str, id: &str, edit: impl FnOnce(&mut Value)) -> bool {
        self.world.edit(tenant, collection, id, edit, true)
    }

    /// Edits an object and leaves its modification time and version as they are, and no trace in the audit. False when it does not exist.
    pub fn change_silently(&self, tenant: &str, collection: &str, id: &str, edit: impl FnOnce(&mut Value)) -> bool {
        self.world.edit(tenant, collection, id, edit, false)
    }

    /// Removes an object, as an administrator would; the audit says so. False when it does not exist.
    pub fn remove(&self, tenant: &str, collection: &str, id: &str) -> bool {
        self.world.remove(tenant, collection, id)
    }

    /// Adds an object, or replaces the one with its id; the audit says so. False without an `id` or when the tenant does not exist.
    pub fn insert(&self, tenant: &str, collection: &str, object: Value) -> bool {
        self.world.insert(tenant, collection, object)
    }

    /// What became of the files of the tenant's folder; empty for other content.
    pub fn load_report(&self, tenant: &str) -> LoadReport {
        let found = self.world.tenant(tenant);
        found.map(|(_, tenant)| tenant.report.clone()).unwrap_or_default()
    }

    /// Waits until so many HTTP requests for Graph have arrived since the start or the last reset; a batch is one.
    pub async fn wait_for_requests(&self, at_least: u64) {
        reach(&self.world.arrived, at_least).await;
    }

    /// Lets requests whose path with its query contains `path` (with `*` for anything) wait before they are answered.
    pub fn hold(&self, path: &str) {
        self.world.gate.send_replace(Some(path.to_owned()));
    }

    /// Lets all waiting requests go on.
    pub fn release(&self) {
        self.world.gate.send_replace(None);
    }

    /// Waits until so many requests have been stopped at the gate since the start.
    pub async fn wait_for_held(&self, at_least: u64) {
        reach(&self.world.held, at_least).await;
    }

    /// How many requests were left without an answer since the start; changes of it can be waited for.
    pub fn left_unanswered(&self) -> watch::Receiver<u64> {
        self.world.silent.subscribe()
    }

    /// Makes every token invalid that was given out: what somebody sent before and nobody has read yet is refused.
    pub fn expire_tokens(&self) {
        self.world.tokens.expire_all();
    }

    /// Closes the listeners and waits until they are gone.
    pub async fn stop(self) {
        self.listeners.close().await;
    }
}

async fn reach(counter: &watch::Sender<u64>, at_least: u64) {
    let reached = counter.subscribe().wait_for(|count| *count >= at_least).await.is_ok();
    debug_assert!(reached, "the sender lives as long as the simulator that is borrowed here");
}

fn make_tenant(spec: TenantSpec) -> Result<Tenant, StartError> {
    let mut store = content::base(&spec);
    let report = match &spec.content {
        content::Source::Empty => LoadReport::default(),
        content::Source::Seeded { seed, objects } => {
            content::generate(&mut store, *seed, *objects);
            content::surround(&mut store, &spec);
            LoadReport::default()
        }
        content::Source::Folder(path) => folder::load(&mut store, path)?,
    };
    Ok(Tenant::new(spec, store, report))
}

fn refuse_duplicates(tenants: &[Tenant]) -> Result<(), StartError> {
    let mut seen = std::collections::HashSet::new();
    for tenant in tenants {
        for name in [&tenant.spec.tenant_id, &tenant.spec.primary_domain] {
            if !seen.insert(name.to_lowercase()) {
                return Err(StartError::DuplicateTenant(name.clone()));
            }
        }
    }
    Ok(())
}

impl World {
    pub(crate) fn stats(&self) -> Stats {
        let each = self.tenants.iter().map(|tenant| (tenant.spec.tenant_id.clone(), tenant.counters.read()));
        let mut collections = std::collections::BTreeMap::new();
        self.tenants.iter().for_each(|tenant| tenant.counters.add_collections(&mut collections));
        Stats::sum(each.collect(), collections)
    }

    pub(crate) fn reset_stats(&self) {
        self.arrived.send_replace(0);
        self.exchanges.clear();
        for tenant in &self.tenants {
            tenant.counters.reset();
            tenant.limits.reset();
        }
    }

    pub(crate) fn edit(
        &self,
        tenant: &str,
        collection: &str,
        id: &str,
        edit: impl FnOnce(&mut Value),
        visibly: bool,
    ) -> bool {
        let Some((_, tenant)) = self.tenant(tenant) else {
            return false;
        };
        let mut store = tenant.write();
        let Some(object) = store.get_mut(collection, id) else {
            return false;
        };
        let before = visibly.then(|| object.clone());
        edit(object);
        if let Some(kind) = collections::kind(collection) {
            complete(kind, object);
        }
        if let Some(before) = before {
            let now = tenant.clock.tick();
            touch(collection, object, &now);
            let after = object.clone();
            let id = after["id"].as_str().unwrap_or(id);
            let change = Change {
                path: collection,
                id,
                operation: Operation::Patch,
                before: Some(&before),
                after: Some(&after),
            };
            audit::append_by_hand(&mut store, &tenant.spec.tenant_id, change, &now);
        }
        true
    }

    pub(crate) fn decide(&self, tenant: &str, request: &str, decision: &str) -> bool {
        let Some((_, tenant)) = self.tenant(tenant) else {
            return false;
        };
        let mut store = tenant.write();
        approvals::expire(&mut store, &tenant.clock);
        let waits = approvals::status(&store, request) == "needsApproval";
        waits && approvals::set_status(&mut store, &tenant.clock, request, decision)
    }

    pub(crate) fn remove(&self, tenant: &str, collection: &str, id: &str) -> bool {
        let Some((_, tenant)) = self.tenant(tenant) else {
            return false;
        };
        let mut store = tenant.write();
        let Some(removed) = store.remove(collection, id) else {
            return false;
        };
        let change = Change { path: collection, id, operation: Operation::Delete, before: Some(&removed), after: None };
        audit::append_by_hand(&mut store, &tenant.spec.tenant_id, change, &tenant.clock.tick());
        true
    }

    pub(crate) fn insert(&self, tenant: &str, collection: &str, mut object: Value) -> bool {
        let Some((_, tenant)) = self.tenant(tenant) else {
            return false;
        };
        let Some(id) = object["id"].as_str().map(str::to_owned) else {
            return false;
        };
        if let Some(kind) = collections::kind(collection) {
            complete(kind, &mut object);
        }
        let mut store = tenant.write();
        let before = store.get(collection, &id).cloned();
        let operation = if before.is_some() { Operation::Patch } else { Operation::Create };
        store.insert(collection, &id, object.clone());
        let change = Change { path: collection, id: &id, operation, before: before.as_ref(), after: Some(&object) };
        audit::append_by_hand(&mut store, &tenant.spec.tenant_id, change, &tenant.clock.tick());
        true
    }
}
