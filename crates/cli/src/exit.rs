//! Exit codes, as documented in `docs/reference/exit-codes.md`: scripts branch on these, never on text.

use std::process::ExitCode;

use model::run::Outcome;
use model::{AppError, Kind};

/// Everything the command can say with its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter)]
pub(crate) enum Exit {
    /// It worked.
    Success = 0,
    /// A defect of ours.
    Internal = 1,
    /// The command line or an input is wrong.
    Usage = 2,
    /// The run ended partially succeeded: something is missing, and the run says what.
    Partial = 3,
    /// The run failed, or a check found something wrong.
    Failed = 4,
    /// The run is blocked: a prerequisite is missing.
    Blocked = 5,
    /// The run was cancelled.
    Cancelled = 6,
    /// It does not exist, or this user may not see it.
    NotFound = 7,
    /// This user may not do this.
    Forbidden = 8,
    /// It clashes with something that is there.
    Conflict = 9,
    /// Something we depend on does not answer.
    Unavailable = 10,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Succeeded | Outcome::Pending => Exit::Success,
            Outcome::PartiallySucceeded => Exit::Partial,
            Outcome::Failed => Exit::Failed,
            Outcome::Blocked => Exit::Blocked,
            Outcome::Cancelled => Exit::Cancelled,
        }
    }
}

impl From<&AppError> for Exit {
    fn from(error: &AppError) -> Self {
        match error.kind {
            Kind::NotFound => Exit::NotFound,
            Kind::Forbidden | Kind::Unauthenticated => Exit::Forbidden,
            Kind::Conflict => Exit::Conflict,
            Kind::Invalid => Exit::Usage,
            Kind::TooMany | Kind::Unavailable => Exit::Unavailable,
            Kind::Internal => Exit::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::Exit;

    #[test]
    fn every_exit_code_is_documented() {
        let page = include_str!("../../../docs/reference/exit-codes.md");
        for exit in Exit::iter() {
            let row = format!("| {} |", exit as u8);
            assert!(
                page.contains(&row),
                "exit code {} ({exit:?}) is missing in docs/reference/exit-codes.md",
                exit as u8
            );
        }
    }
}
