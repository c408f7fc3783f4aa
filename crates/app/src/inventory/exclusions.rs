//! Types that a tenant leaves out of what is observed: no sync, probe or backup asks for them until somebody includes
//! them again (spec 035).

use engine::{Ending, RunCtx};
use model::AppError;
use model::access::Capability;
use model::registry::{Contract, Registry};
use model::run::{ItemOutcome, Reason};
use model::text::one_line;
use store::{Db, Exclusion, ItemRecord, StoreError, TenantScope};

use super::selection::find;

/// Longest reason, in characters.
const REASON_MAX: usize = 200;
/// The code of whatever is refused or left out because of an exclusion.
pub(crate) const EXCLUDED: &str = "selection.type_excluded";
/// The code of what is left with no type at all.
pub(crate) const NOTHING_LEFT: &str = "selection.nothing_left";

/// Leaves a type out from now on. What was seen of it stays.
pub async fn exclude_type(db: &Db, scope: &TenantScope, type_key: &str, reason: &str) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    let contract = find(type_key)?;
    let reason = one_line(reason, REASON_MAX).ok_or_else(|| {
        let why = format!("An exclusion needs a reason of 1 to {REASON_MAX} characters on one line");
        AppError::invalid("exclusion.reason", why).hint("Say why, for whoever finds nothing of this type later")
    })?;
    db.tenant(scope).inventory().exclude(&contract.key, reason).await
}

/// Observes a type again, with its next sync as a whole.
pub async fn include_type(db: &Db, scope: &TenantScope, type_key: &str) -> Result<(), AppError> {
    scope.require(Capability::BackupsManage)?;
    db.tenant(scope).inventory().include(&find(type_key)?.key).await
}

/// What a tenant leaves out.
#[derive(Debug, Clone, Default)]
pub struct Excluded(Vec<Exclusion>);

impl Excluded {
    /// As it is now.
    pub async fn of(db: &Db, scope: &TenantScope) -> Result<Self, StoreError> {
        db.tenant(scope).inventory().exclusions().await.map(Self)
    }

    /// Why this type is left out; nothing when it is observed.
    pub fn get(&self, type_key: &str) -> Option<&Exclusion> {
        self.0.iter().find(|exclusion| exclusion.type_key == type_key)
    }

    /// Whether this type is left out.
    pub fn has(&self, type_key: &str) -> bool {
        self.get(type_key).is_some()
    }

    /// The keys, sorted.
    pub fn keys(&self) -> Vec<String> {
        self.0.iter().map(|exclusion| exclusion.type_key.clone()).collect()
    }

    /// Refuses whoever asks for such a type by name.
    pub fn refuse<'a>(&self, type_keys: impl IntoIterator<Item = &'a str>) -> Result<(), AppError> {
        match type_keys.into_iter().find(|key| self.has(key)) {
            Some(key) => Err(refusal(key)),
            None => Ok(()),
        }
    }

    /// Those of the contracts that are observed, with an item of the run for each that is not.
    pub(crate) async fn leave_out(
        &self,
        ctx: &RunCtx,
        contracts: Vec<&'static Contract>,
    ) -> Result<Vec<&'static Contract>, StoreError> {
        let (mut left_out, observed): (Vec<_>, Vec<_>) = contracts.into_iter().partition(|each| self.has(&each.key));
        left_out.sort_by_key(|contract| &contract.key);
        left_out.dedup_by_key(|contract| &contract.key);
        if !left_out.is_empty() {
            ctx.db.ledger().record(&ctx.lease, left_out.into_iter().map(skipped_type).collect()).await?;
        }
        Ok(observed)
    }
}

/// What only an exclusion keeps from being done.
pub(crate) fn blocked() -> Ending {
    Ending::Blocked(Reason::new(EXCLUDED, "Its configuration type was excluded from what is observed"))
}

/// Refuses what an exclusion leaves with nothing to do.
pub(crate) fn nothing_left() -> AppError {
    AppError::conflict(NOTHING_LEFT, "Every configuration type of this is excluded from what is observed")
        .hint("Include a type again under Coverage, or with tenantatlas coverage include")
}

/// An object that is not read, since its type was excluded after it was selected.
pub(crate) fn skipped_object(item: ItemRecord) -> ItemRecord {
    ItemRecord {
        outcome: ItemOutcome::Skipped,
        code: Some(EXCLUDED.to_owned()),
        message: Some("Its configuration type is excluded from what is observed".to_owned()),
        ..item
    }
}

fn skipped_type(contract: &Contract) -> ItemRecord {
    ItemRecord {
        key: super::sync_run::step_of(contract),
        label: contract.label_plural.clone(),
        kind: "Type".to_owned(),
        outcome: ItemOutcome::Skipped,
        code: Some(EXCLUDED.to_owned()),
        message: Some("It was excluded from what is observed after this was started".to_owned()),
        detail: None,
    }
}

fn refusal(type_key: &str) -> AppError {
    let label = Registry::embedded().get(type_key).map_or(type_key, |contract| contract.label_plural.as_str());
    AppError::conflict(EXCLUDED, format!("The type \"{label}\" is excluded from what is observed"))
        .hint("Include it again under Coverage or with tenantatlas coverage include, or leave it out here")
}
