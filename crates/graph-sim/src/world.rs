//! The state behind the listeners: tenants, tokens, knobs, what happened.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::watch;

use crate::approvals::Approvals;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::config::{TenantSpec, Throttling};
use crate::exchanges::Exchanges;
use crate::faults::Faults;
use crate::journal::{Counters, Effect, LoadReport};
use crate::sign_in::{Consent, Grants};
use crate::store::Store;
use crate::throttle::Limits;
use crate::token::Tokens;
use crate::trace::Trace;

/// Everything one simulator holds.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) tokens: Tokens,
    pub(crate) grants: Grants,
    /// Position of the tenant that accepts any token.
    pub(crate) any_token: Option<usize>,
    pub(crate) knobs: RwLock<Knobs>,
    pub(crate) journal: Mutex<Vec<Effect>>,
    pub(crate) exchanges: Exchanges,
    /// Graph requests that have arrived since the start or the last reset.
    pub(crate) arrived: watch::Sender<u64>,
    /// Part of the path of requests that wait.
    pub(crate) gate: watch::Sender<Option<String>>,
    /// Requests waiting at the gate.
    pub(crate) held: watch::Sender<u64>,
    /// Requests that were left without an answer.
    pub(crate) silent: watch::Sender<u64>,
    /// Number of the last request, from which its id derives.
    pub(crate) last_request: AtomicU64,
}

/// What can be turned while running.
#[derive(Debug, Clone)]
pub(crate) struct Knobs {
    pub(crate) latency: Duration,
    pub(crate) throttling: Throttling,
    /// Page sizes by collection path, in place of the usual ones.
    pub(crate) page_sizes: HashMap<String, usize>,
}

/// One tenant with everything that is counted for it.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) spec: TenantSpec,
    pub(crate) store: RwLock<Store>,
    pub(crate) faults: Faults,
    pub(crate) trace: Trace,
    pub(crate) limits: Limits,
    pub(crate) counters: Counters,
    pub(crate) clock: Clock,
    pub(crate) approvals: Approvals,
    pub(crate) changes: Mutex<Changes>,
    pub(crate) consent: Consent,
    /// Addresses that the application has registered: those of the specification, and later ones.
    pub(crate) redirect_uris: RwLock<Vec<String>>,
    pub(crate) report: LoadReport,
}

impl Tenant {
    pub(crate) fn new(spec: TenantSpec, store: Store, report: LoadReport) -> Self {
        let faults = Faults::default();
        for fault in &spec.faults {
            faults.add(fault.clone());
        }
        Self {
            consent: Consent::new(spec.consented),
            redirect_uris: RwLock::new(spec.redirect_uris.clone()),
            spec,
            store: RwLock::new(store),
            faults,
            trace: Trace::default(),
            limits: Limits::default(),
            counters: Counters::default(),
            clock: Clock::default(),
            approvals: Approvals::default(),
            changes: Mutex::default(),
            report,
        }
    }

    /// Whether the application has registered this address.
    pub(crate) fn sends_back_to(&self, address: &str) -> bool {
        self.redirect_uris.read().unwrap_or_else(PoisonError::into_inner).iter().any(|known| known == address)
    }

    /// Registers one more.
    pub(crate) fn register(&self, address: &str) {
        self.redirect_uris.write().unwrap_or_else(PoisonError::into_inner).push(address.to_owned());
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// A tenant and its position, by directory id or domain.
    pub(crate) fn tenant(&self, name: &str) -> Option<(usize, &Tenant)> {
        self.tenants.iter().enumerate().find(|(_, tenant)| {
            tenant.spec.tenant_id.eq_ignore_ascii_case(name) || tenant.spec.primary_domain.eq_ignore_ascii_case(name)
        })
    }

    pub(crate) fn knobs(&self) -> Knobs {
        self.knobs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn turn(&self, change: impl FnOnce(&mut Knobs)) {
        change(&mut self.knobs.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Vec<Effect>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self, tenant: &Tenant, method: &str, path: &str, id: &str) {
        let mut journal = self.journal();
        let effect = Effect {
            sequence: journal.len() as u64 + 1,
            tenant: tenant.spec.tenant_id.clone(),
            method: method.to_owned(),
            path: path.trim_matches('/').to_owned(),
            id: id.to_owned(),
        };
        journal.push(effect);
    }
}
