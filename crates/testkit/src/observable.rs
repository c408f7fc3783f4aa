//! What the product can observe of a simulated directory.

use graph_sim::Simulator;
use model::registry::{Contract, Registry, content};
use serde_json::Value;

/// One object as the simulator holds it.
pub struct Observable {
    /// The contract's key.
    pub type_key: &'static str,
    /// The id under which the product keeps it.
    pub external_id: String,
    /// The object with its parts.
    pub object: Value,
}

/// Every object of a type of the inventory that its list shows.
pub fn observable(simulator: &Simulator, directory: &str) -> Vec<Observable> {
    let contracts = Registry::embedded().observed();
    contracts.flat_map(|contract| of_type(simulator, directory, contract)).collect()
}

fn of_type(simulator: &Simulator, directory: &str, contract: &'static Contract) -> Vec<Observable> {
    let listed = stored(simulator, directory, contract).into_iter().filter(|object| is_listed(contract, object));
    let kept = |object: Value| Observable {
        type_key: &contract.key,
        external_id: content::external_id(contract, &object).expect("every object has an id").to_owned(),
        object,
    };
    listed.map(kept).collect()
}

/// The sign-in branding is part of the organisation; everything else has a collection of its own.
fn stored(simulator: &Simulator, directory: &str, contract: &Contract) -> Vec<Value> {
    if contract.key != "companyBranding" {
        return simulator.objects(directory, &contract.path);
    }
    let organization = simulator.objects(directory, "organization");
    organization[0]["branding"]["localizations"].as_array().cloned().unwrap_or_default()
}

/// Whether the filter of the list lets the object through: said here a second time, in other words.
fn is_listed(contract: &Contract, object: &Value) -> bool {
    match contract.key.as_str() {
        "roles" => object["isBuiltIn"] == false,
        "mobileApps" => {
            let assigned = object["assignments"].as_array().is_some_and(|all| !all.is_empty());
            object["appAvailability"] != "global" || assigned
        }
        key => {
            assert!(contract.list.filter.is_none(), "{key} has a filter that the tests do not know");
            true
        }
    }
}
