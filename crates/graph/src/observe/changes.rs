//! What the audit logs tell: who changed which objects.

use std::ops::ControlFlow;

use jiff::Timestamp;
use model::change::{AuditEvent, Author, AuthorKind, ChangeLog, NamedObject, ToldChange};
use model::registry::{Contract, Registry};
use serde_json::Value;

use super::Reader;
use crate::error::GraphError;
use crate::paging::{Links, Page};

impl Reader {
    /// Page by page, until `take` has had enough. An event that cannot be understood may name any object, so that it fails
    /// the whole answer.
    pub(crate) async fn changes(
        &self,
        log: ChangeLog,
        since_ms: i64,
        mut take: impl FnMut(AuditEvent) -> ControlFlow<()>,
    ) -> Result<(), GraphError> {
        let contract = Registry::embedded().get(log.contract()).expect("the audit logs have contracts");
        let ours = &self.pipeline.tokens.connection().client_id;
        let mut links = Links::new(self.pipeline.graph_url())?;
        let address = self.events_since(log, contract, since_ms)?;
        let mut next = Some(self.pipeline.absolute(contract.version.as_str(), &address));
        while let Some(link) = next {
            let page = Page::of(self.pipeline.get(&links.check(link)?, contract.quota).await?)?;
            for row in &page.rows {
                let event = event(log, row, ours).ok_or_else(|| GraphError::of("graph.unexpected_shape"))?;
                if take(event).is_break() {
                    return Ok(());
                }
            }
            next = page.next;
        }
        Ok(())
    }

    fn events_since(&self, log: ChangeLog, contract: &'static Contract, since_ms: i64) -> Result<String, GraphError> {
        let since = Timestamp::from_millisecond(since_ms).map_err(|_| GraphError::of("graph.bad_request"))?;
        let later = match log {
            ChangeLog::Intune => "gt",
            // The directory's log knows no other (learn.microsoft.com/graph/api/resources/directoryaudit).
            ChangeLog::Directory => "ge",
        };
        Ok(self.addresses(contract).list_where(&format!("activityDateTime {later} {since}")))
    }
}

/// One event; `ours` is the application that we sign in as. Absent when it says neither which one it is nor when it was.
pub(super) fn event(log: ChangeLog, row: &Value, ours: &str) -> Option<AuditEvent> {
    let at: Timestamp = text(row, "activityDateTime")?.parse().ok()?;
    let names = match log {
        ChangeLog::Intune => &INTUNE,
        ChangeLog::Directory => &DIRECTORY,
    };
    let activity = names.activity.iter().find_map(|name| text(row, name)).unwrap_or_default();
    let who = match log {
        ChangeLog::Intune => intune_actor(row.get("actor").unwrap_or(&Value::Null)),
        ChangeLog::Directory => initiator(row.get("initiatedBy").unwrap_or(&Value::Null)),
    };
    let kind = match (who.kind, &who.id) {
        (AuthorKind::Application, Some(id)) if id.eq_ignore_ascii_case(ours) => AuthorKind::TenantAtlas,
        (kind, _) => kind,
    };
    let named = row.get(names.objects).and_then(Value::as_array).into_iter().flatten();
    // Some events carry resources without an id, for example of the directory itself.
    let named = named.filter_map(|object| {
        let kind = match log {
            ChangeLog::Intune => text(object, "auditResourceType").or_else(|| text(object, "type")).unwrap_or_default(),
            // A target's type is no more than "Policy" or "Other": the activity says more.
            ChangeLog::Directory => activity,
        };
        Some(NamedObject { id: text(object, names.id)?.to_owned(), kind: kind.to_owned() })
    });
    let author = Author {
        kind,
        name: who.name,
        id: who.id,
        activity: activity.to_owned(),
        at: at.as_millisecond(),
        log,
        correlation: text(row, "correlationId").map(str::to_owned),
    };
    let told = ToldChange {
        event: text(row, "id")?.to_owned(),
        object: String::new(),
        deletes: text(row, names.operation).is_some_and(|word| word.to_lowercase().contains("delete")),
        failed: text(row, names.result).is_some_and(|word| word.to_lowercase().starts_with("fail")),
        author,
    };
    Some(AuditEvent { told, objects: named.collect() })
}

/// What the two logs call the same.
struct Names {
    activity: &'static [&'static str],
    objects: &'static str,
    id: &'static str,
    operation: &'static str,
    result: &'static str,
}

const INTUNE: Names = Names {
    activity: &["activityType", "displayName"],
    objects: "resources",
    id: "resourceId",
    operation: "activityOperationType",
    result: "activityResult",
};
const DIRECTORY: Names = Names {
    activity: &["activityDisplayName"],
    objects: "targetResources",
    id: "id",
    operation: "operationType",
    result: "result",
};

/// Who it was, before it is known whether we were it.
struct Who {
    kind: AuthorKind,
    name: Option<String>,
    id: Option<String>,
}

/// A person is called `ItPro`; anything else is an application (facts/graph.md 4.1).
fn intune_actor(actor: &Value) -> Who {
    if text(actor, "auditActorType") == Some("ItPro") {
        return who(AuthorKind::Person, text(actor, "userPrincipalName"), text(actor, "userId"));
    }
    let name = text(actor, "applicationDisplayName").or_else(|| text(actor, "servicePrincipalName"));
    who(AuthorKind::Application, name, text(actor, "applicationId"))
}

/// Either `user` or `app` is there.
fn initiator(by: &Value) -> Who {
    if let Some(user) = by.get("user").filter(|user| user.is_object()) {
        return who(
            AuthorKind::Person,
            text(user, "userPrincipalName").or_else(|| text(user, "displayName")),
            text(user, "id"),
        );
    }
    let app = by.get("app").unwrap_or(&Value::Null);
    let name = text(app, "displayName").or_else(|| text(app, "servicePrincipalName"));
    who(AuthorKind::Application, name, text(app, "appId").or_else(|| text(app, "servicePrincipalId")))
}

/// Who has neither name nor id is not known.
fn who(kind: AuthorKind, name: Option<&str>, id: Option<&str>) -> Who {
    let kind = if name.is_none() && id.is_none() { AuthorKind::Unknown } else { kind };
    Who { kind, name: name.map(str::to_owned), id: id.map(str::to_owned) }
}

/// A text that is not empty.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use model::change::{AuthorKind, ChangeLog};
    use serde_json::json;

    use super::event;

    #[test]
    fn an_event_of_intune_tells_who_changed_what() {
        let mut row = json!({
            "id": "e1", "activityDateTime": "2026-11-29T01:00:00Z", "activityType": "Patch DeviceConfiguration",
            "activityOperationType": "Patch", "activityResult": "Success", "correlationId": "c",
            "actor": { "auditActorType": "ItPro", "userPrincipalName": "ada@contoso.com", "userId": "u", "applicationId": "us" },
            "resources": [{ "resourceId": "o", "auditResourceType": "DeviceConfiguration" }, { "resourceId": null }],
        });
        let read = event(ChangeLog::Intune, &row, "us").unwrap();
        let author = &read.told.author;
        assert_eq!((author.kind, author.name.as_deref()), (AuthorKind::Person, Some("ada@contoso.com")));
        assert_eq!((author.id.as_deref(), author.activity.as_str()), (Some("u"), "Patch DeviceConfiguration"));
        assert_eq!(read.objects.len(), 1, "a resource without an id names nothing");
        assert!(!read.told.deletes && !read.told.failed);
        row["actor"]["auditActorType"] = json!("Application");
        assert_eq!(event(ChangeLog::Intune, &row, "US").unwrap().told.author.kind, AuthorKind::TenantAtlas);
        assert_eq!(event(ChangeLog::Intune, &row, "other").unwrap().told.author.kind, AuthorKind::Application);
        row["actor"] = json!(null);
        assert_eq!(event(ChangeLog::Intune, &row, "us").unwrap().told.author.kind, AuthorKind::Unknown);
        row["activityDateTime"] = json!("yesterday");
        assert!(event(ChangeLog::Intune, &row, "us").is_none());
    }

    #[test]
    fn an_event_of_the_directory_tells_who_changed_what() {
        let row = |by: serde_json::Value| {
            json!({
                "id": "d1", "activityDateTime": "2026-11-29T01:00:00.5Z", "result": "failure", "operationType": "Delete",
                "activityDisplayName": "Delete conditional access policy", "initiatedBy": by,
                "targetResources": [{ "id": "p", "type": "Policy" }],
            })
        };
        let person = json!({ "app": null, "user": { "id": "u", "userPrincipalName": "ada@contoso.com" } });
        let read = event(ChangeLog::Directory, &row(person), "us").unwrap();
        assert_eq!((read.told.author.kind, read.told.deletes, read.told.failed), (AuthorKind::Person, true, true));
        assert_eq!(read.objects[0].kind, "Delete conditional access policy");
        let app = json!({ "user": null, "app": { "appId": "us", "displayName": "Atlas" } });
        assert_eq!(event(ChangeLog::Directory, &row(app), "us").unwrap().told.author.kind, AuthorKind::TenantAtlas);
    }
}
