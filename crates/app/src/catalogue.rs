//! Every run type, once: documents, lists and the worker derive from this.

use engine::Catalogue;
use model::run::Definition;

use crate::services::Services;
use crate::{backups, connections, directory, inventory, snapshots};

/// The catalogue rows, for pages and the CLI, which execute nothing.
pub const DEFINITIONS: [&Definition; 5] = [
    &inventory::sync_run::DEFINITION,
    &directory::sync_run::DEFINITION,
    &backups::create_run::DEFINITION,
    &snapshots::capture_run::DEFINITION,
    &connections::check_run::DEFINITION,
];

/// The handlers, for a worker.
pub fn handlers(services: &Services) -> Catalogue {
    Catalogue::default()
        .with(inventory::sync_run::SyncRun::new(services.clone()))
        .with(directory::sync_run::GroupsRun::new(services.clone()))
        .with(backups::create_run::CreateRun)
        .with(snapshots::capture_run::CaptureRun::new(services.clone()))
        .with(connections::check_run::CheckRun::new(services.clone()))
}

/// The row of that type, if this version knows it.
pub fn definition(run_type: &str) -> Option<&'static Definition> {
    DEFINITIONS.into_iter().find(|definition| definition.run_type == run_type)
}
