//! What a set holds beside what was selected: what its objects name, so that they can be written back (spec 039).

use std::collections::BTreeMap;

use engine::RunCtx;
use model::registry::Registry;
use model::registry::content::Reference;
use model::run::Reason;
use model::{AppError, Kind};
use store::{Direction, ObjectRow};

use super::observed::{Observation, Observed, observe_first, observe_needed};
use crate::inventory::{Excluded, Selection};

/// Objects that one object names, at most.
const LINKS_MAX: usize = 10_000;

/// What a set is to hold.
pub(super) struct Wanted {
    /// What was selected.
    pub(super) selection: Selection,
    /// The same with the foundations.
    pub(super) foundations: Selection,
    /// What the tenant leaves out.
    pub(super) excluded: Excluded,
}

impl Wanted {
    /// Waits until all of it is observed; then gives what of other types its objects name.
    pub(super) async fn observe(&self, ctx: &RunCtx) -> Result<Result<(Observed, Vec<ObjectRow>), Reason>, AppError> {
        let observed = match observe_first(ctx, &self.foundations).await? {
            Observation::Ready(observed) => observed,
            Observation::Waits(why) => return Ok(Err(why)),
        };
        let needed = async || needed_by_types(ctx, &self.foundations.keys(), &self.excluded).await;
        Ok(match observe_needed(ctx, observed, &needed().await?).await? {
            Observation::Ready(observed) => Ok((observed, needed().await?)),
            Observation::Waits(why) => Err(why),
        })
    }
}

/// What the present objects of these types name of other types, and what that names, as far as it is there and observed in
/// this tenant.
async fn needed_by_types(ctx: &RunCtx, types: &[&str], excluded: &Excluded) -> Result<Vec<ObjectRow>, AppError> {
    let named = ctx.db.tenant(&ctx.scope).inventory().named_by(types).await?;
    follow(ctx, named, &|reference| !types.contains(&reference.kind.as_str()), excluded).await
}

/// The same of single objects.
pub(super) async fn needed_by(
    ctx: &RunCtx,
    objects: &[Reference],
    excluded: &Excluded,
) -> Result<Vec<ObjectRow>, AppError> {
    let links = ctx.db.tenant(&ctx.scope).inventory().links(Direction::Uses, objects, LINKS_MAX).await?;
    let named = links.into_iter().map(|link| link.to.reference).collect();
    follow(ctx, named, &|reference| !objects.contains(reference), excluded).await
}

async fn follow(
    ctx: &RunCtx,
    mut level: Vec<Reference>,
    is_beside: &(dyn Fn(&Reference) -> bool + Sync),
    excluded: &Excluded,
) -> Result<Vec<ObjectRow>, AppError> {
    let tenant = ctx.db.tenant(&ctx.scope);
    let mut found: BTreeMap<Reference, ObjectRow> = BTreeMap::new();
    loop {
        let mut reached = Vec::new();
        level.retain(|named| is_beside(named) && is_observed(named, excluded) && !found.contains_key(named));
        for named in level {
            // What is not there cannot be taken; the set says so of what names it.
            let object = match tenant.inventory().get(&named.kind, &named.external_id).await {
                Ok(object) => object.row,
                Err(error) if error.kind == Kind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if object.missing.is_none() {
                reached.push(named.clone());
                found.insert(named, object);
            }
        }
        if reached.is_empty() {
            return Ok(found.into_values().collect());
        }
        let links = tenant.inventory().links(Direction::Uses, &reached, LINKS_MAX).await?;
        level = links.into_iter().map(|link| link.to.reference).collect();
    }
}

fn is_observed(named: &Reference, excluded: &Excluded) -> bool {
    let contract = Registry::embedded().get(&named.kind);
    contract.is_some_and(|contract| contract.inventory) && !excluded.has(&named.kind)
}
