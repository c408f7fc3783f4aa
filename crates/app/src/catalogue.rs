//! Every run type, once: documents, lists and the worker derive from this.

use engine::Catalogue;
use model::run::Definition;

use crate::expiry::RemoveExpired;
use crate::services::Services;
use crate::{audit, backups, connections, directory, exchange, exports, inventory, operations, restores, snapshots};

/// The catalogue rows, for pages and the CLI, which execute nothing.
pub const DEFINITIONS: [&Definition; 18] = [
    &inventory::sync_run::DEFINITION,
    &inventory::policy_run::DEFINITION,
    &inventory::probe::run::DEFINITION,
    &directory::sync_run::DEFINITION,
    &backups::create_run::DEFINITION,
    &backups::add_run::DEFINITION,
    &backups::schedules::scheduled_run::DEFINITION,
    &backups::schedules::now_run::DEFINITION,
    &backups::schedules::retry_run::DEFINITION,
    &snapshots::capture_run::DEFINITION,
    &snapshots::capture_many_run::DEFINITION,
    &operations::cancel_many_run::DEFINITION,
    &connections::check_run::DEFINITION,
    &exports::create_run::DEFINITION,
    &restores::preview_run::DEFINITION,
    &restores::execute_run::DEFINITION,
    &exchange::export_run::DEFINITION,
    &exchange::import_run::DEFINITION,
];

/// The handlers and duties of a worker.
pub fn handlers(services: &Services) -> Catalogue {
    Catalogue::default()
        .with(inventory::sync_run::SyncRun::new(services.clone()))
        .with(inventory::policy_run::PolicyRun::new(services.clone()))
        .with(inventory::probe::run::ProbeRun::new(services.clone()))
        .with(directory::sync_run::GroupsRun::new(services.clone()))
        .with(backups::create_run::CreateRun)
        .with(backups::add_run::AddRun)
        .with(backups::schedules::scheduled_run::ScheduledRun)
        .with(backups::schedules::now_run::NowRun)
        .with(backups::schedules::retry_run::RetryRun)
        .with(snapshots::capture_run::CaptureRun::new(services.clone()))
        .with(snapshots::capture_many_run::CaptureManyRun::new(services.clone()))
        .with(operations::cancel_many_run::CancelManyRun)
        .with(connections::check_run::CheckRun::new(services.clone()))
        .with(exports::create_run::ExportRun)
        .with(restores::preview_run::PreviewRun::new(services.clone()))
        .with(restores::execute_run::ExecuteRun::new(services.clone()))
        .with(exchange::export_run::ConfigurationExport)
        .with(exchange::import_run::ImportRun)
        .with_duty(backups::schedules::FireSchedules)
        .with_duty(inventory::probe::FireProbes)
        .with_duty(RemoveExpired)
        .with_duty(audit::LinkAudit)
        .with_duty(inventory::MakeTexts)
        .at_stop({
            let graph = services.graph.clone();
            move || {
                let graph = graph.clone();
                Box::pin(async move { graph.leave().await })
            }
        })
}

/// The row of that type, also under a name that it had before, if this version knows it.
pub fn definition(run_type: &str) -> Option<&'static Definition> {
    DEFINITIONS.into_iter().find(|definition| definition.run_type == run_type || definition.aliases.contains(&run_type))
}
