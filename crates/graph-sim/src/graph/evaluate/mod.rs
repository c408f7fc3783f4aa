//! `conditionalAccess/evaluate`: which policies would apply to a sign-in, and why the others would not. A POST that
//! changes nothing (learn.microsoft.com/graph/api/conditionalaccessroot-evaluate; the shapes are the metadata's).
//!
//! Roles, filters for devices and applications, and the contents of groups of applications are not weighed: what depends
//! on them does not apply for want of information.

mod conditions;
mod places;

use serde_json::{Map, Value, json};

use super::read::text;
use super::{Reply, Request};
use crate::errors::GraphError;
use crate::render::Node;
use crate::schema::{self, Dialect};

const POLICIES: &str = "identity/conditionalAccess/policies";
const PATH: [&str; 3] = ["identity", "conditionalaccess", "evaluate"];

/// A sign-in as it was asked about.
struct SignIn {
    identity: Value,
    context: Value,
    conditions: Value,
}

/// Whether it is the action.
pub(super) fn is_it(segments: &[String]) -> bool {
    let is = |(segment, name): (&String, &str)| crate::path::plain_name(segment).eq_ignore_ascii_case(name);
    segments.len() == PATH.len() && segments.iter().zip(PATH).all(is)
}

pub(super) fn evaluate(request: Request<'_>) -> Result<Reply, GraphError> {
    let mut body = request.object()?;
    let only_applied = match body.remove("appliedPoliciesOnly") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(only)) => only,
        Some(other) => {
            schema::check_value(Dialect::Entra, "Boolean", &other)?;
            false
        }
    };
    let sign_in = SignIn {
        identity: parameter(&mut body, "signInIdentity", true)?,
        context: parameter(&mut body, "signInContext", true)?,
        conditions: parameter(&mut body, "signInConditions", false)?,
    };
    if let Some(name) = body.keys().find(|name| !name.starts_with('@')) {
        let message = format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation 'evaluate'."
        );
        return Err(GraphError::bad_request(message));
    }
    let store = request.tenant.read();
    let results = store.all(POLICIES).into_iter().map(|policy| {
        let reasons = conditions::against(&store, &sign_in, &policy);
        result(policy, &reasons)
    });
    let results: Vec<Value> = results.filter(|one| !only_applied || one["policyApplies"] == true).collect();
    let context = format!("{}/$metadata#Collection(microsoft.graph.whatIfAnalysisResult)", request.base);
    Ok(Reply::json(200, text(&Node::Made(json!({ "@odata.context": context, "value": results })))))
}

/// The policy itself, with what came out.
fn result(mut policy: Value, reasons: &[&str]) -> Value {
    policy["policyApplies"] = json!(reasons.is_empty());
    policy["analysisReasons"] = json!(if reasons.is_empty() { "notSet".to_owned() } else { reasons.join(",") });
    policy
}

/// A parameter, which has to fit the type of its name.
fn parameter(body: &mut Map<String, Value>, name: &str, required: bool) -> Result<Value, GraphError> {
    match body.remove(name) {
        None | Some(Value::Null) if required => {
            Err(GraphError::bad_request(format!("The parameter '{name}' is missing.")))
        }
        None | Some(Value::Null) => Ok(json!({})),
        Some(value) => {
            schema::check_value(Dialect::Entra, name, &value)?;
            Ok(value)
        }
    }
}
