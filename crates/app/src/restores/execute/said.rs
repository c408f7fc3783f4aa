//! What a restore says of its items: codes for programs, sentences for people.

/// Nothing is written of it.
pub(super) const LEFT_OUT: &str = "restore.left_out";

pub(super) const CONFLICT: (&str, &str) = (
    "restore.conflict",
    "It was changed, removed or made after the preview, so that it was left as it is. Preview again to see what it is now",
);
pub(super) const NEEDS_OTHER: (&str, &str) =
    ("restore.needs_other", "Something that it names was not restored, so that it was not written either");
pub(super) const SECRET_GONE: (&str, &str) = (
    "restore.secret_gone",
    "A secret that was entered for it is not kept any more, so that it was not written. Enter it again",
);
pub(super) const VERIFIED: &str = "Written, read back, and as planned";
pub(super) const UNVERIFIABLE: &str =
    "Written and read back. Secrets in it cannot be compared, because Graph does not return them";
pub(super) const REMOVED: &str = "Removed, and gone";
pub(super) const DIFFERS: (&str, &str) =
    ("restore.differs", "Written, but what reads back is not what was planned. Compare it with the plan");
pub(super) const NOT_READABLE: (&str, &str) =
    ("restore.not_readable", "Written, but it could not be read back, so that nobody can say whether it is as planned");
pub(super) const UNKNOWN: (&str, &str) = (
    "restore.unknown",
    "The answer to a request was lost, and reading back does not tell whether it took effect. Look at it in the portal",
);
pub(super) const NOT_MADE: (&str, &str) =
    ("restore.not_made", "A request was tried several times and never took effect. Restore the failed items again");
/// Of a request, not of an item: a worker was about to send it and is gone, and reading back says that nothing happened.
pub(super) const WORKER_LOST: &str = "restore.worker_lost";
pub(super) const REJECTED: (&str, &str) =
    ("restore.approval_rejected", "An approver rejected the change, or cancelled it");
pub(super) const EXPIRED: (&str, &str) = ("restore.approval_expired", "Nobody approved the change in time");
pub(super) const NO_APPROVAL: (&str, &str) = (
    "restore.approval_open",
    "Intune wants an approval and says that one is open already. Wait until it is decided, then restore this item again",
);

pub(super) const REFUSED: &str = "Microsoft Graph refused the request, so that nothing was changed by it";
pub(super) const WAITS_FOR_APPROVAL: &str = "Waiting for a second administrator to approve it in Intune";
pub(super) const WAITS_UNTIL_READY: &str = "Waiting until Intune has made it ready";
pub(super) const UNREAD: &str = "Waiting, because it could not be read just now";

/// Pause before trouble that passes is tried again, in milliseconds.
pub(super) const AGAIN_MS: i64 = 15_000;
/// Pause between two looks at an approval, in milliseconds.
pub(super) const APPROVAL_MS: i64 = 60_000;
/// Pause between two looks at an object that is not ready, in milliseconds.
pub(super) const READY_MS: i64 = 5_000;
/// How long a new object may take to be ready or readable, in milliseconds.
pub(super) const READY_MS_MAX: i64 = 10 * 60 * 1000;
/// Tries at one request, but for those of workers that are gone: how often a run may lose one is for the run to say.
pub(super) const TRIES_MAX: usize = 5;
