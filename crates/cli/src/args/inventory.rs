//! `tenantatlas inventory`, `tenantatlas dependencies` and `tenantatlas diff`

use clap::Args;

use super::OneTenant;

/// `inventory`
#[derive(Debug, Args)]
pub(crate) struct Inventory {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// Only those with these words in their name or settings; words in quotation marks stand together.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only this configuration type; may be repeated.
    #[arg(long = "type", value_name = "KEY")]
    pub(crate) types: Vec<String>,
    /// Only for this platform; may be repeated.
    #[arg(long = "platform", value_name = "PLATFORM")]
    pub(crate) platforms: Vec<String>,
    /// Only missing or incomplete ones.
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// Only those whose content changed in the last 24h, 7d or 30d.
    #[arg(long, value_name = "TIME")]
    pub(crate) changed: Option<String>,
    /// Only those assigned to this group (an id).
    #[arg(long, value_name = "ID")]
    pub(crate) group: Option<String>,
    /// Only those that name this object, for example assignmentFilters/ID.
    #[arg(long, value_name = "KIND/ID")]
    pub(crate) uses: Option<String>,
    /// How many.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
}

/// `dependencies`
#[derive(Debug, Args)]
pub(crate) struct DependenciesArgs {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// What this object uses and what uses it, for example settingsCatalog/ID or groups/ID; without it, the whole tenant.
    #[arg(long, value_name = "KIND/ID")]
    pub(crate) of: Option<String>,
    /// How many levels, 1 to 6.
    #[arg(long, default_value_t = 3, requires = "of")]
    pub(crate) depth: usize,
    /// Of the whole tenant: what is used most, what by nothing, or what is named and not there.
    #[arg(long, default_value = "most-used", value_parser = ["most-used", "unused", "broken"])]
    pub(crate) view: String,
    /// Only objects of this type, for example assignmentFilters or groups.
    #[arg(long, value_name = "KEY")]
    pub(crate) kind: Option<String>,
}

/// `diff`
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The tenant.
    #[command(flatten)]
    pub(crate) tenant: OneTenant,
    /// The object as TYPE/ID, for example settingsCatalog/ID.
    #[arg(value_name = "TYPE/ID")]
    pub(crate) object: String,
    /// What to compare: a version (ver_…), a backup set (bak_…) or now; without it, the version before the other one.
    #[arg(long, value_name = "CONTENT")]
    pub(crate) from: Option<String>,
    /// What to compare it with: the same words; without it, what was observed last.
    #[arg(long, value_name = "CONTENT")]
    pub(crate) to: Option<String>,
    /// Compare with an object of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) to_tenant: Option<String>,
    /// Compare with this object of the same type, an id; in another tenant the only one of the same name without it.
    #[arg(long, value_name = "ID")]
    pub(crate) to_object: Option<String>,
}
