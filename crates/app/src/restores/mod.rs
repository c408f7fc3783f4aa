//! Restores: chosen step by step, planned by a preview, confirmed, executed, taken back.

mod begin;
mod checks;
mod choose;
mod confirm;
mod copies;
mod draft;
mod execute;
pub mod execute_run;
mod impact;
mod made;
mod mapping;
mod mark;
mod named;
mod plan;
mod preview;
pub mod preview_run;
mod progress;
mod secrets;
mod shown;
mod since;
mod source;
mod undo;

pub use begin::{Source, begin};
pub use checks::{Check, Level, checks, groups_read};
pub use choose::{Answers, Opened, Scope, answer, choose_scope, mapping, open};
pub use confirm::{Confirmation, Gate, approve, confirm, discard, gates, start_preview};
pub use draft::{Choice, Draft, ObjectKey, ReferenceChoice, SecretChoice, Target, TargetChoice};
pub use execute::ITEMS_AT_ONCE;
pub use impact::{Impact, Reach, impact};
pub(crate) use made::standing;
pub(crate) use mapping::source_directory;
pub use mapping::{
    Candidate, MappedReference, MappedTarget, Mapping, MissingSecret, Origin, ReferenceAnswer, TargetAnswer,
};
pub use named::offered;
pub use progress::{Progress, of_run, progress};
pub use secrets::{EnteredSecret, enter_secrets};
pub use shown::{ShownPlan, action_word, shown};
pub use since::{Since, since};
pub use source::SourceObject;
pub(crate) use source::source_scope;
