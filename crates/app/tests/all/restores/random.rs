//! Answers at random: where objects go, and what stands for what they name.

use std::collections::BTreeMap;

use app::restores::{Choice, MappedReference, ObjectKey, Target};
use store::InventoryFilter;
use testkit::World;

/// What a person answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said {
    LeaveOut,
    /// Another one of its kind, the one that the number picks.
    Another(usize),
}

/// Where objects go; the last word about each counts.
pub(super) async fn objects_said(
    world: &World,
    said: &[(usize, Said)],
    edited: &[ObjectKey],
) -> Vec<(ObjectKey, Option<Target>)> {
    let mut targets = BTreeMap::new();
    for (pick, said) in said {
        let key = &edited[pick % edited.len()];
        let target = match said {
            Said::LeaveOut => Some(Target::LeaveOut),
            Said::Another(pick) => another(world, &key.type_key, &key.id, *pick).await.map(Target::Existing),
        };
        targets.insert(key.clone(), target);
    }
    targets.into_iter().collect()
}

/// What stands for what is named.
pub(super) async fn references_said(
    world: &World,
    said: &[(usize, Said)],
    named: &[MappedReference],
) -> Vec<(String, String, Option<Choice>)> {
    let mut choices = Vec::new();
    for (pick, said) in said.iter().filter(|_| !named.is_empty()) {
        let reference = &named[pick % named.len()].reference;
        let choice = match said {
            Said::LeaveOut => Some(Choice::LeaveOut),
            Said::Another(pick) => {
                another(world, &reference.kind, &reference.external_id, *pick).await.map(Choice::Use)
            }
        };
        choices.push((reference.kind.clone(), reference.external_id.clone(), choice));
    }
    choices
}

/// Another one of that kind, of those that are known.
async fn another(world: &World, kind: &str, id: &str, pick: usize) -> Option<String> {
    let scope = world.scope().await;
    let mut known: Vec<String> = if kind == "groups" {
        let groups = world.db.tenant(&scope).groups().list(None, None, 1_000).await.unwrap();
        groups.into_iter().map(|group| group.id).collect()
    } else {
        let filter = InventoryFilter { types: vec![kind.into()], missing: Some(false), ..InventoryFilter::default() };
        let rows = world.db.tenant(&scope).inventory().list(&filter, None, 1_000).await.unwrap();
        rows.into_iter().map(|row| row.external_id).collect()
    };
    known.retain(|one| one != id);
    (!known.is_empty()).then(|| known.swap_remove(pick % known.len()))
}
