//! Two tenants of one simulator: one full, one with only what every directory has.

use std::collections::BTreeMap;

use graph::{Graph, TenantGraph, Write};
use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec};
use model::Ambient;
use model::registry::content::{is_built_in, object_type};
use model::registry::{Contract, DIRECTORY};
use model::restore::Method;
use serde_json::{Value, json};

use crate::harness::{connection, hurried, observe};

/// One tenant.
pub(super) struct Side {
    pub(super) id: String,
    pub(super) graph: TenantGraph,
}

pub(super) struct Bench {
    pub(super) simulator: Simulator,
    pub(super) full: Side,
    pub(super) empty: Side,
}

/// An object as it was observed.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Its derived type; empty where it has none.
    pub(super) kind: String,
    pub(super) built_in: bool,
    pub(super) id: String,
    pub(super) document: Value,
}

impl Bench {
    pub(super) async fn start() -> Self {
        Self::with(Content::Seeded { seed: 7, objects: 400 }).await
    }

    pub(super) async fn with(content: Content) -> Self {
        let specs = [TenantSpec::named("Contoso", content), TenantSpec::named("Fabrikam", Content::Empty)];
        let config = SimulatorConfig { tenants: specs.to_vec(), ..SimulatorConfig::default() };
        let simulator = Simulator::start(config).await.unwrap();
        let graph = Graph::new(hurried(), Ambient::system()).unwrap();
        let [full, empty] = specs.map(|spec| {
            let url = simulator.http_url();
            let graph = graph.tenant(connection(&url, &spec.tenant_id, &spec.client_id, &spec.client_secret));
            Side { id: spec.tenant_id, graph }
        });
        Self { simulator, full, empty }
    }

    /// One object of each derived type, and one that every directory has.
    pub(super) async fn samples(&self, contract: &'static Contract) -> Vec<Sample> {
        let mut found: BTreeMap<(bool, String), Sample> = BTreeMap::new();
        for object in observe(&self.full.graph, &contract.key).await.1 {
            assert!(object.missing_parts.is_empty(), "{} {:?}", contract.key, object.missing_parts);
            let kind = object_type(&object.document).unwrap_or_default().to_owned();
            let built_in = is_built_in(contract, &object.document);
            let sample = Sample { kind: kind.clone(), built_in, id: object.external_id, document: object.document };
            found.entry((built_in, kind)).or_insert(sample);
        }
        found.into_values().collect()
    }
}

impl Bench {
    /// What stands inside another object of the simulator is changed by a request.
    pub(super) async fn change_by_request(&self, side: &Side, contract: &'static Contract, id: &str) {
        let change = Write {
            method: Method::Patch,
            body: Some(json!({ "signInPageText": "Changed by hand" })),
            ..Write::delete(contract.version.as_str(), &format!("{}/{id}", contract.path))
        };
        side.graph.write(contract, &change).await.unwrap();
    }
}

impl Side {
    /// The object as it is read now; nothing when it is not there.
    pub(super) async fn read(&self, contract: &'static Contract, id: &str) -> Option<Value> {
        match self.graph.observe_one(contract, id).await {
            Ok(object) => {
                assert!(object.missing_parts.is_empty(), "{} {:?}", contract.key, object.missing_parts);
                Some(object.document)
            }
            Err(error) => {
                assert_eq!(error.code, "graph.not_found", "{} {id}", contract.key);
                None
            }
        }
    }

    /// The collection in the simulator, and the key of an object there.
    pub(super) fn place<'a>(&self, contract: &Contract, id: &'a str) -> (String, &'a str) {
        (self.collection(contract), if contract.single { "" } else { id })
    }

    pub(super) fn collection(&self, contract: &Contract) -> String {
        contract.path.replace(DIRECTORY, &self.id)
    }

    pub(super) async fn ids(&self, contract: &'static Contract) -> Vec<String> {
        observe(&self.graph, &contract.key).await.1.into_iter().map(|object| object.external_id).collect()
    }
}
