//! `tenantatlas node …`

use model::{Ambient, AppError};
use store::{NODE_KEPT_MS, NodeRow};

use crate::args::Node;
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::Output;
use crate::when;

/// Lists them. Shows no tenant's content, so it needs no account.
pub(crate) async fn run(args: Node, settings: Settings, output: Output) -> Result<Exit, AppError> {
    let Node::List = args;
    let db = settings.open_existing(&Ambient::system()).await?;
    let nodes = db.nodes().with_runs(NODE_KEPT_MS).await?;
    db.close().await;
    if output.is_json() {
        output.document(&nodes.iter().map(json).collect::<Vec<_>>());
        return Ok(Exit::Success);
    }
    let columns = [
        ("node", "NODE"),
        ("host", "HOST"),
        ("roles", "ROLES"),
        ("version", "VERSION"),
        ("since", "SINCE"),
        ("holds", "HOLDS"),
        ("beat", "LAST BEAT"),
    ];
    output.rows(&columns, nodes.iter().map(line).collect(), "No node was seen in the last 24 hours.");
    Ok(Exit::Success)
}

fn line(node: &NodeRow) -> Vec<String> {
    let held: u64 = node.holds.values().sum();
    let holds = if node.slots == 0 { "serves only".to_owned() } else { format!("{held} of {}", node.slots) };
    let beat = when::ago(node.seen_at, node.database_now_ms);
    vec![
        node.id.to_string(),
        node.host.clone(),
        node.roles.join(", "),
        node.version.clone(),
        when::ago(node.started_at, node.database_now_ms),
        holds,
        if node.is_alive() { beat } else { format!("{beat}, not responding") },
    ]
}

fn json(node: &NodeRow) -> serde_json::Value {
    serde_json::json!({
        "id": node.id,
        "host": node.host,
        "roles": node.roles,
        "version": node.version,
        "slots": node.slots,
        "types": node.types,
        "holds": node.holds,
        "alive": node.is_alive(),
        "started_at_ms": node.started_at,
        "seen_at_ms": node.seen_at,
    })
}
