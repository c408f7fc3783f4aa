//! The only SQL: runs on SQLite and PostgreSQL, each statement written once.
//!
//! Tenant data is reachable only through [`Db::tenant`], which wants a [`TenantScope`]; a scope is made only by
//! authorisation ([`Db::authorise`], [`Db::scopes_of_runs`]). It has no constructor and cannot be copied:
//!
//! ```compile_fail
//! let scope = store::TenantScope {};
//! ```
//! ```compile_fail
//! fn twice(scope: &store::TenantScope) -> store::TenantScope { scope.clone() }
//! ```
//! ```
//! fn once(scope: &store::TenantScope) -> model::ids::TenantId { scope.tenant_id() }
//! ```

mod audit;
mod authorizations;
mod backups;
mod blobs;
mod budgets;
mod connections;
mod db;
mod definitions;
mod error;
mod exports;
mod groups;
mod inventory;
mod keys;
mod ledger;
pub mod limits;
mod members;
mod nodes;
mod notifications;
mod outbox;
mod pauses;
mod people;
mod probes;
mod restores;
mod runs;
mod schedules;
mod scope;
mod sessions;
mod tenant_db;
mod tenants;
mod uploads;
mod versions;
mod views;

pub use audit::{
    AuditChain, AuditChains, AuditEntry, AuditRow, AuditWriter, BadEntry, ChainProblem, ChainReport, Checkpoint,
    TenantAudit,
};
pub use authorizations::{Authorization, Authorizations, NewAuthorization, Purpose};
pub use backups::{
    BackupItem, BackupSet, BackupStatus, Backups, Capture, Dependent, Held, ImportedObject, SealedManifest,
    backup_closed, backup_not_sealed,
};
pub use budgets::Budgets;
pub use connections::{
    CertificateInUse, CertificateSummary, ConnectionSummary, Credential, CredentialKind, Saved, StoredConnection,
};
pub use db::{CopyProgress, DatabaseCopy, DatabaseUrl, Db, Engine, Migrated, RunChange, RunChanges, ServeLock};
pub use definitions::{KnownDefinition, SettingDefinitions};
pub use error::StoreError;
pub use exports::{ExportFile, ExportPart, Exports};
pub use groups::{GroupChanges, GroupReading, GroupRecord, GroupRow, Groups};
pub use inventory::{
    CoverageRow, Direction, Exclusion, Facets, Found, Freshness, Inventory, InventoryCursor, InventoryFilter, Kept,
    Link, LinkedObject, Missing, MissingPart, ObjectDetail, ObjectRow, ObservedType, Recorded, RecordedObject,
    RowSignal, SealedObject, Sealer, SeenObject, Signals, UnusedKinds, UseCount, UsedObject, VersionAuthor, What,
};
pub use keys::Keyring;
pub use ledger::{
    Beat, ClaimedRun, Closing, Heart, ItemRecord, Lease, Ledger, Release, Step, Swept, SweptTo, WorkerInfo,
};
pub use members::Member;
pub use nodes::{ALIVE_MS as NODE_ALIVE_MS, KEPT_MS as NODE_KEPT_MS, NodeRow, Nodes};
pub use notifications::{CardsMark, Notification, NotificationKind, Notifications};
pub use outbox::Outbox;
pub use pauses::{Pause, Pauses};
pub use people::{NewUser, People, User};
pub use probes::{DueProbe, HandledLog, ProbeChoice, Probes, ReadLog};
pub use restores::{
    Approved, Confirmed, Decision, NewPlan, PlanMark, Restore, RestoreSource, RestoreState, Restores, SecretChanges,
    WriteIntent, WriteOutcome, WriteResult, WriteRow, restore_not_a_draft,
};
pub use runs::{
    ActiveRun, CancelOutcome, EventRow, Idempotency, ItemCounts, ItemFilter, ItemRow, NewRun, NotComplete, RunCounts,
    RunFilter, RunPage, RunPageRequest, RunRow, Runs, Started,
};
pub use schedules::{Keep, Schedule, ScheduleRule, Schedules, Slot, SlotRow};
pub use scope::{Actor, TenantScope, TenantState};
pub use sessions::{Session, Sessions};
pub use tenant_db::TenantDb;
pub use tenants::{LastSync, NewTenant, TenantCard, TenantInfo, Tenants};
pub use uploads::{Upload, Uploads};
pub use versions::{VersionRow, Versions};
pub use views::{Opening, View, ViewContent, Views};
