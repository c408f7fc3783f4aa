//! The requests that take an object away again which an earlier restore made.

use serde_json::{Value, json};

use super::goal::Choice;
use super::mapping::Mapped;
use super::places::Place;
use super::plan::{Method, Purpose, Step, Why};
use super::{steps, why};
use crate::registry::content::{external_id, is_built_in};
use crate::registry::{Assignable, Contract};

/// Removes the live object. What is assigned by one request each is unassigned first: Graph refuses to remove it otherwise
/// (facts/policy-types.md 6, Autopilot profiles).
pub fn remove(contract: &Contract, live: &Value) -> Result<Vec<Step>, Why> {
    let id = external_id(contract, live).filter(|_| contract.delete && !is_built_in(contract, live));
    let Some(id) = id else { return Err(why::cannot_be_removed()) };
    let mut requests = Vec::new();
    if let Assignable::Each { part, .. } = &contract.assignable {
        let mut unassigned = live.clone();
        unassigned[part.as_str()] = json!([]);
        let wanted = Mapped { document: unassigned, ..Mapped::default() };
        requests = steps(contract, &wanted, Some(live), Choice { settings: false, assignments: true })?;
    }
    let place = Place { contract, id: Some(id) };
    requests.push(place.step(Purpose::Remove, Method::Delete, place.item(), None));
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::remove;
    use crate::registry::Registry;

    #[test]
    fn an_object_is_unassigned_before_it_is_removed_and_defaults_stay() {
        let of = |key: &str, live: serde_json::Value| {
            let contract = Registry::embedded().get(key).expect("contract");
            remove(contract, &live)
                .map(|steps| steps.into_iter().map(|step| format!("{} {}", step.method, step.path)).collect::<Vec<_>>())
        };
        let assigned = json!({ "id": "p", "assignments": [{ "id": "p_g", "target": {
            "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g" } }] });
        let path = "deviceManagement/windowsAutopilotDeploymentProfiles/p";
        let expected = [format!("DELETE {path}/assignments/p_g"), format!("DELETE {path}")];
        assert_eq!(of("autopilotProfiles", assigned), Ok(expected.to_vec()));
        assert_eq!(
            of("scopeTags", json!({ "id": "0", "isBuiltIn": true })).expect_err("built in").code,
            "restore.cannot_be_removed"
        );
        assert!(of("tenantSettings", json!({})).is_err());
    }
}
