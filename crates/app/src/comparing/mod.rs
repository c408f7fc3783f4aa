//! Two contents of objects of one type, side by side: versions, what backup sets hold, what was observed last; also from
//! two tenants, each under a scope of its own.

mod counterpart;
mod find;
mod names;

use std::fmt;
use std::str::FromStr;

use model::AppError;
use model::diff::{Difference, Line, lines};
use model::ids::{BackupSetId, VersionId};
use model::registry::content::definition_ids;
use model::registry::{Contract, Registry};
use serde_json::Value;
use store::{Db, Held, TenantScope, VersionRow};

pub use counterpart::{Counterpart, counterparts, only_counterpart};
use find::{earlier, found};
use names::TenantNames;

/// Where a content comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The last complete observation.
    Observed,
    /// A version.
    Version(VersionId),
    /// What a backup set holds of the object.
    Backup(BackupSetId),
}

/// The word for the last complete observation.
const OBSERVED: &str = "now";

impl FromStr for Source {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let version = || text.parse().ok().map(Self::Version);
        let backup = || text.parse().ok().map(Self::Backup);
        let observed = (text == OBSERVED).then_some(Self::Observed);
        observed.or_else(version).or_else(backup).ok_or_else(|| {
            AppError::invalid("compare.unknown", "That is neither a version nor a backup set")
                .hint("Use an id that begins with ver_ or bak_, or the word now")
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Observed => to.write_str(OBSERVED),
            Self::Version(version) => version.fmt(to),
            Self::Backup(set) => set.fmt(to),
        }
    }
}

/// One of the two that are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The right to the tenant that it is in.
    pub scope: &'a TenantScope,
    /// Graph's id of the object.
    pub external_id: &'a str,
    /// Which content of it.
    pub source: Option<Source>,
}

/// One of the two, as found.
#[derive(Debug)]
pub struct Compared {
    /// Where it comes from.
    pub source: Source,
    /// The version that has the content.
    pub version: VersionRow,
    /// Its number among the object's versions, from 1.
    pub number: u64,
    /// Whether it is what was observed last.
    pub current: bool,
    /// The backup set that holds it, where that was asked for.
    pub held: Option<Held>,
    /// The document as Graph sent it.
    pub document: Value,
}

/// Two contents and what differs between them.
#[derive(Debug)]
pub struct Comparison {
    /// Of both.
    pub contract: &'static Contract,
    /// What is compared.
    pub old: Compared,
    /// What it is compared with.
    pub new: Compared,
    /// What differs, for programs.
    pub difference: Difference,
    /// What differs, in people's words.
    pub lines: Vec<Line>,
}

/// Compares two contents. What is not said of the new one is what was observed last; of the old one, the version before the
/// new one, or what was observed last when the other is another object. Refused with what to do where there is nothing.
pub async fn compare(db: &Db, type_key: &str, old: Asked<'_>, new: Asked<'_>) -> Result<Comparison, AppError> {
    let contract = Registry::embedded().get(type_key).ok_or_else(AppError::not_found)?;
    let after = found(db, contract, new, new.source.unwrap_or(Source::Observed)).await?;
    let same = old.scope.tenant_id() == new.scope.tenant_id() && old.external_id == new.external_id;
    let source = match old.source {
        Some(source) => source,
        None if same => earlier(db, contract, old, &after).await?,
        None => Source::Observed,
    };
    let before = found(db, contract, old, source).await?;
    let difference = Difference::between(contract, &before.document, &after.document);
    let names = TenantNames::read(db, contract, (old.scope, &before.document), (new.scope, &after.document)).await?;
    let lines = lines(contract, &difference, &names);
    Ok(Comparison { contract, old: before, new: after, difference, lines })
}

/// What differs between two documents of one tenant, in people's words. `null` stands for no document.
pub async fn between(
    db: &Db,
    scope: &TenantScope,
    contract: &Contract,
    old: &Value,
    new: &Value,
) -> Result<Vec<Line>, AppError> {
    let names = TenantNames::read(db, contract, (scope, old), (scope, new)).await?;
    Ok(lines(contract, &Difference::between(contract, old, new), &names))
}

/// The settings that two documents name.
fn settings<'a>(contract: &'a Contract, documents: [&'a Value; 2]) -> impl Iterator<Item = &'a str> {
    documents.into_iter().flat_map(move |document| definition_ids(contract, document))
}
