//! Who may do what: one table from roles to capabilities (`spec/product.md` 2). Code checks capabilities, never role names.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// One role in one tenant.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Looks.
    Readonly,
    /// Starts reads and backups.
    Operator,
    /// Manages backups, restores and notifications.
    Manager,
    /// Manages the connection and the members.
    Owner,
}

/// One thing that can be allowed.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    Display,
    IntoStaticStr,
)]
pub enum Capability {
    /// See that the tenant is there.
    #[strum(serialize = "tenant.view")]
    TenantView,
    /// See operation runs.
    #[strum(serialize = "operations.view")]
    OperationsView,
    /// See the inventory.
    #[strum(serialize = "inventory.view")]
    InventoryView,
    /// See backup sets.
    #[strum(serialize = "backups.view")]
    BackupsView,
    /// See drift findings.
    #[strum(serialize = "drift.view")]
    DriftView,
    /// See the audit log.
    #[strum(serialize = "audit.view")]
    AuditView,
    /// Start an inventory sync.
    #[strum(serialize = "inventory.sync")]
    InventorySync,
    /// Start a directory sync.
    #[strum(serialize = "directory.sync")]
    DirectorySync,
    /// Generate drift findings.
    #[strum(serialize = "drift.generate")]
    DriftGenerate,
    /// Create backup sets and snapshots.
    #[strum(serialize = "backups.create")]
    BackupsCreate,
    /// Cancel one's own runs.
    #[strum(serialize = "operations.cancel_own")]
    OperationsCancelOwn,
    /// Manage schedules, retention and archive.
    #[strum(serialize = "backups.manage")]
    BackupsManage,
    /// Triage findings.
    #[strum(serialize = "drift.triage")]
    DriftTriage,
    /// Preview restores.
    #[strum(serialize = "restore.preview")]
    RestorePreview,
    /// Cancel anybody's runs.
    #[strum(serialize = "operations.cancel_any")]
    OperationsCancelAny,
    /// Create exports.
    #[strum(serialize = "export.create")]
    ExportCreate,
    /// Execute restores.
    #[strum(serialize = "restore.execute")]
    RestoreExecute,
    /// Apply baselines.
    #[strum(serialize = "baseline.apply")]
    BaselineApply,
    /// Manage notification subscriptions.
    #[strum(serialize = "notifications.manage")]
    NotificationsManage,
    /// Change the connection.
    #[strum(serialize = "connection.manage")]
    ConnectionManage,
    /// Onboard RBAC.
    #[strum(serialize = "rbac.onboard")]
    RbacOnboard,
    /// Manage members.
    #[strum(serialize = "members.manage")]
    MembersManage,
    /// Suspend the tenant.
    #[strum(serialize = "tenant.suspend")]
    TenantSuspend,
    /// Delete the tenant.
    #[strum(serialize = "tenant.delete")]
    TenantDelete,
}

impl Capability {
    /// The least role that holds it: the whole table in one place.
    pub fn least_role(self) -> Role {
        use Capability as C;
        match self {
            C::TenantView | C::OperationsView | C::InventoryView | C::BackupsView | C::DriftView | C::AuditView => {
                Role::Readonly
            }
            C::InventorySync | C::DirectorySync | C::DriftGenerate | C::BackupsCreate | C::OperationsCancelOwn => {
                Role::Operator
            }
            C::BackupsManage
            | C::DriftTriage
            | C::RestorePreview
            | C::OperationsCancelAny
            | C::ExportCreate
            | C::RestoreExecute
            | C::BaselineApply
            | C::NotificationsManage => Role::Manager,
            C::ConnectionManage | C::RbacOnboard | C::MembersManage | C::TenantSuspend | C::TenantDelete => Role::Owner,
        }
    }
}

impl Role {
    /// Whether this role holds the capability. Roles are ordered: a higher one holds all that a lower one does.
    pub fn holds(self, capability: Capability) -> bool {
        self >= capability.least_role()
    }
}

/// The table as text, one line per capability; committed as a golden file.
pub fn table() -> String {
    let mut text = format!(
        "{:<24}{}\n",
        "capability",
        Role::iter().map(|role| format!("{:<10}", role.to_string())).collect::<String>()
    );
    for capability in Capability::iter() {
        let marks: String =
            Role::iter().map(|role| format!("{:<10}", if role.holds(capability) { "yes" } else { "-" })).collect();
        text.push_str(&format!("{:<24}{}\n", capability.to_string(), marks));
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_the_golden_file() {
        let golden = include_str!("../golden/capabilities.txt");
        assert_eq!(
            super::table(),
            golden,
            "the table changed: if that is meant, write a spec and update golden/capabilities.txt"
        );
    }
}
