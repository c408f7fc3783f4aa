//! Over all objects of a tenant: what is used most, what by nothing, and which links lead nowhere.

use model::AppError;
use model::registry::{Assignable, Registry};
use store::{Db, Inventory, LinkedObject, TenantScope, UnusedKinds, UseCount};

use super::{Judge, Standing};

/// Rows of a view; a type narrows it down.
const ROWS_MAX: usize = 200;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What most objects name.
    MostUsed,
    /// What can be used, and is not.
    Unused,
    /// What is named and is not there.
    Broken,
}

impl View {
    /// By its word in an address; an unknown one is the first view.
    pub fn of(word: Option<&str>) -> Self {
        [Self::Unused, Self::Broken].into_iter().find(|view| Some(view.word()) == word).unwrap_or(Self::MostUsed)
    }

    /// As it stands in an address.
    pub fn word(self) -> &'static str {
        match self {
            Self::MostUsed => "most-used",
            Self::Unused => "unused",
            Self::Broken => "broken",
        }
    }
}

/// One view over a tenant.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Its rows, each with its standing and how many objects name it.
    pub rows: Vec<(LinkedObject, Standing, u64)>,
    /// Whether there are more than these.
    pub more: bool,
    /// Kinds that are named by any object: key, objects, links.
    pub kinds: Vec<(String, u64, u64)>,
    /// Kinds of which the view has objects, with their number; of broken ones those that are named.
    pub choices: Vec<(String, u64)>,
}

/// Reads one view; of one kind when it is given.
pub async fn overview(db: &Db, scope: &TenantScope, view: View, kind: Option<&str>) -> Result<Overview, AppError> {
    let tenant = db.tenant(scope);
    let inventory = tenant.inventory();
    let judge = Judge::of(inventory.coverage().await?);
    let chosen: Vec<&str> = kind.into_iter().collect();
    let kinds = inventory.used_kinds().await?;
    let named = kinds.iter().map(|(kind, objects, _)| (kind.clone(), *objects));
    let (counted, choices) = match view {
        View::MostUsed => (inventory.most_used(&chosen, ROWS_MAX + 1).await?, named.collect()),
        View::Broken => {
            let inside = named.filter(|(kind, _)| !kind.starts_with("external:"));
            (inventory.dangling(&chosen, ROWS_MAX + 1).await?, inside.collect())
        }
        View::Unused => unused(&inventory, kind).await?,
    };
    let more = counted.len() > ROWS_MAX;
    let judged = |row: UseCount| (judge.standing(&row.object), row);
    let rows = counted.into_iter().take(ROWS_MAX).map(judged);
    let rows = rows.map(|(standing, row)| (row.object, standing, row.users)).collect();
    Ok(Overview { rows, more, kinds, choices })
}

/// What is unused, and how many of each kind; the kind narrows down the first only.
async fn unused(
    inventory: &Inventory<'_>,
    kind: Option<&str>,
) -> Result<(Vec<UseCount>, Vec<(String, u64)>), AppError> {
    let (named, assigned) = usable_types();
    let all = inventory.unused_kinds(&UnusedKinds { named: &named, assigned: &assigned, groups: true }).await?;
    let wanted = |key: &&str| kind.is_none_or(|kind| kind == *key);
    let named: Vec<&str> = named.into_iter().filter(wanted).collect();
    let assigned: Vec<&str> = assigned.into_iter().filter(wanted).collect();
    let kinds = UnusedKinds { named: &named, assigned: &assigned, groups: wanted(&"groups") };
    let unused = inventory.unused(&kinds, ROWS_MAX + 1).await?;
    Ok((unused.into_iter().map(|object| UseCount { object, users: 0 }).collect(), all))
}

/// Types whose objects are there to be named by others, and types whose objects work only when they are assigned.
fn usable_types() -> (Vec<&'static str>, Vec<&'static str>) {
    let registry = Registry::embedded();
    let is_named = |key: &str| registry.iter().flat_map(|contract| &contract.references).any(|rule| rule.to == key);
    let (mut named, mut assigned) = (Vec::new(), Vec::new());
    for contract in registry.iter().filter(|contract| contract.inventory) {
        match contract.assignable {
            Assignable::Action(_) | Assignable::Each { .. } => assigned.push(contract.key.as_str()),
            Assignable::Never { .. } if is_named(&contract.key) => named.push(contract.key.as_str()),
            Assignable::Never { .. } | Assignable::Inside { .. } => {}
        }
    }
    (named, assigned)
}
