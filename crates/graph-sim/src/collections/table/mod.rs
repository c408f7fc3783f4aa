//! The collections that behave in a way of their own, by area. Sources: facts on page sizes and traps in public issues
//! of IntuneCD, IntuneAssignmentChecker, IntuneBackupAndRestore and IntuneManagement; names from Microsoft's metadata.

mod apps;
mod configuration;
mod derived_parts;
mod enrolment;
mod entra;
mod tenant_administration;

use super::{Kind, Navigation};

const ASSIGNMENTS: Navigation = Navigation::list("assignments");

/// A collection and the type it declares.
type Declared = (&'static str, &'static str);

/// Every collection of the table.
pub(super) fn kinds() -> impl Iterator<Item = &'static Kind> {
    [configuration::KINDS, apps::KINDS, enrolment::KINDS, tenant_administration::KINDS, entra::KINDS]
        .into_iter()
        .flatten()
}

/// Declared types of the collections we generate.
pub(super) fn declared() -> impl Iterator<Item = &'static Declared> {
    let areas = [
        configuration::DECLARED,
        apps::DECLARED,
        enrolment::DECLARED,
        tenant_administration::DECLARED,
        entra::DECLARED,
    ];
    areas.into_iter().flatten()
}

impl Kind {
    /// The usual behaviour of an Intune collection.
    pub(crate) const fn plain(path: &'static str) -> Self {
        Self {
            path,
            page: 1000,
            max_top: 1000,
            navigations: &[ASSIGNMENTS],
            list_omits: &[],
            list_blanks: &[],
            only_selected: &[],
            only_alone: &[],
            empty_on_object: &[],
            refused_on_list: &[],
            never_expanded: &[],
            assign: Some("assignments"),
            ignores_filter: false,
            union: &[],
        }
    }

    const fn with(path: &'static str, navigations: &'static [Navigation]) -> Self {
        Self { navigations, ..Self::plain(path) }
    }

    /// Objects that nobody assigns.
    const fn unassigned(path: &'static str, navigations: &'static [Navigation]) -> Self {
        Self { assign: None, ..Self::with(path, navigations) }
    }

    /// Scripts: a list does not return their content.
    const fn scripts(path: &'static str, list_omits: &'static [&'static str], assign: &'static str) -> Self {
        Self { list_omits, assign: Some(assign), ..Self::plain(path) }
    }

    const fn directory(path: &'static str, navigations: &'static [Navigation]) -> Self {
        Self { page: 100, max_top: 999, ..Self::unassigned(path, navigations) }
    }
}
