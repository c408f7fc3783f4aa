//! Reasons, in one place: each has a stable code and one sentence.

use super::plan::Why;

fn why(code: &str, message: impl Into<String>) -> Why {
    Why { code: code.to_owned(), message: message.into() }
}

pub(super) fn reference_unmapped(count: usize) -> Why {
    let what = if count == 1 { "One object that it names has" } else { "Objects that it names have" };
    why("restore.reference_unmapped", format!("{what} no counterpart in this tenant. Choose one for each"))
}

pub(super) fn group_unmapped() -> Why {
    let message = "A group or filter of its assignments has no counterpart in this tenant. The list is sent whole or not \
                   at all: choose one for each";
    why("restore.group_unmapped", message)
}

pub(super) fn cannot_be_made(reason: &str) -> Why {
    let reason = if reason.is_empty() { "Its kind cannot be made through Microsoft Graph" } else { reason };
    why("restore.cannot_be_made", reason)
}

pub(super) fn cannot_be_removed() -> Why {
    why(
        "restore.cannot_be_removed",
        "An object of its kind cannot be removed through Microsoft Graph. Remove it in the portal",
    )
}

pub(super) fn cannot_be_changed(reason: &str) -> Why {
    why("restore.cannot_be_changed", reason)
}

pub(super) fn built_in_missing() -> Why {
    let message = "Every directory has it from the start, and this one has it no more: it cannot be made";
    why("restore.built_in_missing", message)
}

pub(super) fn nothing_to_assign() -> Why {
    why(
        "restore.nothing_to_assign",
        "It is not in this tenant, so that there is nothing to assign. Restore its settings, too",
    )
}

pub(super) fn other_type() -> Why {
    why("restore.other_type", "The object of that id is of another kind now. Make a new one")
}

pub(super) fn secret_needed() -> Why {
    let message = "It holds a secret that Graph never returns, and what holds it is replaced as a whole: the secret would be \
                   lost. Enter all its secrets in the checks, or change it in the portal";
    why("restore.secret_needed", message)
}

/// About properties, by name; nothing where there is none.
fn about(code: &str, what: &str, names: &[String], next: &str) -> Option<Why> {
    (!names.is_empty()).then(|| why(code, format!("{what}: {}. {next}", names.join(", "))))
}

pub(super) fn stays(names: &[String]) -> Option<Why> {
    let what = "No request to Microsoft Graph makes this what it was, so that it stays as it is, or what was added to it \
                stays";
    about("restore.stays", what, names, "Change it in the portal")
}

pub(super) fn not_taken(names: &[String]) -> Option<Why> {
    let what = "No request to Microsoft Graph gives this to a new object, so that it is made without";
    about("restore.not_taken", what, names, "Add it in the portal")
}

pub(super) fn held() -> Why {
    let message = "It was on, and a restore turns nothing on that takes effect on everybody at once. Look at it, then turn \
                   it on in the portal";
    why("restore.held", message)
}

pub(super) fn exclusion_not_kept() -> Why {
    let message = "It excludes a group, which Intune would store as included. Take the exclusion out";
    why("restore.exclusion_not_kept", message)
}

pub(super) fn unsupported(reason: &str) -> Why {
    why("restore.unsupported", reason)
}
