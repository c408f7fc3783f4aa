//! Which of a tenant's queued runs goes first.

/// A class of runs, the first one first. A run that has waited long counts as one class higher, so none starves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    /// A person waits for it.
    #[default]
    Interactive = 0,
    /// A schedule or a bulk action has started it.
    Scheduled = 1,
    /// Housekeeping.
    Background = 2,
}

impl Priority {
    /// The database's form.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// From the database's form; what this version does not know goes last.
    pub fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Interactive,
            1 => Self::Scheduled,
            _ => Self::Background,
        }
    }
}
