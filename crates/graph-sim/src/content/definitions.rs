//! Definitions of settings: stub
use serde_json::Value;
pub(crate) fn of_setting(_setting: &Value) -> Vec<Value> { Vec::new() }
