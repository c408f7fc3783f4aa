//! Restores: chosen step by step, planned by a preview, confirmed, executed, taken back.

mod begin;
mod choose;
mod confirm;
mod draft;
pub mod execute;
mod mapping;
mod plan;
pub mod preview;
mod shown;
mod source;
mod undo;

pub use begin::{Source, begin};
pub use choose::{Answers, Opened, Scope, answer, choose_scope, mapping, open};
pub use confirm::{Confirmation, Gate, approve, confirm, discard, gates, start_preview};
pub use draft::{Choice, Draft, ObjectKey, ReferenceChoice, Target, TargetChoice};
pub use mapping::{Candidate, MappedReference, MappedTarget, Mapping, Origin, ReferenceAnswer, TargetAnswer};
pub use shown::{Impact, ShownPlan, impact, shown};
pub use source::SourceObject;
