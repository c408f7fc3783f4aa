//! Whom a plan reaches.

use std::collections::{BTreeMap, BTreeSet};

use model::registry::content::{TargetKind, assignments};
use model::registry::{Registry, Risk};
use model::restore::{Plan, PlanItem, Reached};
use serde_json::Value;

/// Whom a change reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// Ids of groups that something of it is assigned to afterwards, or was before.
    pub groups: BTreeSet<String>,
    /// How many are in these groups, by id, as far as the preview could count them.
    pub counted: BTreeMap<String, Reached>,
    /// Whether it reaches all users.
    pub all_users: bool,
    /// Whether it reaches all devices.
    pub all_devices: bool,
    /// The highest risk of what is written; absent when nothing is.
    pub risk: Option<Risk>,
}

/// How many of a kind are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody.
    All,
    /// So many.
    Exactly(u64),
    /// So many or fewer: who is in several groups was counted in each.
    AtMost(u64),
    /// Not every group could be counted.
    Unknown,
}

impl Impact {
    /// How many devices it reaches.
    pub fn devices(&self) -> Reach {
        self.reach(self.all_devices, |reached| reached.devices)
    }

    /// How many users it reaches.
    pub fn users(&self) -> Reach {
        self.reach(self.all_users, |reached| reached.users)
    }

    fn reach(&self, all: bool, count: impl Fn(&Reached) -> u64) -> Reach {
        let counts: Vec<u64> = self.counted.values().map(count).filter(|count| *count > 0).collect();
        match counts.as_slice() {
            _ if all => Reach::All,
            _ if self.counted.len() < self.groups.len() => Reach::Unknown,
            [] => Reach::Exactly(0),
            [one] => Reach::Exactly(*one),
            several => Reach::AtMost(several.iter().sum()),
        }
    }

    fn add(&mut self, item: &PlanItem, document: Option<&Value>) {
        let Some((contract, document)) = Registry::embedded().get(&item.type_key).zip(document) else { return };
        for assignment in assignments(contract, document) {
            match assignment.target {
                TargetKind::AllUsers => self.all_users = true,
                TargetKind::AllDevices => self.all_devices = true,
                _ => self.groups.extend(assignment.group_id),
            }
        }
    }
}

/// Whom a plan reaches, and how many they are.
pub fn impact(plan: &Plan) -> Impact {
    let counted = plan.reached.iter().map(|reached| (reached.group.clone(), reached.clone()));
    Impact { counted: counted.collect(), ..impact_of(&plan.items) }
}

/// Whom items reach: those that they are assigned to before or afterwards.
pub(super) fn impact_of(items: &[PlanItem]) -> Impact {
    let mut impact = Impact::default();
    for item in items.iter().filter(|item| !item.steps.is_empty()) {
        impact.add(item, item.live.as_ref());
        impact.add(item, item.promised.as_ref());
        let risk = Registry::embedded().get(&item.type_key).map(|contract| contract.risk);
        impact.risk = impact.risk.max(risk);
    }
    impact
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaching(groups: &[(&str, Option<u64>)]) -> Impact {
        let reached = |(id, devices): &(&str, Option<u64>)| {
            let reached = Reached { group: (*id).to_owned(), devices: (*devices)?, users: 0 };
            Some((reached.group.clone(), reached))
        };
        Impact {
            groups: groups.iter().map(|(id, _)| (*id).to_owned()).collect(),
            counted: groups.iter().filter_map(reached).collect(),
            ..Impact::default()
        }
    }

    #[test]
    fn a_number_is_called_exact_only_when_it_is() {
        assert_eq!(reaching(&[]).devices(), Reach::Exactly(0));
        assert_eq!(reaching(&[("a", Some(3)), ("b", Some(0))]).devices(), Reach::Exactly(3));
        assert_eq!(reaching(&[("a", Some(3)), ("b", Some(4))]).devices(), Reach::AtMost(7));
        assert_eq!(reaching(&[("a", Some(3)), ("b", None)]).devices(), Reach::Unknown);
        let all = Impact { all_devices: true, ..reaching(&[("a", None)]) };
        assert_eq!((all.devices(), all.users()), (Reach::All, Reach::Unknown));
    }
}
