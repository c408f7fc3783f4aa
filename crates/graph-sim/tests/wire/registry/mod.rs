//! Every type that the contract registry calls writable, written as the registry says: the two have to fit each other.

mod life;
mod refusals;
mod shape;

use graph_sim::Simulator;
use model::registry::{Contract, CreateMode, DIRECTORY, Registry};
use serde_json::Value;

use crate::support::Session;

/// A contract with the tenant it is tried in.
pub(super) struct Trial<'a> {
    pub(super) contract: &'a Contract,
    pub(super) simulator: &'a Simulator,
    pub(super) session: &'a Session,
}

/// Contracts whose objects are written, by how they come into being.
fn writable(single: bool) -> impl Iterator<Item = &'static Contract> {
    let all = Registry::embedded().iter().filter(move |contract| contract.single == single);
    all.filter(|contract| contract.create.mode != CreateMode::Never || contract.update.method != "none")
}

/// Whether a `POST` on the collection makes one; what an action of another object makes has tests of its own.
fn can_be_created(contract: &Contract) -> bool {
    contract.create.path.is_none() && matches!(contract.create.mode, CreateMode::Yes | CreateMode::Partial)
}

impl Trial<'_> {
    /// The address of the collection, or of the only object.
    pub(super) fn address(&self) -> String {
        let path = self.contract.path.replace(DIRECTORY, &self.session.tenant.tenant_id);
        format!("{}/{path}", self.contract.version.as_str())
    }

    pub(super) fn item(&self, id: &str) -> String {
        format!("{}/{id}", self.address())
    }

    /// A write that has to succeed; each leaves one effect and one event of the audit.
    pub(super) async fn write(&self, method: &str, address: &str, body: Option<Value>) -> Value {
        let before = self.traces();
        let shown = body.clone().unwrap_or_default();
        let response = self.session.send(method, address, body).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{}: {method} {address} {status} {text}\n{shown:#}", self.contract.key);
        let after = self.traces();
        assert_eq!(after, (before.0 + 1, before.1 + 1), "{}: {method} {address} leaves its traces", self.contract.key);
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// A write that has to be refused in Graph's shape, and has no effect; the answer's message.
    pub(super) async fn refused(&self, method: &str, address: &str, body: &Value) -> String {
        let before = self.traces();
        let response = self.session.send(method, address, Some(body.clone())).await;
        let status = response.status().as_u16();
        let answer = crate::support::json(response).await;
        let place = format!("{}: {method} {address} {body:#}", self.contract.key);
        assert!((400..500).contains(&status), "{place} answers {status}");
        assert!(answer["error"]["code"].is_string() && answer["error"]["innerError"]["request-id"].is_string());
        assert_eq!(self.traces(), before, "{place} was refused and leaves no trace");
        answer["error"]["message"].as_str().unwrap().to_owned()
    }

    /// Effects, and events of both audits.
    fn traces(&self) -> (usize, usize) {
        let collections = self.simulator.collections(&self.session.tenant.tenant_id);
        let logs = ["deviceManagement/auditEvents", "auditLogs/directoryAudits"];
        let events = collections.iter().filter(|(path, _)| logs.contains(&path.as_str())).map(|(_, count)| count);
        (self.simulator.journal().len(), events.sum())
    }
}
