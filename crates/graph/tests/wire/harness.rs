//! A simulator with one tenant and a client that is in a hurry.

use std::collections::BTreeMap;
use std::time::Duration;

use graph::{Connection, Credential, Graph, GraphConfig, Limits, ObservedObject, TenantGraph, TypeObservation, Window};
use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec};
use model::Ambient;
use model::cloud::Cloud;
use model::registry::{Contract, Registry};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Looked for in everything that could be shown.
pub(crate) const CANARY: &str = "canary~Zq8-secret-value";

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) graph: Graph,
    pub(crate) tenant: TenantGraph,
    pub(crate) id: String,
}

/// Short pauses and generous windows: what is tested is the behaviour, not the length of a pause.
pub(crate) fn hurried() -> GraphConfig {
    let wide = Window { requests: 100_000, span: Duration::from_millis(1) };
    let limits = Limits {
        intune: wide,
        intune_writes: wide,
        conditional_access: wide,
        directory: wide,
        backoff_first: Duration::from_millis(2),
        backoff_max: Duration::from_millis(10),
        ..Limits::default()
    };
    GraphConfig { timeout: Duration::from_secs(10), body_bytes_max: 4 * 1024 * 1024, limits, ..GraphConfig::default() }
}

pub(crate) fn connection(url: &str, id: &str, client_id: &str, secret: &str) -> Connection {
    connection_by(url, id, client_id, Credential::Secret(SecretString::from(secret)))
}

pub(crate) fn connection_by(url: &str, id: &str, client_id: &str, credential: Credential) -> Connection {
    let cloud = Cloud {
        key: "simulated".into(),
        label: "Simulated".into(),
        login_url: url.into(),
        graph_url: url.into(),
        unlimited: false,
    };
    Connection { cloud, directory_id: id.into(), client_id: client_id.into(), credential }
}

impl World {
    pub(crate) async fn empty() -> Self {
        Self::start(Content::Empty).await
    }

    pub(crate) async fn start(content: Content) -> Self {
        crate::secrecy::log_everything();
        let spec = TenantSpec { client_secret: CANARY.into(), ..TenantSpec::named("Contoso", content) };
        let config = SimulatorConfig { tenants: vec![spec.clone()], ..SimulatorConfig::default() };
        let simulator = Simulator::start(config).await.unwrap();
        let graph = Graph::new(hurried(), Ambient::system()).unwrap();
        let tenant = graph.tenant(connection(&simulator.http_url(), &spec.tenant_id, &spec.client_id, CANARY));
        Self { simulator, graph, tenant, id: spec.tenant_id }
    }

    pub(crate) fn insert(&self, key: &str, object: Value) {
        assert!(self.simulator.insert(&self.id, &contract(key).path, object));
    }

    /// Scripts with the ids `s0`, `s1`, …
    pub(crate) fn insert_scripts(&self, count: usize) {
        for index in 0..count {
            let content = "V3JpdGUtSG9zdCAxCg==";
            self.insert("powershellScripts", json!({ "id": format!("s{index}"), "displayName": format!("Script {index}"), "scriptContent": content, "assignments": [] }));
        }
    }

    /// Policies with the ids `p0`, `p1`, …, each with so many settings.
    pub(crate) fn insert_policies(&self, count: usize, settings: usize) {
        for index in 0..count {
            let settings: Vec<Value> =
                (0..settings).map(|number| setting(&format!("device_vendor_msft_test_{number}"))).collect();
            self.insert(
                "settingsCatalog",
                json!({ "id": format!("p{index}"), "name": format!("Policy {index}"), "platforms": "windows10",
                "settingCount": settings.len(), "settings": settings, "assignments": [] }),
            );
        }
    }

    pub(crate) async fn observe(&self, key: &str) -> (TypeObservation, Vec<ObservedObject>) {
        observe(&self.tenant, key).await
    }

    pub(crate) async fn observe_by_id(&self, key: &str) -> (TypeObservation, BTreeMap<String, ObservedObject>) {
        let (list, objects) = self.observe(key).await;
        (list, objects.into_iter().map(|object| (object.external_id.clone(), object)).collect())
    }
}

fn setting(id: &str) -> Value {
    json!({ "settingInstance": { "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": id, "simpleSettingValue": { "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue", "value": "x" } } })
}

pub(crate) fn contract(key: &str) -> &'static Contract {
    Registry::embedded().get(key).unwrap()
}

pub(crate) async fn observe(tenant: &TenantGraph, key: &str) -> (TypeObservation, Vec<ObservedObject>) {
    let (sink, mut objects) = mpsc::channel(16);
    let collect = async {
        let mut all: Vec<ObservedObject> = Vec::new();
        while let Some(object) = objects.recv().await {
            all.push(object);
        }
        all.sort_by(|one, two| one.external_id.cmp(&two.external_id));
        all
    };
    tokio::join!(tenant.observe(contract(key), sink), collect)
}

pub(crate) fn incomplete(objects: &[ObservedObject]) -> Vec<(&str, &str, &str)> {
    let missing = |object: &'_ ObservedObject| object.missing_parts.len();
    let rows = objects.iter().filter(|object| missing(object) > 0);
    rows.flat_map(|object| {
        object.missing_parts.iter().map(|part| (object.external_id.as_str(), part.part.as_str(), part.error.code))
    })
    .collect()
}
