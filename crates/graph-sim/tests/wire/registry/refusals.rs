//! What the service refuses, for each type.

use model::registry::{CreateMode, Registry};
use serde_json::{Value, json};

use super::life::is_synced;
use super::shape::{served, to_create};
use super::{Trial, can_be_created, writable};
use crate::metadata::Metadata;
use crate::support::started;

/// Properties that the registry does not send although nothing here refuses them: IntuneManagement strips them, and
/// IntuneCD sends them to real tenants, or no source says that the service would mind.
const TAKEN: &[(&str, &str)] = &[
    ("companyBranding", "cdnList"),
    ("complianceCatalog", "settingCount"),
    ("driverUpdates", "deviceReporting"),
    ("driverUpdates", "inventorySyncStatus"),
    ("driverUpdates", "newUpdates"),
    ("featureUpdates", "deployableContentDisplayName"),
    ("featureUpdates", "endOfSupportDate"),
    ("groupPolicyConfigurations", "policyConfigurationIngestionType"),
    ("qualityExpedite", "deployableContentDisplayName"),
    ("qualityExpedite", "releaseDateDisplayName"),
    ("remediations", "deviceHealthScriptType"),
    ("scopeTags", "isBuiltIn"),
    ("settingsCatalog", "settingCount"),
    ("windows365Provisioning", "gracePeriodInHours"),
    ("windows365Provisioning", "scopeIds"),
];

#[tokio::test]
async fn every_type_refuses_what_does_not_fit_it() {
    let (simulator, session) = started(400).await;
    let metadata = Metadata::load("beta");
    let mut enumerations = 0;
    for contract in writable(false).filter(|contract| can_be_created(contract)) {
        let trial = Trial { contract, simulator: &simulator, session: &session };
        for object in served(&trial).await {
            let good = to_create(contract, &object);
            let with = |name: &str, value: Value| {
                let mut body = good.clone();
                body[name] = value;
                body
            };
            let address = trial.address();
            if is_synced(&object) {
                continue;
            }
            let name = contract.name.as_deref().filter(|name| *name != "id").unwrap_or("signInPageText");
            // The id of a language is the language.
            let names = ["id", "createdDateTime", "lastModifiedDateTime"];
            for name in names.into_iter().filter(|name| contract.key != "companyBranding" || *name != "id") {
                let message = trial.refused("POST", &address, &with(name, json!("2026-01-01T00:00:00Z"))).await;
                assert!(message.contains("read-only") || message.contains("does not exist"), "{message}");
            }
            trial.refused("POST", &address, &json!([])).await;
            // Of four types Microsoft publishes nothing that could be judged.
            if metadata.as_ref().is_none_or(|metadata| !metadata.knows(&contract.entity)) {
                continue;
            }
            let message = trial.refused("POST", &address, &with("nonsense", json!(1))).await;
            assert!(message.starts_with("The property 'nonsense' does not exist on type '"), "{message}");
            let message = trial.refused("POST", &address, &with(name, json!({ "a": 1 }))).await;
            assert!(message.starts_with("An unexpected 'StartObject' node"), "{}: {message}", contract.key);
            let message = trial.refused("POST", &address, &with(name, json!(7))).await;
            assert_eq!(
                message, "Cannot convert the literal '7' to the expected type 'Edm.String'.",
                "{}",
                contract.key
            );
            let message = trial
                .refused("POST", &address, &with("@odata.type", json!("#microsoft.graph.mobileAppCategoryX")))
                .await;
            assert!(message.contains("could not be resolved by the model"), "{message}");
            let message =
                trial.refused("POST", &address, &with("@odata.type", json!("#microsoft.graph.omaSettingString"))).await;
            assert!(message.contains("is not assignable to the expected type"), "{message}");
            if let Some(metadata) = &metadata {
                let object = good.as_object().unwrap();
                if let Some(member) = metadata.enumerated(&contract.entity, object) {
                    let message = trial.refused("POST", &address, &with(&member, json!("sometimes"))).await;
                    assert_eq!(message, "Requested value 'sometimes' was not found.", "{}.{member}", contract.key);
                    enumerations += 1;
                }
                if metadata.is_abstract(&contract.entity) {
                    let mut untyped = good.clone();
                    untyped.as_object_mut().unwrap().remove("@odata.type");
                    let message = trial.refused("POST", &address, &untyped).await;
                    assert_eq!(message, "Cannot create an abstract class.", "{}", contract.key);
                }
            }
        }
    }
    assert!(metadata.is_none() || enumerations >= 48, "{enumerations}");
}

#[tokio::test]
async fn what_the_registry_never_sends_is_what_the_service_refuses() {
    let (simulator, session) = started(400).await;
    let mut taken = Vec::new();
    for contract in writable(false).filter(|contract| can_be_created(contract)) {
        let trial = Trial { contract, simulator: &simulator, session: &session };
        for object in served(&trial).await {
            let good = to_create(contract, &object);
            let never = contract.strip.iter().chain(&contract.create.without).filter(|path| !path.contains(['.', '[']));
            for name in never.filter(|name| !object[name.as_str()].is_null()) {
                let mut body = good.clone();
                body[name] = object[name].clone();
                let status = session.send("POST", &trial.address(), Some(body)).await.status();
                if status.is_success() {
                    taken.push(format!("{}.{name}", contract.key));
                }
            }
        }
    }
    taken.sort();
    taken.dedup();
    let mut known: Vec<String> = TAKEN.iter().map(|(key, name)| format!("{key}.{name}")).collect();
    known.sort();
    assert_eq!(taken, known);
}

#[tokio::test]
async fn an_update_refuses_what_the_registry_leaves_out_of_it() {
    let (simulator, session) = started(400).await;
    let mut tried = 0;
    for contract in writable(false).filter(|contract| contract.update.method == "PATCH") {
        let trial = Trial { contract, simulator: &simulator, session: &session };
        for object in served(&trial).await {
            let id = object["id"].as_str().unwrap();
            let plain = contract.update.without.iter().filter(|path| !path.contains(['.', '[']));
            for name in plain.filter(|name| !object[name.as_str()].is_null()) {
                let body = json!({ "@odata.type": object["@odata.type"], name: object[name.as_str()] });
                trial.refused("PATCH", &trial.item(id), &body).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 10, "{tried}");
}

#[tokio::test]
async fn what_cannot_be_made_or_changed_is_refused_and_defaults_stay() {
    let (simulator, session) = started(400).await;
    for contract in Registry::embedded().iter().filter(|contract| !contract.single && contract.key != "groups") {
        let trial = Trial { contract, simulator: &simulator, session: &session };
        if matches!(contract.create.mode, CreateMode::Never | CreateMode::PatchOnly) {
            trial.refused("POST", &trial.address(), &json!({ "displayName": "x" })).await;
        }
        let rows = session.all(&trial.address()).await;
        if contract.update.method == "none" {
            let id = rows[0]["id"].as_str().unwrap();
            trial.refused("PATCH", &trial.item(id), &json!({ "displayName": "x" })).await;
        }
        if contract.built_in.is_none() {
            continue;
        }
        let built_in = rows.iter().find(|row| model::registry::content::is_built_in(contract, row));
        if let Some(id) = built_in.and_then(|row| row["id"].as_str()).filter(|_| contract.delete) {
            trial.refused("DELETE", &trial.item(id), &json!({})).await;
        }
    }
}
