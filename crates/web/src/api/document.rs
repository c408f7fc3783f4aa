//! The OpenAPI document, made from the handlers and committed.

use utoipa::OpenApi;

use super::{
    backup_items, backups, bulk, compare, coverage, dependencies, exchange, exports, inventory, pauses, probe,
    restore_mapping, restore_secrets, restore_steps, restores, runs, schedules, session, starts, tenants, views,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "TenantAtlas",
        version = "1",
        description = "Everything the pages do. Signed in by the session cookie; writes also carry X-CSRF-Token, which /api/v1/session tells. Errors are problem+json with a stable code.",
        license(name = "Apache-2.0")
    ),
    paths(
        session::get,
        tenants::list,
        runs::list,
        runs::get,
        runs::items,
        runs::cancel,
        exports::at_once,
        exports::start,
        exports::file,
        views::list,
        views::create,
        views::change,
        views::remove,
        views::choose,
        bulk::cancel_many,
        starts::repeat,
        pauses::list,
        pauses::create,
        pauses::end,
        schedules::list,
        schedules::get,
        schedules::create,
        probe::get,
        probe::choose,
        schedules::change,
        schedules::remove,
        starts::run_schedule,
        starts::retry_schedule,
        inventory::list,
        inventory::get,
        compare::get,
        dependencies::overview,
        dependencies::of_object,
        coverage::list,
        coverage::exclude,
        coverage::include,
        starts::sync,
        starts::probe,
        starts::sync_type,
        starts::sync_object,
        starts::sync_groups,
        starts::capture,
        bulk::capture_many,
        starts::check,
        starts::back_up,
        exchange::export,
        exchange::import,
        starts::add_policies,
        backups::list,
        backups::get,
        backup_items::whole,
        backup_items::list,
        backup_items::get,
        backups::archive,
        backups::unarchive,
        backups::delete,
        backups::verify,
        backups::close,
        backups::take_out,
        restores::list,
        restores::get,
        restores::objects,
        restores::plan,
        restores::writes,
        restore_mapping::get,
        restore_mapping::answer,
        restore_secrets::enter,
        restore_steps::begin,
        restore_steps::scope,
        restore_steps::preview,
        restore_steps::confirm,
        restore_steps::approve,
        restore_steps::discard,
        restore_steps::rules,
        restore_steps::demand
    )
)]
struct Document;

/// The document as pretty JSON with a final line break; `docs/reference/openapi.json` holds it.
pub fn openapi() -> String {
    let mut text = Document::openapi().to_pretty_json().expect("the document is plain data");
    text.push('\n');
    text
}
