//! The rows of restores: pages, then the same for programs.

use model::access::Capability;

use super::row::{Access, Row};
use crate::{api, pages};

const fn may(capability: Capability) -> Access {
    Access::Tenant(capability)
}

/// Drafts, plans and what they say are for everybody who sees backups.
const LOOKS: Access = may(Capability::BackupsView);
const CHOOSES: Access = may(Capability::RestorePreview);
const WRITES: Access = may(Capability::RestoreExecute);

pub(super) fn rows() -> Vec<Row> {
    let mut rows = pages();
    rows.extend(api());
    rows
}

fn pages() -> Vec<Row> {
    use pages::restores;
    vec![
        Row::page("/t/{tenant}/restores", LOOKS, restores::list_page),
        Row::form("/t/{tenant}/restores", CHOOSES, restores::begin),
        Row::page("/t/{tenant}/restores/new", LOOKS, restores::begin_page),
        Row::form("/t/{tenant}/restores/choose", LOOKS, restores::choose),
        Row::page("/t/{tenant}/restores/{restore}", LOOKS, restores::source_page),
        Row::page("/t/{tenant}/restores/{restore}/scope", LOOKS, restores::scope_page),
        Row::form("/t/{tenant}/restores/{restore}/scope", CHOOSES, restores::save_scope),
        Row::page("/t/{tenant}/restores/{restore}/checks", LOOKS, restores::checks_page),
        Row::page("/t/{tenant}/restores/{restore}/names", LOOKS, restores::names),
        Row::form("/t/{tenant}/restores/{restore}/answers", CHOOSES, restores::save_answers),
        Row::form("/t/{tenant}/restores/{restore}/secrets", CHOOSES, restores::save_secrets),
        Row::page("/t/{tenant}/restores/{restore}/preview", LOOKS, restores::preview_page),
        Row::start("/t/{tenant}/restores/{restore}/preview", CHOOSES, restores::start_preview),
        Row::page("/t/{tenant}/restores/{restore}/plan", LOOKS, restores::download),
        Row::page("/t/{tenant}/restores/{restore}/print", LOOKS, restores::print_page),
        Row::page("/t/{tenant}/restores/{restore}/confirm", LOOKS, restores::confirm_page),
        Row::start("/t/{tenant}/restores/{restore}/confirm", WRITES, restores::confirm),
        Row::form("/t/{tenant}/restores/{restore}/approve", WRITES, restores::approve),
        Row::form("/t/{tenant}/restores/{restore}/discard", CHOOSES, restores::discard),
        Row::form("/t/{tenant}/members/second-person", may(Capability::MembersManage), pages::members::second_person),
    ]
}

fn api() -> Vec<Row> {
    use api::{restore_mapping, restore_secrets, restore_steps, restores};
    vec![
        Row::api("/api/v1/tenants/{tenant}/restores", LOOKS, restores::list),
        Row::api_write("/api/v1/tenants/{tenant}/restores", CHOOSES, restore_steps::begin),
        Row::api("/api/v1/tenants/{tenant}/restores/{restore}", LOOKS, restores::get),
        Row::api("/api/v1/tenants/{tenant}/restores/{restore}/objects", LOOKS, restores::objects),
        Row::api_write("/api/v1/tenants/{tenant}/restores/{restore}/scope", CHOOSES, restore_steps::scope),
        Row::api("/api/v1/tenants/{tenant}/restores/{restore}/mapping", LOOKS, restore_mapping::get),
        Row::api_write("/api/v1/tenants/{tenant}/restores/{restore}/answers", CHOOSES, restore_mapping::answer),
        Row::api_write("/api/v1/tenants/{tenant}/restores/{restore}/secrets", CHOOSES, restore_secrets::enter),
        Row::api_write("/api/v1/tenants/{tenant}/restores/{restore}/preview", CHOOSES, restore_steps::preview),
        Row::api("/api/v1/tenants/{tenant}/restores/{restore}/plan", LOOKS, restores::plan),
        Row::api_write("/api/v1/tenants/{tenant}/restores/{restore}/confirm", WRITES, restore_steps::confirm),
        Row::api_write("/api/v1/tenants/{tenant}/restores/{restore}/approve", WRITES, restore_steps::approve),
        Row::api_write("/api/v1/tenants/{tenant}/restores/{restore}/discard", CHOOSES, restore_steps::discard),
        Row::api("/api/v1/tenants/{tenant}/runs/{run}/writes", LOOKS, restores::writes),
        Row::api("/api/v1/tenants/{tenant}/restore-rules", LOOKS, restore_steps::rules),
        Row::api_write("/api/v1/tenants/{tenant}/restore-rules", may(Capability::MembersManage), restore_steps::demand),
    ]
}
