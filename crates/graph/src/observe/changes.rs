//! What Intune's audit log names: the signal that an object may have changed although its row did not.

use std::collections::HashMap;

use jiff::Timestamp;
use model::registry::{Contract, Registry};
use serde_json::Value;

use super::Reader;
use crate::error::GraphError;
use crate::paging::{Links, Page};

impl Reader {
    /// Ids in lower case, each with the time of its latest event. An event that cannot be understood names nobody whom
    /// we could spare, so that it fails the whole answer.
    pub(crate) async fn changed_since(&self, since_ms: i64) -> Result<HashMap<String, i64>, GraphError> {
        let contract = Registry::embedded().get("auditEvents").expect("the audit log has a contract");
        let mut links = Links::new(self.pipeline.graph_url())?;
        let mut next = Some(self.pipeline.absolute(contract.version.as_str(), &self.events_since(contract, since_ms)?));
        let mut named = HashMap::new();
        while let Some(link) = next {
            let page = Page::of(self.pipeline.get(&links.check(link)?, contract.quota).await?)?;
            for event in &page.rows {
                note(event, &mut named).ok_or_else(|| GraphError::of("graph.unexpected_shape"))?;
            }
            next = page.next;
        }
        Ok(named)
    }

    fn events_since(&self, contract: &'static Contract, since_ms: i64) -> Result<String, GraphError> {
        let since = Timestamp::from_millisecond(since_ms).map_err(|_| GraphError::of("graph.bad_request"))?;
        Ok(self.addresses(contract).list_where(&format!("activityDateTime gt {since}")))
    }
}

pub(super) fn note(event: &Value, named: &mut HashMap<String, i64>) -> Option<()> {
    let at: Timestamp = event.get("activityDateTime")?.as_str()?.parse().ok()?;
    for resource in event.get("resources").and_then(Value::as_array).into_iter().flatten() {
        // Some events carry resources without an id, for example of the directory itself.
        if let Some(id) = resource.get("resourceId").and_then(Value::as_str) {
            let latest = named.entry(id.to_lowercase()).or_insert(i64::MIN);
            *latest = (*latest).max(at.as_millisecond());
        }
    }
    Some(())
}
