//! Which objects the logs mean: those of the inventory by their id, new ones by what the log calls their type.

use std::collections::HashMap;

use engine::RunCtx;
use model::change::{ChangeLog, EventMark};
use model::registry::{Contract, Registry};
use model::run::ItemOutcome;
use store::{ItemRecord, StoreError};

use crate::inventory::Excluded;
use crate::inventory::some::WantedObject;
use crate::inventory::told::{Named, Told};

/// What can be read, and what of the rest there is.
#[derive(Default)]
pub(super) struct Found {
    pub(super) objects: Vec<WantedObject>,
    /// Events whose objects cannot be told, with their times.
    pub(super) left: Vec<(ChangeLog, EventMark, i64)>,
    nameless: u64,
    unknown: u64,
    excluded: u64,
}

/// What an id stands for.
enum Meant {
    Object(&'static Contract, String),
    /// A type that is not observed, by anybody or in this tenant.
    Excluded,
    Unknown,
}

/// Finds what the logs name.
pub(super) async fn find(ctx: &RunCtx, logs: &[Told]) -> Result<Found, StoreError> {
    let known = located(ctx, logs).await?;
    let excluded = Excluded::of(&ctx.db, &ctx.scope).await?;
    let mut found = Found::default();
    for told in logs {
        found.nameless += told.nameless.len() as u64;
        found.left.extend(told.nameless.iter().map(|(mark, at)| (told.log, mark.clone(), *at)));
        for (key, named) in &told.objects {
            found.add(told.log, named, meant(told.log, key, named, &known, &excluded));
        }
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, log: ChangeLog, named: &Named, meant: Meant) {
        let changes = named.changes.clone();
        match meant {
            Meant::Object(contract, id) => return self.want(WantedObject { contract, id, told: changes }),
            Meant::Excluded => self.excluded += 1,
            Meant::Unknown => self.unknown += 1,
        }
        self.left.extend(changes.into_iter().map(|change| (log, change.mark(), change.author.at)));
    }

    /// A part of an object leads to the same one.
    fn want(&mut self, object: WantedObject) {
        let same = |other: &&mut WantedObject| other.contract.key == object.contract.key && other.id == object.id;
        match self.objects.iter_mut().find(same) {
            Some(other) => other.told.extend(object.told),
            None => self.objects.push(object),
        }
    }

    /// What is not read is said.
    pub(super) fn items(&self) -> Vec<ItemRecord> {
        let unknown = "The log does not say which of the known types they have. The next sync of all types finds them";
        let said = [
            ("no_object", self.nameless, "events that name no object", "There is nothing to read for them"),
            ("type_unknown", self.unknown, "objects of types that cannot be told", unknown),
            (
                "type_excluded",
                self.excluded,
                "objects of types that are not observed",
                "The tenant excludes them, or TenantAtlas keeps no versions of them",
            ),
        ];
        let items = said.into_iter().filter(|(_, count, ..)| *count > 0).map(|(word, count, what, why)| ItemRecord {
            key: format!("left/{word}"),
            label: format!("{count} {what}"),
            kind: "Audit log".to_owned(),
            outcome: ItemOutcome::Skipped,
            code: Some(format!("probe.{word}")),
            message: Some(why.to_owned()),
            detail: None,
        });
        items.collect()
    }
}

/// The inventory's objects among the ids, by id in lower case. A part's id begins with its object's: an assignment's is
/// the object's, `_` and the group's.
async fn located(ctx: &RunCtx, logs: &[Told]) -> Result<HashMap<String, (String, String)>, StoreError> {
    let named = logs.iter().flat_map(|told| &told.objects);
    let mut ids: Vec<String> = named
        .flat_map(|(key, named)| [Some(key.clone()), Some(named.id.clone()), owner(key).map(str::to_owned)])
        .flatten()
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let found = ctx.db.tenant(&ctx.scope).inventory().locate(&ids).await?;
    Ok(found.into_iter().map(|(type_key, id)| (id.to_lowercase(), (type_key, id))).collect())
}

fn owner(key: &str) -> Option<&str> {
    key.rsplit_once('_').map(|(object, _)| object)
}

fn meant(
    log: ChangeLog,
    key: &str,
    named: &Named,
    known: &HashMap<String, (String, String)>,
    excluded: &Excluded,
) -> Meant {
    let held = known.get(key).or_else(|| known.get(owner(key)?));
    let (contract, id) = match held {
        Some((type_key, id)) => (Registry::embedded().get(type_key), id),
        None => (Registry::embedded().audited(log, &named.kind), &named.id),
    };
    match contract {
        None => Meant::Unknown,
        Some(contract) if contract.inventory && !excluded.has(&contract.key) => Meant::Object(contract, id.clone()),
        Some(_) => Meant::Excluded,
    }
}
