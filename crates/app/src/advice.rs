//! What to do about a code, wherever it is shown. Codes come from the ledger, the Graph client and the features; the
//! words are for people.

/// A short title and the next step.
pub struct Advice {
    /// "Microsoft Graph asked us to slow down".
    pub title: &'static str,
    /// What to do, one or two sentences.
    pub next: &'static str,
}

const KNOWN: [(&str, &str, &str); 70] = [
    (
        "graph.throttled",
        "Microsoft Graph asked us to slow down",
        "Nothing to do now. Sync again later; what was read stays.",
    ),
    (
        "graph.permission_denied",
        "The app lacks a permission",
        "Grant the permission in Entra, give admin consent, then check the connection and sync again.",
    ),
    ("graph.token_expired", "The sign-in was no longer valid", "Check the connection, then start again."),
    (
        "graph.authentication_failed",
        "The app could not sign in",
        "Replace the credential under Connection and check it.",
    ),
    (
        "graph.not_found",
        "It was gone when it was read",
        "It was probably deleted meanwhile. Sync again to see what is there now.",
    ),
    ("graph.gone", "Intune says it is gone for good", "Sync again. If it happens again, report this with the run id."),
    ("graph.conflict", "Intune refused because of another change", "Start again."),
    (
        "graph.bad_request",
        "Intune did not accept the request",
        "Report this with the run id: a contract may be out of date.",
    ),
    ("graph.unavailable", "Microsoft Graph did not answer", "Start again later."),
    ("graph.timeout", "Microsoft Graph took too long", "Start again later."),
    (
        "graph.unexpected_shape",
        "The answer was not what the contract says",
        "Report this with the run id. Nothing half-read was kept.",
    ),
    ("graph.too_large", "An answer was larger than we accept", "Report this with the run id."),
    (
        "graph.too_deep",
        "Something is nested deeper than we read",
        "Report this with the run id. What else was read is right.",
    ),
    (
        "graph.page_loop",
        "The pages of a list lead in a circle",
        "Sync again. If it happens again, report this with the run id.",
    ),
    (
        "graph.foreign_link",
        "The next page was at another host",
        "Look for a proxy between TenantAtlas and Microsoft that changes answers.",
    ),
    ("auth.throttled", "The sign-in service asked us to slow down", "Nothing to do now. Start again later."),
    ("auth.unavailable", "The sign-in service did not answer", "Start again later."),
    (
        "auth.consent_required",
        "The app has no admin consent",
        "An administrator of the tenant consents to the app in Entra; then check the connection.",
    ),
    ("auth.clock_wrong", "A clock is wrong", "Set the clock of the server on which the worker runs, then start again."),
    (
        "connection.less_permitted",
        "The new credential may read less",
        "Grant what it lacks in Entra and give admin consent, then check the connection again.",
    ),
    ("export.not_read", "It was not read completely", "Sync the inventory, then export again."),
    (
        "export.no_place",
        "The layout has no place for it",
        "Export in another layout to have it; TenantAtlas's own has every type.",
    ),
    ("export.same_path", "Another object has the same path", "Export in another layout to have both."),
    (
        "import.unknown_type",
        "It is not clear what type it is",
        "Put the file into a folder that is named like its type, for example settingsCatalog, and import it again.",
    ),
    ("import.not_json", "The file is no JSON", "Export it again with the tool that wrote it, then import that."),
    (
        "import.no_object",
        "There is no object in the file",
        "Export it again with the tool that wrote it, then import that.",
    ),
    ("import.encoding", "The text cannot be read", "Save the file as UTF-8, then import it again."),
    ("import.not_yaml", "The file is no YAML", "Export it again with the tool that wrote it, then import that."),
    ("import.too_large", "The file is too large", "No configuration is that large: import the others without it."),
    ("import.path", "The path leads elsewhere", "Pack the files again without links and without paths that lead out."),
    ("import.unreadable", "The archive is damaged or encrypted", "Pack the files again without a password."),
    (
        "import.manifest",
        "The manifest is of another version",
        "Import with a newer TenantAtlas, or remove the manifest.",
    ),
    ("import.file_missing", "The file is not there", "Export again, or import the whole archive."),
    ("import.nothing", "There is no configuration in it", "Choose a folder, an archive or a file with JSON."),
    ("import.gone", "What was sent is not kept any more", "Import it again."),
    (
        "restore.conflict",
        "It was changed after the preview",
        "It was left as it is. Restore the failed items again: the new preview shows what it is now.",
    ),
    (
        "restore.differs",
        "It reads back otherwise than planned",
        "Compare it with the plan. Undo takes it back, or set the rest right in the portal.",
    ),
    (
        "restore.unknown",
        "Nobody can say whether a request took effect",
        "Look at the object in the portal, sync it, then restore the failed items again.",
    ),
    (
        "restore.not_made",
        "A request did not get through",
        "Nothing was changed by it. See what is between TenantAtlas and Microsoft Graph, then restore the failed items again.",
    ),
    (
        "restore.needs_other",
        "Something that it names was not restored",
        "See why that failed, then restore the failed items again.",
    ),
    ("restore.not_readable", "It could not be read back", "Sync its type, then compare it with the plan."),
    ("restore.approval_rejected", "An approver said no", "Talk to them, then restore the failed items again."),
    (
        "restore.approval_expired",
        "Nobody approved it in time",
        "Restore the failed items again and tell an approver about it.",
    ),
    ("restore.already_so", "It was as it should be already", "Nothing to do."),
    (
        "restore.stays",
        "Microsoft Graph does not change all of it",
        "The plan says what stays as it is. Change that in the portal.",
    ),
    (
        "restore.not_taken",
        "Microsoft Graph does not take all of it",
        "The plan says what the new object is without. Add that in the portal.",
    ),
    ("restore.held", "It was not turned on", "Look at it in the portal, then turn it on there: a restore never does."),
    ("restore.left_out", "It was left out", "Nothing to do. Choose it in another restore if you want it."),
    ("restore.by_hand", "Its kind is not written by TenantAtlas", "The plan has its requests, to be made by hand."),
    ("restore.nothing_to_do", "There is nothing to write", "The plan says of each object why."),
    (
        "restore.permission_missing",
        "The app may not write it",
        "Grant the permission that the plan names in Entra, give admin consent, then preview again.",
    ),
    (
        "restore.group_unmapped",
        "A group or filter stands for nothing here",
        "Answer it in the step Checks, then preview again. A list of assignments is sent whole or not at all.",
    ),
    (
        "restore.reference_unmapped",
        "Something that it names stands for nothing here",
        "Answer it in the step Checks, then preview again.",
    ),
    ("restore.name_taken", "Another object has its name", "Say in the step Checks whether it is the one to change."),
    (
        "restore.not_confirmed",
        "The confirmed plan is not there any more",
        "Nothing was written. Open the restore and preview it again.",
    ),
    ("backup.not_observed", "It was not read completely in time", "Sync the inventory, then back up again."),
    (
        "run.handler_panicked",
        "TenantAtlas has a defect",
        "Report this with the run id and the worker's log. Other operations go on.",
    ),
    (
        "selection.type_excluded",
        "Its type is excluded from what is observed",
        "Include the type again under Coverage, then start again.",
    ),
    (
        "selection.nothing_left",
        "Every type of it is excluded from what is observed",
        "Include a type again under Coverage, then start again.",
    ),
    (
        "backup.object_missing",
        "It is not in the inventory any more",
        "Sync the inventory to see what is there now, then add it again.",
    ),
    ("backup.closed", "The set was closed meanwhile", "Make another set and leave it open."),
    (
        "no_handler",
        "No worker knows this kind of operation",
        "Upgrade the workers to the version that started it, then run it again.",
    ),
    ("connection.missing", "The tenant has no connection", "An owner adds it under Connection."),
    ("not_authorised", "The person who started it lost the right", "Somebody with the right starts it again."),
    ("tenant_suspended", "The tenant is suspended", "An owner activates it again, then start again."),
    (
        "deadline_exceeded",
        "It took longer than it may",
        "Start again; finished items are not read twice by a new sync.",
    ),
    ("worker_crashed", "Its worker died several times", "Look at the worker's log, then start again."),
    ("cancelled", "It was cancelled", "Start again when you want it."),
    ("queue.dispatch_failed", "It could not be handed to a worker", "Start again."),
    (
        "inventory.incomplete",
        "Something of it was not read completely",
        "Sync again. Its last complete version stays until then.",
    ),
];

/// For the families of codes: each sign-in refusal says in its own sentence what is wrong with which credential.
const FAMILIES: [(&str, &str, &str); 2] = [
    (
        "auth.",
        "Microsoft did not sign the app in",
        "Set the credential right under Connection, check the connection, then start again.",
    ),
    ("database.", "The database did not do its part", "Run tenantatlas doctor on the server, then start again."),
];

/// The advice for a code; an unknown one gets words that are still true.
pub fn advice(code: &str) -> Advice {
    let known = KNOWN.iter().find(|(known, ..)| *known == code);
    let family = || FAMILIES.iter().find(|(family, ..)| code.starts_with(family));
    let (_, title, next) = known.or_else(family).copied().unwrap_or((
        "",
        "It did not end well",
        "Open the items to see which. Start again, and report the code if it stays.",
    ));
    Advice { title, next }
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn a_code_has_its_own_words_before_those_of_its_family() {
        assert!(advice("auth.consent_required").next.contains("consents"));
        assert!(advice("auth.secret_expired").next.contains("credential"));
        assert!(advice("something.new").next.contains("Open the items"));
    }
}
