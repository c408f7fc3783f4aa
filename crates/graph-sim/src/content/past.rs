//! What surrounds the objects of a generated tenant and counts as none of them: connectors, and who made what.

use super::tenant_admin;
use crate::audit::{self, Actor, Change, Operation};
use crate::clock::EPOCH;
use crate::config::TenantSpec;
use crate::graph::add_templates;
use crate::random::Random;
use crate::store::Store;

/// How long back events go, in seconds: a year.
const REMEMBERED: i64 = 31_536_000;

/// Adds the templates of intents, the connectors, and an event for each creation and change of the last year.
pub(crate) fn surround(store: &mut Store, spec: &TenantSpec) {
    let mut random = Random::from_text(&format!("{}surroundings", spec.tenant_id));
    add_templates(store);
    tenant_admin::connect(store, &mut random);
    let people = store.all("users");
    for (when, path, id, operation) in moments(store) {
        let object = store.get(&path, &id).or_else(|| store.get(&path, "")).cloned().unwrap_or_default();
        let actor = if people.is_empty() { Actor::Nobody } else { Actor::Person(random.pick(&people)) };
        let change = Change { path: &path, id: &id, operation, before: None, after: Some(&object) };
        audit::append(store, &spec.tenant_id, actor, change, &when);
    }
}

/// Creations and last changes in the order in which they happened.
fn moments(store: &Store) -> Vec<(String, String, String, Operation)> {
    let oldest = crate::clock::format_seconds(EPOCH - REMEMBERED);
    let mut moments = Vec::new();
    for (path, collection) in store.paths().filter(|(path, _)| audit::is_audited(path)) {
        for (_, object) in collection.after(0) {
            let text = |name: &str| object[name].as_str().map(str::to_owned);
            let id = text("id").unwrap_or_default();
            let created = text("createdDateTime");
            let modified = text("lastModifiedDateTime").or_else(|| text("modifiedDateTime"));
            let changed = modified.filter(|modified| created.as_ref() != Some(modified));
            let both = [(created, Operation::Create), (changed, Operation::Patch)];
            let both = both.into_iter().filter_map(|(when, operation)| Some((when?, operation)));
            moments.extend(both.map(|(when, operation)| (when, path.clone(), id.clone(), operation)));
        }
    }
    moments.retain(|(when, ..)| *when >= oldest);
    moments.sort_by(|left, right| (&left.0, &left.1, &left.2).cmp(&(&right.0, &right.1, &right.2)));
    moments
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::config::Content;

    #[test]
    fn events_are_of_objects_that_exist_and_stand_in_the_order_of_time() {
        let spec = TenantSpec::named("Contoso", Content::Empty);
        let mut store = super::super::base(&spec);
        super::super::generate(&mut store, 3, 60);
        surround(&mut store, &spec);
        let events = store.all("deviceManagement/auditEvents");
        assert!(events.len() > 10, "{}", events.len());
        assert!(
            events.windows(2).all(|two| two[0]["activityDateTime"].as_str() <= two[1]["activityDateTime"].as_str())
        );
        let ids: Vec<Value> =
            store.paths().flat_map(|(_, all)| all.after(0)).map(|(_, one)| one["id"].clone()).collect();
        assert!(events.iter().all(|event| ids.contains(&event["resources"][0]["resourceId"])));
        assert!(!store.all("auditLogs/directoryAudits").is_empty());
    }
}
