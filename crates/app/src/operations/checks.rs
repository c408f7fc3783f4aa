//! Names and numbers that a person types for pauses and limits.

use model::AppError;
use store::limits;

use crate::catalogue::{DEFINITIONS, definition};

/// The run type of that name.
pub fn checked_type(name: &str) -> Result<&'static str, AppError> {
    definition(name.trim()).map(|definition| definition.run_type).ok_or_else(|| {
        AppError::invalid("run_type.unknown", format!("There is no run type \"{name}\"")).hint(format!(
            "Known types: {}",
            DEFINITIONS.iter().map(|definition| definition.run_type).collect::<Vec<_>>().join(", ")
        ))
    })
}

/// What a limit is on, in words.
pub fn limit_words(name: &str) -> String {
    match name {
        limits::ALL => "runs of all kinds together".to_owned(),
        limits::TENANT_READS => "runs of one tenant that only read".to_owned(),
        run_type => format!("runs of {run_type}"),
    }
}

/// A limit's name, and its number or none.
pub fn checked_limit(name: &str, most: &str) -> Result<(&'static str, Option<u32>), AppError> {
    let name = match name.trim() {
        limits::ALL => limits::ALL,
        limits::TENANT_READS => limits::TENANT_READS,
        run_type => checked_type(run_type)
            .map_err(|error| error.hint("A limit is on a run type, on tenant_reads, or on all"))?,
    };
    let most = match most.trim() {
        "none" | "" => None,
        number => Some(number.parse().map_err(|_| {
            AppError::invalid("limit.number", format!("\"{number}\" is not a number of runs"))
                .hint("Use a whole number from 0, or \"none\" to lift the limit")
        })?),
    };
    Ok((name, most))
}
