//! What can go wrong with the database, each with a stable code, a sentence and a next step.

use model::{AppError, Kind};

/// An error of the store. Its source chain is for the log; what a person is told is in [`StoreError::code`],
/// its `Display` and [`StoreError::hint`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened or does not answer.
    #[error("The database cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database went away while it committed: the change is there or it is not.
    #[error("The connection to the database broke while it saved, so it is not known whether it did")]
    CommitUnknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database, its file or its folder refuses to be written.
    #[error("The database cannot be written")]
    ReadOnly(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No space is left.
    #[error("The disk that holds the database is full")]
    DiskFull(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another process holds the write lock for too long.
    #[error("The database is busy")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another server uses this database file.
    #[error("Another TenantAtlas server already uses this database file")]
    InUse,
    /// A newer version of TenantAtlas wrote it.
    #[error("The database was made by a newer TenantAtlas: it is at schema {found}, this version knows {known}")]
    NewerSchema {
        /// Schema number in the database.
        found: i64,
        /// Newest schema number that this binary knows.
        known: i64,
    },
    /// An older version wrote it.
    #[error("The database is at schema {found}, this version needs {known}")]
    OlderSchema {
        /// Schema number in the database.
        found: i64,
        /// Newest schema number that this binary knows.
        known: i64,
    },
    /// It is the copy of another database, and not all of that is in it.
    #[error("The database is an unfinished copy")]
    HalfCopied,
    /// The address of the database makes no sense.
    #[error("The database address is not a path, sqlite:path or postgres:// address")]
    BadUrl,
    /// Something else is where the database file should be.
    #[error("{path} is not an SQLite database")]
    NotADatabase {
        /// What was named.
        path: String,
    },
    /// The key file is gone although the database holds encrypted data.
    #[error("The key file {path} is missing, and the database holds data that only it can read")]
    KeyLost {
        /// Where it was looked for.
        path: String,
    },
    /// The key is not the one that encrypted this database.
    #[error("The key does not fit this database")]
    KeyWrong,
    /// The key is not 32 bytes in hexadecimal or base64, or its file cannot be read or made.
    #[error("The key cannot be used: {0}")]
    KeyUnusable(String),
    /// A stored value cannot be decrypted.
    #[error("A stored value cannot be decrypted")]
    Undecryptable,
    /// A value that should not be there.
    #[error("The database holds a value that TenantAtlas cannot read, in {table}.{column}, row {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id, when it has one.
        row: String,
        /// Why it cannot be read; for the log.
        #[source]
        why: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The run is no longer this worker's own: stop, and write nothing more.
    #[error("The lease on the run is lost")]
    LeaseLost,
    /// A statement failed: our own defect, or the database refused nonsense.
    #[error("The database refused a statement")]
    Refused(#[source] sqlx::Error),
}

impl StoreError {
    pub(crate) fn inconsistent(table: &'static str, column: &'static str, row: String, why: String) -> Self {
        Self::Inconsistent { table, column, row, why: why.into() }
    }

    /// Stable and dotted.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "database.unreachable",
            Self::CommitUnknown(_) => "database.commit_unknown",
            Self::ReadOnly(_) => "database.read_only",
            Self::DiskFull(_) => "database.disk_full",
            Self::Busy(_) => "database.busy",
            Self::InUse => "database.in_use",
            Self::NewerSchema { .. } => "database.newer_schema",
            Self::OlderSchema { .. } => "database.older_schema",
            Self::HalfCopied => "database.half_copied",
            Self::BadUrl => "database.bad_address",
            Self::NotADatabase { .. } => "database.not_a_database",
            Self::KeyLost { .. } => "key.lost",
            Self::KeyWrong => "key.wrong",
            Self::KeyUnusable(_) => "key.unusable",
            Self::Undecryptable => "key.undecryptable",
            Self::Inconsistent { .. } => "database.inconsistent",
            Self::LeaseLost => "run.lease_lost",
            Self::Refused(_) => "database.refused",
        }
    }

    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => {
                "Check that the database is there or running, and that its path or its address, user and password are right"
            }
            Self::CommitUnknown(_) => "Look whether the change is there before you make it again",
            Self::ReadOnly(_) => "Give the user that runs TenantAtlas write access to the database file and its folder",
            Self::DiskFull(_) => "Free some space; nothing was half-written, and waiting runs continue by themselves",
            Self::Busy(_) => "Look for another program that holds the database open, then try again",
            Self::InUse => "Stop the other server, or give this one a database of its own",
            Self::NewerSchema { .. } => {
                "Run the newer TenantAtlas, or restore a database backup made before the upgrade"
            }
            Self::HalfCopied => "Call `tenantatlas db copy` again: it goes on where it was",
            Self::OlderSchema { .. } => "Back the database up, then run `tenantatlas migrate`",
            Self::BadUrl => "Write a file path such as tenantatlas.db, or postgres://user@host/name",
            Self::NotADatabase { .. } => "Check --database and TENANTATLAS_DATABASE; nothing was changed",
            Self::KeyLost { .. } => {
                "Put the key file back from your backup; without it the stored secrets and versions cannot be read"
            }
            Self::KeyWrong => "Use the key that this database was set up with",
            Self::KeyUnusable(_) => "Give 32 random bytes as 64 hexadecimal digits or as base64",
            Self::Undecryptable | Self::Inconsistent { .. } => {
                "Restore the database from a backup, and report this with the log"
            }
            Self::LeaseLost => "Nothing to do: another worker has taken the run up",
            Self::Refused(_) => "Try again. If it happens again, look for this time in the server's log",
        }
    }

    /// Whether a row was refused because what may exist once is there already.
    pub(crate) fn is_taken(&self) -> bool {
        matches!(self, Self::Refused(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether the same call may work later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::CommitUnknown(_) | Self::Busy(_) | Self::DiskFull(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            // Half an answer, such as that of a server which is stopping.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unreachable(Box::new(error)),
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let sqlite = database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some();
                if sqlite { Self::from_sqlite(&code, error) } else { Self::from_postgres(&code, error) }
            }
            _ => Self::Refused(error),
        }
    }
}

impl StoreError {
    /// SQLite's extended result codes (sqlite.org/rescode.html): the low byte is the primary code.
    fn from_sqlite(code: &str, error: sqlx::Error) -> Self {
        match code.parse::<u32>().unwrap_or(0) & 0xff {
            5 | 6 => Self::Busy(Box::new(error)),
            8 => Self::ReadOnly(Box::new(error)),
            13 => Self::DiskFull(Box::new(error)),
            10 | 11 | 14 | 26 => Self::Unreachable(Box::new(error)),
            _ => Self::Refused(error),
        }
    }

    /// PostgreSQL's SQLSTATE classes (postgresql.org/docs/current/errcodes-appendix.html).
    fn from_postgres(code: &str, error: sqlx::Error) -> Self {
        match code {
            "25006" => Self::ReadOnly(Box::new(error)),
            "53100" => Self::DiskFull(Box::new(error)),
            "40001" | "40P01" | "55P03" => Self::Busy(Box::new(error)),
            // It stood still inside a transaction for too long, and its connection was closed.
            "25P03" => Self::Unreachable(Box::new(error)),
            code if ["08", "28", "3D", "53", "57"].iter().any(|class| code.starts_with(class)) => {
                Self::Unreachable(Box::new(error))
            }
            _ => Self::Refused(error),
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Unreachable(_)
            | StoreError::CommitUnknown(_)
            | StoreError::Busy(_)
            | StoreError::DiskFull(_)
            | StoreError::ReadOnly(_) => Kind::Unavailable,
            StoreError::LeaseLost
            | StoreError::InUse
            | StoreError::NewerSchema { .. }
            | StoreError::HalfCopied
            | StoreError::OlderSchema { .. }
            | StoreError::KeyLost { .. }
            | StoreError::KeyWrong => Kind::Conflict,
            StoreError::BadUrl | StoreError::NotADatabase { .. } | StoreError::KeyUnusable(_) => Kind::Invalid,
            StoreError::Undecryptable | StoreError::Inconsistent { .. } => Kind::Internal,
            StoreError::Refused(_) => return AppError::internal(error),
        };
        AppError::new(kind, error.code(), error.to_string()).hint(error.hint()).caused_by(error)
    }
}
