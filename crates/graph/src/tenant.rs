//! One reachable tenant.

use std::ops::ControlFlow;
use std::sync::Arc;

use model::change::{AuditEvent, ChangeLog};
use model::registry::{Contract, Quota};
use model::run::Priority;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::error::GraphError;
use crate::observe::{Change, Members, ObservedObject, Reader, TypeObservation};
use crate::paging::Page;
use crate::write::{ApprovalState, Write, WriteError, Written};

/// One tenant through one application. Cheap to clone; clones share tokens, budget and batches.
#[derive(Clone)]
pub struct TenantGraph {
    reader: Reader,
}

/// Who the tenant is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Directory id.
    pub id: String,
    /// Name of the organisation.
    pub display_name: String,
    /// The domain that new names get; the initial one when none is marked.
    pub primary_domain: String,
}

impl TenantGraph {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader }
    }

    /// The same tenant for work of that priority: in front of what nobody waits for, the service refuses requests last.
    pub fn with_priority(&self, priority: Priority) -> Self {
        let pipeline = self.reader.pipeline.with(priority);
        Self { reader: Reader { pipeline, batcher: Arc::clone(&self.reader.batcher) } }
    }

    /// Reads all objects of a type. They are sent as soon as they are complete, or it is certain that they cannot be.
    /// Dropping the future stops it.
    pub async fn observe(&self, contract: &'static Contract, sink: mpsc::Sender<ObservedObject>) -> TypeObservation {
        self.reader.observe(contract, |_| false, sink).await
    }

    /// The same, but rows that `is_known` answers for are seen and read no further: they are not sent.
    pub async fn observe_unknown(
        &self,
        contract: &'static Contract,
        is_known: impl Fn(&Value) -> bool,
        sink: mpsc::Sender<ObservedObject>,
    ) -> TypeObservation {
        self.reader.observe(contract, is_known, sink).await
    }

    /// Events of a log since then, newest first where the service keeps to it, until `take` has had enough. `since_ms` is
    /// milliseconds since the Unix epoch, by Microsoft's clock.
    pub async fn changes(
        &self,
        log: ChangeLog,
        since_ms: i64,
        take: impl FnMut(AuditEvent) -> ControlFlow<()> + Send,
    ) -> Result<(), GraphError> {
        self.reader.changes(log, since_ms, take).await
    }

    /// Reads what changed in a collection since the state that an earlier call gave, or all of it, and gives the state for
    /// the next call. Only of types whose contract names a delta. With a state, `graph.gone` says that it cannot be used any
    /// more; then all of it has to be read. The state holds a link of Microsoft's: it is to be kept as a secret is.
    pub async fn delta(
        &self,
        contract: &'static Contract,
        since: Option<&str>,
        sink: mpsc::Sender<Change>,
    ) -> Result<String, GraphError> {
        self.reader.delta(contract, since, sink).await
    }

    /// Reads one object with its parts. Fails when the object itself cannot be read.
    pub async fn observe_one(
        &self,
        contract: &'static Contract,
        external_id: &str,
    ) -> Result<ObservedObject, GraphError> {
        self.reader.observe_one(contract, external_id).await
    }

    /// Reads an object that was removed and is kept for a while, where its type is kept at all; nothing when it is not there
    /// any more.
    pub async fn deleted(&self, contract: &Contract, external_id: &str) -> Result<Option<Value>, GraphError> {
        self.reader.deleted(contract, external_id).await
    }

    /// Whether the tenant has that id in a collection that objects of the type name, and that has no contract of its own.
    pub async fn has(&self, contract: &Contract, collection: &str, id: &str) -> Result<bool, GraphError> {
        self.reader.has(contract, collection, id).await
    }

    /// Sends a write, once. It is sent again only while nothing has happened for certain; the error says whether that is so.
    pub async fn write(&self, contract: &Contract, write: &Write) -> Result<Written, WriteError> {
        self.reader.write(contract, write).await
    }

    /// What became of a request for approval.
    pub async fn approval(&self, code: &str) -> Result<ApprovalState, GraphError> {
        self.reader.approval(code).await
    }

    /// Reads objects by their ids, a thousand in a request, each id once; those that are not there are left out. Only of
    /// types whose contract names a lookup.
    pub async fn look_up(
        &self,
        contract: &'static Contract,
        ids: &[String],
    ) -> Result<Vec<ObservedObject>, GraphError> {
        self.reader.look_up(contract, ids).await
    }

    /// Counts what is in one object; only of types whose contract names members.
    pub async fn members(&self, contract: &Contract, external_id: &str) -> Result<Members, GraphError> {
        self.reader.members(contract, external_id).await
    }

    /// Reads the definitions of all settings of one object in one request; only of types whose contract says with what.
    pub async fn definitions_of(&self, contract: &Contract, external_id: &str) -> Result<Vec<Value>, GraphError> {
        self.reader.definitions_of(contract, external_id).await
    }

    /// Reads the definition of one setting.
    pub async fn definition(&self, contract: &Contract, id: &str) -> Result<Value, GraphError> {
        self.reader.definition(contract, id).await
    }

    /// Reads every category that settings of that type are filed under.
    pub async fn categories(&self, contract: &Contract) -> Result<Vec<Value>, GraphError> {
        self.reader.categories(contract).await
    }

    /// Reads who the tenant is: the proof that a connection leads where it should.
    pub async fn organization(&self) -> Result<Organization, GraphError> {
        let pipeline = &self.reader.pipeline;
        let address = pipeline.absolute("v1.0", "organization?$select=id,displayName,verifiedDomains");
        let page = Page::of(pipeline.get(&address, Quota::Directory).await?)?;
        page.rows.first().and_then(organization).ok_or_else(|| GraphError::of("graph.unexpected_shape"))
    }

    /// The application permissions that the tenant granted, sorted. None is an answer: a token is issued all the same.
    pub async fn granted_permissions(&self) -> Result<Vec<String>, GraphError> {
        Ok(self.reader.pipeline.tokens.get().await?.roles().to_vec())
    }
}

fn organization(row: &Value) -> Option<Organization> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let domains = row.get("verifiedDomains").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let marked = |mark: &str| domains.iter().find(|domain| domain.get(mark).and_then(Value::as_bool) == Some(true));
    let primary = marked("isDefault").or_else(|| marked("isInitial")).or(domains.first());
    Some(Organization {
        id: text(row, "id")?,
        display_name: text(row, "displayName").unwrap_or_default(),
        primary_domain: primary.and_then(|domain| text(domain, "name")).unwrap_or_default(),
    })
}
