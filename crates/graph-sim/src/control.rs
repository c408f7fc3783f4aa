//! The control surface under `/_sim/`, for tests that are not written in Rust.

use std::time::Duration;

use axum::http::Method;
use axum::http::request::Parts;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::config::Throttling;
use crate::faults::Fault;
use crate::world::{Tenant, World};

/// Status and JSON of an answer.
type Answer = (u16, String);

pub(crate) fn handle(world: &World, parts: &Parts, path: &str, body: &[u8]) -> Answer {
    let query: Vec<(String, String)> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let result = if parts.method == Method::GET {
        get(world, path, asked)
    } else {
        let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        post(world, path, &body)
    };
    match result {
        Ok(value) => (200, value.to_string()),
        Err(problem) => (400, json!({ "error": problem }).to_string()),
    }
}

fn get<'a>(world: &World, path: &str, asked: impl Fn(&str) -> Option<&'a str>) -> Result<Value, String> {
    match path {
        "stats" => {
            let mut stats = as_json(&world.stats())?;
            stats["throttling"] = json!(world.throttling_name());
            Ok(stats)
        }
        "journal" => as_json(&*world.journal()),
        "exchanges" => as_json(&world.exchanges.read()),
        "load-report" => as_json(&tenant(world, asked("tenant"))?.report),
        "objects" => {
            let collection = asked("collection").ok_or("the query lacks 'collection'")?;
            Ok(Value::Array(tenant(world, asked("tenant"))?.read().all(collection)))
        }
        _ => Err(format!("there is no /_sim/{path}")),
    }
}

fn as_json(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// The tenant of that name, or the only one.
fn tenant<'a>(world: &'a World, name: Option<&str>) -> Result<&'a Tenant, String> {
    match (name, world.tenants.as_slice()) {
        (None, [only]) => Ok(only),
        (None, _) => Err("there are several tenants; say which".to_owned()),
        (Some(name), _) => {
            let found = world.tenant(name).map(|(_, tenant)| tenant);
            found.ok_or_else(|| format!("there is no tenant {name}"))
        }
    }
}

fn post(world: &World, path: &str, body: &Value) -> Result<Value, String> {
    match path {
        "reset" => world.reset_stats(),
        "latency" => {
            let milliseconds = body["ms"].as_u64().ok_or("the body lacks 'ms'")?;
            world.turn(|knobs| knobs.latency = Duration::from_millis(milliseconds));
        }
        "throttling" => {
            let mode = body["mode"].as_str().and_then(throttling);
            let mode = mode.ok_or("'mode' is off, published or published-without-header")?;
            world.turn(|knobs| knobs.throttling = mode);
            world.tenants.iter().for_each(|tenant| tenant.limits.reset());
        }
        "faults" => change_faults(tenant(world, body["tenant"].as_str())?, body)?,
        "change" => return change(world, body),
        "clock" => {
            let seconds = body["seconds"].as_i64().ok_or("the body lacks 'seconds'")?;
            tenant(world, body["tenant"].as_str())?.clock.set(seconds);
        }
        "forget-changes" => tenant(world, body["tenant"].as_str())?.changes().forget(),
        "approval" => return approval(world, body),
        "redirect" => {
            let address = body["address"].as_str().ok_or("the body lacks 'address'")?;
            tenant(world, body["tenant"].as_str())?.register(address);
        }
        "consent" => {
            let given = body["given"].as_bool().ok_or("the body lacks 'given'")?;
            tenant(world, body["tenant"].as_str())?.consent.set(given);
        }
        _ => return Err(format!("there is no /_sim/{path}")),
    }
    Ok(json!({ "done": true }))
}

/// Reads the name of a throttling mode.
pub(crate) fn throttling(name: &str) -> Option<Throttling> {
    match name {
        "off" => Some(Throttling::Off),
        "published" => Some(Throttling::Published { retry_after: true }),
        "published-without-header" => Some(Throttling::Published { retry_after: false }),
        _ => None,
    }
}

/// `{"tenant", "fault": {…}}` adds one, `{"tenant", "clear": true}` takes all away.
fn change_faults(tenant: &Tenant, body: &Value) -> Result<(), String> {
    if body["clear"] == true {
        tenant.faults.clear();
        return Ok(());
    }
    let fault: Fault = serde_json::from_value(body["fault"].clone()).map_err(|error| error.to_string())?;
    tenant.faults.add(fault);
    Ok(())
}

/// `{"tenant", "required": true}` turns approval on or off; `{"tenant", "request", "decision"}` decides one.
fn approval(world: &World, body: &Value) -> Result<Value, String> {
    let tenant = tenant(world, body["tenant"].as_str())?;
    if let Some(required) = body["required"].as_bool() {
        tenant.approvals.require(required);
        return Ok(json!({ "done": true }));
    }
    let request = body["request"].as_str().ok_or("the body lacks 'required' or 'request'")?;
    match body["decision"].as_str() {
        Some(decision @ ("approved" | "rejected")) => {
            Ok(json!({ "changed": world.decide(&tenant.spec.tenant_id, request, decision) }))
        }
        _ => Err("'decision' is approved or rejected".to_owned()),
    }
}

/// `{"tenant", "collection", "id", "set": {…}, "silently"}` sets properties; `"remove": true` removes the object;
/// `{"tenant", "collection", "insert": {…}}` adds one, or replaces the one with its id.
fn change(world: &World, body: &Value) -> Result<Value, String> {
    let text = |name: &str| body[name].as_str().ok_or_else(|| format!("the body lacks '{name}'"));
    let collection = text("collection")?;
    let tenant = tenant(world, body["tenant"].as_str())?;
    if body["insert"].is_object() {
        let changed = world.insert(&tenant.spec.tenant_id, collection, body["insert"].clone());
        return Ok(json!({ "changed": changed }));
    }
    let id = text("id")?;
    let changed = if body["remove"] == true {
        world.remove(&tenant.spec.tenant_id, collection, id)
    } else {
        let set = body["set"].as_object().ok_or("the body lacks 'set'")?;
        let edit = |object: &mut Value| {
            for (name, value) in set {
                object[name.as_str()] = value.clone();
            }
        };
        world.edit(&tenant.spec.tenant_id, collection, id, edit, body["silently"] != true)
    };
    Ok(json!({ "changed": changed }))
}
