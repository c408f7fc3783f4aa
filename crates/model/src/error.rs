//! One error shape for everything a person or a program may be told: code, sentence, next step.

use std::fmt;

/// What kind of trouble it is; each door (web, CLI) turns it into its own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// The caller is known and may not do this.
    Forbidden,
    /// Nobody is signed in.
    Unauthenticated,
    /// It clashes with what is there.
    Conflict,
    /// The input is wrong.
    Invalid,
    /// Too much was asked in too short a time.
    TooMany,
    /// Something we depend on does not answer.
    Unavailable,
    /// Our own defect.
    Internal,
}

/// An error that may be shown: `code` for programs, `message` and `hint` for people, the source chain for logs only.
pub struct AppError {
    /// Decides the status.
    pub kind: Kind,
    /// Stable and dotted, for example `run.active`.
    pub code: &'static str,
    /// What happened, one sentence of ours.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// For the log. It has no way into an answer.
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl AppError {
    /// From its parts.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), hint: None, source: None }
    }

    /// It does not exist for this caller. Says nothing else, so that existence does not leak.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not_found", "There is nothing here, or you have no access to it")
            .hint("Check the address, or ask an owner of the tenant for a membership")
    }

    /// The caller lacks a capability.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, "not_authorised", message)
    }

    /// The input is wrong.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, code, message)
    }

    /// It clashes with what is there.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, message)
    }

    /// Our own defect; the person gets a fixed sentence.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Kind::Internal, "internal", "TenantAtlas could not finish this request")
            .hint("Try again. If it happens again, look for this time in the server's log")
            .caused_by(source)
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the cause, for the log only.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl fmt::Debug for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppError")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl std::error::Error for AppError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
