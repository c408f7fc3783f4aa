//! The OpenAPI document, made from the handlers and committed.

use utoipa::OpenApi;

use super::{
    backups, bulk, coverage, dependencies, exchange, exports, inventory, pauses, probe, runs, schedules, session,
    starts, tenants, views,
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
        dependencies::overview,
        dependencies::of_object,
        coverage::list,
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
        backups::verify,
        backups::close,
        backups::take_out
    )
)]
struct Document;

/// The document as pretty JSON with a final line break; `docs/reference/openapi.json` holds it.
pub fn openapi() -> String {
    let mut text = Document::openapi().to_pretty_json().expect("the document is plain data");
    text.push('\n');
    text
}
