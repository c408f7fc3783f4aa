//! The table: every route there is, with who may use it. Nothing is routed anywhere else.

use model::access::Capability;

use super::row::{Access, Row};
use crate::{api, assets, health, live, pages};

use Access::{PlatformAdmin, Public, SetupOnly, SignedIn};

const fn may(capability: Capability) -> Access {
    Access::Tenant(capability)
}

/// All rows, grouped as in the navigation.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = entry();
    rows.extend(person());
    rows.extend(tenant());
    rows.extend(operations());
    rows.extend(api_reads());
    rows.extend(api_writes());
    rows
}

fn entry() -> Vec<Row> {
    use pages::entry::{set_up, sign_in};
    vec![
        Row::asset("/assets/{version}/{*name}", assets::serve),
        Row::asset("/healthz", health::alive),
        Row::asset("/readyz", health::ready),
        Row::page("/setup", SetupOnly, set_up::page),
        Row::form("/setup", SetupOnly, set_up::act),
        Row::page("/sign-in", Public, sign_in::page),
        Row::form("/sign-in", Public, sign_in::act),
    ]
}

fn person() -> Vec<Row> {
    use pages::{account, connection, engine, entry::sign_out, notifications, tenants};
    vec![
        Row::page("/", SignedIn, tenants::list::home),
        Row::page("/tenants", SignedIn, tenants::list::page),
        Row::page("/tenants/new", PlatformAdmin, tenants::add::page),
        Row::form("/tenants/new", PlatformAdmin, tenants::add::act),
        Row::page("/account", SignedIn, account::page),
        Row::form("/account/password", SignedIn, account::change_password),
        Row::form("/account/preferences", SignedIn, account::save),
        Row::form("/sign-out", SignedIn, sign_out::here),
        Row::form("/sign-out/everywhere", SignedIn, sign_out::everywhere),
        Row::page("/notifications", SignedIn, notifications::page),
        Row::form("/notifications/read", SignedIn, notifications::mark_read),
        Row::stream("/notifications/stream", SignedIn, live::notes_stream),
        Row::page("/connection/callback", SignedIn, connection::callback::take),
        Row::page("/engine", PlatformAdmin, engine::page),
        Row::form("/engine/pauses", PlatformAdmin, engine::pause),
        Row::form("/engine/pauses/{pause}/end", PlatformAdmin, engine::resume),
        Row::form("/engine/limits", PlatformAdmin, engine::set_limits),
    ]
}

fn tenant() -> Vec<Row> {
    use pages::{audit, backups, connection, coverage, inventory, members, schedules};
    vec![
        Row::page("/t/{tenant}/inventory", may(Capability::InventoryView), inventory::list_page),
        Row::page("/t/{tenant}/inventory/dependencies", may(Capability::InventoryView), inventory::overview_page),
        Row::page(
            "/t/{tenant}/inventory/{type}/{id}/dependencies",
            may(Capability::InventoryView),
            inventory::object_dependencies,
        ),
        Row::start("/t/{tenant}/inventory/sync", may(Capability::InventorySync), inventory::sync),
        Row::start("/t/{tenant}/inventory/probe", may(Capability::InventorySync), inventory::probe),
        Row::start("/t/{tenant}/inventory/export", may(Capability::ExportCreate), inventory::export),
        Row::start("/t/{tenant}/inventory/capture-many", may(Capability::BackupsCreate), inventory::capture_many),
        Row::page("/t/{tenant}/inventory/{type}/{id}", may(Capability::InventoryView), inventory::object_page),
        Row::page(
            "/t/{tenant}/inventory/{type}/{id}/versions/{version}",
            may(Capability::InventoryView),
            inventory::version_page,
        ),
        Row::start("/t/{tenant}/inventory/{type}/sync", may(Capability::InventorySync), inventory::sync_type),
        Row::start("/t/{tenant}/inventory/{type}/{id}/sync", may(Capability::InventorySync), inventory::sync_object),
        Row::start("/t/{tenant}/inventory/{type}/{id}/capture", may(Capability::BackupsCreate), inventory::capture),
        Row::start("/t/{tenant}/groups/sync", may(Capability::DirectorySync), inventory::sync_groups),
        Row::page("/t/{tenant}/coverage", may(Capability::InventoryView), coverage::page),
        Row::page("/t/{tenant}/backups", may(Capability::BackupsView), backups::list_page),
        Row::start("/t/{tenant}/backups", may(Capability::BackupsCreate), backups::create),
        Row::upload("/t/{tenant}/backups/import", may(Capability::BackupsCreate), backups::import),
        Row::page("/t/{tenant}/backups/{set}", may(Capability::BackupsView), backups::set_page),
        Row::page("/t/{tenant}/backups/{set}/manifest", may(Capability::BackupsView), backups::manifest),
        Row::form("/t/{tenant}/backups/{set}/verify", may(Capability::BackupsView), backups::verify),
        Row::start("/t/{tenant}/backups/{set}/add", may(Capability::BackupsCreate), backups::add_policies),
        Row::form("/t/{tenant}/backups/{set}/take-out", may(Capability::BackupsCreate), backups::take_out),
        Row::form("/t/{tenant}/backups/{set}/close", may(Capability::BackupsCreate), backups::close),
        Row::page("/t/{tenant}/schedules", may(Capability::BackupsView), schedules::list_page),
        Row::form("/t/{tenant}/schedules", may(Capability::BackupsManage), schedules::create),
        Row::form("/t/{tenant}/schedules/probe", may(Capability::BackupsManage), schedules::choose_probe),
        Row::page("/t/{tenant}/schedules/{schedule}", may(Capability::BackupsView), schedules::one_page),
        Row::form("/t/{tenant}/schedules/{schedule}", may(Capability::BackupsManage), schedules::change),
        Row::form("/t/{tenant}/schedules/{schedule}/remove", may(Capability::BackupsManage), schedules::remove),
        Row::start("/t/{tenant}/schedules/{schedule}/run", may(Capability::BackupsCreate), schedules::run_now),
        Row::start("/t/{tenant}/schedules/{schedule}/retry/{run}", may(Capability::BackupsCreate), schedules::retry),
        Row::page("/t/{tenant}/connection", may(Capability::TenantView), connection::page),
        Row::form("/t/{tenant}/connection", may(Capability::ConnectionManage), connection::replace),
        Row::start(
            "/t/{tenant}/connection/check",
            may(app::connections::check_run::DEFINITION.capability),
            connection::check,
        ),
        Row::form("/t/{tenant}/connection/consent", may(Capability::ConnectionManage), connection::consent::ask),
        Row::form("/t/{tenant}/connection/sign-in", may(Capability::RbacOnboard), connection::delegation::ask),
        Row::form("/t/{tenant}/connection/groups", may(Capability::RbacOnboard), connection::search_groups),
        Row::page("/t/{tenant}/members", may(Capability::TenantView), members::page),
        Row::form("/t/{tenant}/members", may(Capability::MembersManage), members::add),
        Row::form("/t/{tenant}/members/{user}/role", may(Capability::MembersManage), members::set_role),
        Row::form("/t/{tenant}/members/{user}/remove", may(Capability::MembersManage), members::remove),
        Row::page("/t/{tenant}/audit", may(Capability::AuditView), audit::page),
    ]
}

fn operations() -> Vec<Row> {
    use pages::{operations, queue};
    vec![
        Row::stream("/t/{tenant}/stream", may(Capability::OperationsView), live::frame_stream),
        Row::page("/t/{tenant}/queue", may(Capability::OperationsView), queue::page),
        Row::form("/t/{tenant}/queue/pauses", may(Capability::OperationsCancelAny), queue::pause),
        Row::form("/t/{tenant}/queue/pauses/{pause}/end", may(Capability::OperationsCancelAny), queue::resume),
        Row::page("/t/{tenant}/operations", may(Capability::OperationsView), operations::list_page),
        Row::stream("/t/{tenant}/operations/stream", may(Capability::OperationsView), live::list_stream),
        Row::page("/t/{tenant}/operations/views", may(Capability::OperationsView), operations::views::page),
        Row::form("/t/{tenant}/operations/views", may(Capability::OperationsView), operations::views::create),
        Row::form("/t/{tenant}/operations/views/default", may(Capability::OperationsView), operations::views::choose),
        Row::form("/t/{tenant}/operations/views/{view}", may(Capability::OperationsView), operations::views::change),
        Row::form(
            "/t/{tenant}/operations/views/{view}/remove",
            may(Capability::OperationsView),
            operations::views::remove,
        ),
        Row::page("/t/{tenant}/operations/export", may(Capability::ExportCreate), operations::export::at_once),
        Row::start("/t/{tenant}/operations/export", may(Capability::ExportCreate), operations::export::start),
        Row::page("/t/{tenant}/operations/{run}/file", may(Capability::OperationsView), operations::export::file),
        Row::start("/t/{tenant}/operations/cancel-many", may(Capability::OperationsCancelOwn), operations::cancel_many),
        Row::page("/t/{tenant}/operations/{run}", may(Capability::OperationsView), operations::run_page),
        Row::page("/t/{tenant}/operations/{run}/items", may(Capability::OperationsView), operations::item_rows),
        Row::stream("/t/{tenant}/operations/{run}/stream", may(Capability::OperationsView), live::run_stream),
        Row::form("/t/{tenant}/operations/{run}/cancel", may(Capability::OperationsCancelOwn), operations::cancel::act),
        Row::start("/t/{tenant}/operations/{run}/repeat", may(Capability::InventorySync), operations::repeat::act),
    ]
}

fn api_reads() -> Vec<Row> {
    vec![
        Row::api("/api/v1/session", SignedIn, api::session::get),
        Row::api("/api/v1/tenants", SignedIn, api::tenants::list),
        Row::api("/api/v1/tenants/{tenant}/runs", may(Capability::OperationsView), api::runs::list),
        Row::api("/api/v1/tenants/{tenant}/runs/export", may(Capability::ExportCreate), api::exports::at_once),
        Row::api("/api/v1/tenants/{tenant}/runs/{run}/file", may(Capability::OperationsView), api::exports::file),
        Row::api("/api/v1/tenants/{tenant}/views", may(Capability::OperationsView), api::views::list),
        Row::api("/api/v1/tenants/{tenant}/runs/{run}", may(Capability::OperationsView), api::runs::get),
        Row::api("/api/v1/tenants/{tenant}/runs/{run}/items", may(Capability::OperationsView), api::runs::items),
        Row::api("/api/v1/tenants/{tenant}/pauses", may(Capability::OperationsView), api::pauses::list),
        Row::api("/api/v1/tenants/{tenant}/schedules", may(Capability::BackupsView), api::schedules::list),
        Row::api("/api/v1/tenants/{tenant}/schedules/probe", may(Capability::BackupsView), api::probe::get),
        Row::api("/api/v1/tenants/{tenant}/schedules/{schedule}", may(Capability::BackupsView), api::schedules::get),
        Row::api("/api/v1/tenants/{tenant}/inventory", may(Capability::InventoryView), api::inventory::list),
        Row::api("/api/v1/tenants/{tenant}/inventory/{type}/{id}", may(Capability::InventoryView), api::inventory::get),
        Row::api(
            "/api/v1/tenants/{tenant}/inventory/dependencies",
            may(Capability::InventoryView),
            api::dependencies::overview,
        ),
        Row::api(
            "/api/v1/tenants/{tenant}/inventory/{type}/{id}/dependencies",
            may(Capability::InventoryView),
            api::dependencies::of_object,
        ),
        Row::api("/api/v1/tenants/{tenant}/coverage", may(Capability::InventoryView), api::coverage::list),
        Row::api("/api/v1/tenants/{tenant}/backups", may(Capability::BackupsView), api::backups::list),
        Row::api("/api/v1/tenants/{tenant}/backups/{set}", may(Capability::BackupsView), api::backups::get),
    ]
}

fn api_writes() -> Vec<Row> {
    vec![
        Row::api_write(
            "/api/v1/tenants/{tenant}/runs/{run}/cancel",
            may(Capability::OperationsCancelOwn),
            api::runs::cancel,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/runs/{run}/repeat",
            may(Capability::InventorySync),
            api::starts::repeat,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/inventory/{type}/sync",
            may(Capability::InventorySync),
            api::starts::sync_type,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/inventory/{type}/{id}/sync",
            may(Capability::InventorySync),
            api::starts::sync_object,
        ),
        Row::api_write("/api/v1/tenants/{tenant}/runs/export", may(Capability::ExportCreate), api::exports::start),
        Row::api_write("/api/v1/tenants/{tenant}/views", may(Capability::OperationsView), api::views::create),
        Row::api_write("/api/v1/tenants/{tenant}/views/default", may(Capability::OperationsView), api::views::choose),
        Row::api_write("/api/v1/tenants/{tenant}/views/{view}", may(Capability::OperationsView), api::views::change),
        Row::api_write(
            "/api/v1/tenants/{tenant}/views/{view}/remove",
            may(Capability::OperationsView),
            api::views::remove,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/runs/cancel-many",
            may(Capability::OperationsCancelOwn),
            api::bulk::cancel_many,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/inventory/capture-many",
            may(Capability::BackupsCreate),
            api::bulk::capture_many,
        ),
        Row::api_write("/api/v1/tenants/{tenant}/pauses", may(Capability::OperationsCancelAny), api::pauses::create),
        Row::api_write(
            "/api/v1/tenants/{tenant}/pauses/{pause}/end",
            may(Capability::OperationsCancelAny),
            api::pauses::end,
        ),
        Row::api_write("/api/v1/tenants/{tenant}/schedules", may(Capability::BackupsManage), api::schedules::create),
        Row::api_write("/api/v1/tenants/{tenant}/schedules/probe", may(Capability::BackupsManage), api::probe::choose),
        Row::api_write(
            "/api/v1/tenants/{tenant}/schedules/{schedule}",
            may(Capability::BackupsManage),
            api::schedules::change,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/schedules/{schedule}/remove",
            may(Capability::BackupsManage),
            api::schedules::remove,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/schedules/{schedule}/run",
            may(Capability::BackupsCreate),
            api::starts::run_schedule,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/schedules/{schedule}/retry/{run}",
            may(Capability::BackupsCreate),
            api::starts::retry_schedule,
        ),
        Row::api_write("/api/v1/tenants/{tenant}/inventory/probe", may(Capability::InventorySync), api::starts::probe),
        Row::api_write("/api/v1/tenants/{tenant}/inventory/sync", may(Capability::InventorySync), api::starts::sync),
        Row::api_write(
            "/api/v1/tenants/{tenant}/groups/sync",
            may(Capability::DirectorySync),
            api::starts::sync_groups,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/inventory/{type}/{id}/capture",
            may(Capability::BackupsCreate),
            api::starts::capture,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/connection/check",
            may(app::connections::check_run::DEFINITION.capability),
            api::starts::check,
        ),
        Row::api_write("/api/v1/tenants/{tenant}/backups", may(Capability::BackupsCreate), api::starts::back_up),
        Row::api_upload(
            "/api/v1/tenants/{tenant}/backups/import",
            may(Capability::BackupsCreate),
            api::exchange::import,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/inventory/export",
            may(Capability::ExportCreate),
            api::exchange::export,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/backups/{set}/add",
            may(Capability::BackupsCreate),
            api::starts::add_policies,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/backups/{set}/take-out",
            may(Capability::BackupsCreate),
            api::backups::take_out,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/backups/{set}/close",
            may(Capability::BackupsCreate),
            api::backups::close,
        ),
        Row::api_write(
            "/api/v1/tenants/{tenant}/backups/{set}/verify",
            may(Capability::BackupsView),
            api::backups::verify,
        ),
    ]
}
