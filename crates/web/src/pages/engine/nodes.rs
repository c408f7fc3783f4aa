//! The processes that serve and work.

use maud::{Markup, html};
use store::NodeRow;

use crate::kit::badge::{Badge, badge};
use crate::kit::code::short_id;
use crate::kit::notice::empty_state;
use crate::kit::table::{Column, cell, row, state_cell, table};
use crate::kit::time::{Now, relative_time};
use crate::pages::operations::type_words;

const COLUMNS: [Column; 6] = [
    Column::new("State", "c-state"),
    Column::new("Node", ""),
    Column::new("Version", ""),
    Column::new("Holds", ""),
    Column::new("Since", "c-at"),
    Column::new("Last beat", "c-at"),
];

/// The list, or what to do when nothing lives.
pub(super) fn node_table(now: &Now, nodes: &[NodeRow]) -> Markup {
    if nodes.is_empty() {
        let text = "No process has said that it lives. Start one with tenantatlas worker.";
        return empty_state("server", "No node", text, None, true);
    }
    let rows: Vec<Markup> = nodes.iter().map(|node| node_row(now, node)).collect();
    table("Nodes, oldest first", &COLUMNS, true, &rows)
}

fn node_row(now: &Now, node: &NodeRow) -> Markup {
    let name = html! {
        b { (node.host) } " " span.row-t { (node.roles.join(" and ")) }
        p.why { code { (short_id(&node.id.to_string())) } }
    };
    row(
        &node.id.to_string(),
        &[
            state_cell(&badge(if node.is_alive() { Badge::Active } else { Badge::NotResponding })),
            cell("c-main", "", &name),
            cell("", "version", &html! { (node.version) }),
            cell("", "holds", &holds(node)),
            cell("nowrap", "since", &relative_time(now, node.started_at)),
            cell("nowrap", "last beat", &relative_time(now, node.seen_at)),
        ],
    )
}

fn holds(node: &NodeRow) -> Markup {
    let held: u64 = node.holds.values().sum();
    html! {
        @if node.slots == 0 { span.muted { "Serves only" } }
        @else {
            (held) " of " (node.slots)
            @if held > 0 {
                p.why { (node.holds.iter().map(|(name, runs)| format!("{runs} × {}", type_words(name))).collect::<Vec<_>>().join(", ")) }
            }
        }
    }
}
