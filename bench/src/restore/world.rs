//! A tenant with objects and two empty ones, and a restore from the one to the first of the others.

use std::collections::{BTreeMap, HashSet};

use app::inventory::{Selection, start_sync};
use app::restores::{
    Answers, Choice, Confirmation, ObjectKey, ReferenceAnswer, Scope, ShownPlan, Source, answer, begin, choose_scope,
    confirm, mapping, open, shown, start_preview,
};
use app::starting::Extra;
use model::ids::{RestoreId, RunId};
use model::registry::Registry;
use serde_json::Value;
use store::{RunRow, TenantScope};
use tokio::time::timeout;

use super::right::{Renamed, wrong};
use super::{Arguments, LONGEST};
use crate::Failure;
use crate::engines::postgres::Server;
use crate::sync::programs::Programs;
use crate::sync::simulator::{Simulator, Tenant};
use crate::tenants::site::{Site, tenant};

/// What is restored: types with assignments.
const TYPES: [&str; 5] =
    ["settingsCatalog", "deviceConfigurations", "compliancePolicies", "powershellScripts", "remediations"];
/// What they refer to: that is there in every tenant, under ids of its own.
const NAMED: [&str; 4] = ["groups", "assignmentFilters", "scopeTags", "notificationTemplates"];
/// Generated objects for each one that is restored: not all have assignments or are of these types.
const GENERATED: usize = 4;

/// All tenants.
pub(super) struct World {
    pub(super) site: Site,
    /// What is restored, by its type.
    wanted: BTreeMap<&'static str, Vec<Value>>,
    renamed: Renamed,
}

impl World {
    /// Starts the simulator and connects its tenants.
    pub(super) async fn make(arguments: &Arguments, programs: &Programs, server: &Server) -> Result<Self, Failure> {
        let tenants = [tenant(0, arguments.objects * GENERATED), tenant(1, 0), tenant(2, 0)];
        let site = Site::start(&tenants, arguments.latency, programs, server).await?;
        let renamed = copy_named(&site.simulator).await?;
        let wanted = wanted(&site.simulator, arguments.objects).await?;
        Ok(Self { site, wanted, renamed })
    }

    /// Where the objects are.
    pub(super) fn source(&self) -> &Tenant {
        &self.site.simulator.tenants[0]
    }

    /// Where we restore them.
    pub(super) fn ours(&self) -> &Tenant {
        &self.site.simulator.tenants[1]
    }

    /// Where the peer does.
    pub(super) fn theirs(&self) -> &Tenant {
        &self.site.simulator.tenants[2]
    }

    fn from(&self) -> &TenantScope {
        &self.site.scopes[0]
    }

    fn to(&self) -> &TenantScope {
        &self.site.scopes[1]
    }

    /// Ids of what is restored.
    pub(super) fn wanted_ids(&self) -> HashSet<&str> {
        self.wanted.values().flatten().filter_map(|object| object["id"].as_str()).collect()
    }

    /// What of the objects is not in this tenant as it should be, in words, and how often.
    pub(super) async fn wrong(&self, tenant: &Tenant) -> Result<BTreeMap<String, usize>, Failure> {
        let mut sum = BTreeMap::new();
        for (key, wanted) in &self.wanted {
            let contract = Registry::embedded().get(key).ok_or("a type is not there")?;
            let there = self.site.simulator.objects_of(tenant, &contract.path).await?;
            for told in wrong(contract, wanted, &there, &self.renamed) {
                *sum.entry(told).or_default() += 1;
            }
        }
        Ok(sum)
    }

    /// Begins a restore of the objects; what has the name of what they refer to stands for it.
    pub(super) async fn begin(&self) -> Result<RestoreId, Failure> {
        let read = Selection::of(&[&TYPES[..], &NAMED[1..]].concat())?;
        for scope in [self.from(), self.to()] {
            let sync = start_sync(&self.site.db, scope, &read, Extra::default()).await?.run();
            self.ended(scope, sync).await?;
            let groups = app::directory::start_groups_sync(&self.site.db, scope, false, Extra::default()).await?.run();
            self.ended(scope, groups).await?;
        }
        let keys = self.wanted.iter().flat_map(|(key, objects)| objects.iter().map(move |object| (key, object)));
        let objects = keys.filter_map(|(key, object)| Some(ObjectKey::new(*key, object["id"].as_str()?))).collect();
        let source = Source::Objects { tenant: self.from().tenant_id(), objects };
        let restore = begin(&self.site.db, self.to(), source).await?;
        let whole = Scope { objects: None, settings: true, assignments: true };
        let revision = choose_scope(&self.site.db, self.to(), restore, 1, whole).await?;
        let answers = self.answers(restore).await?;
        answer(&self.site.db, self.to(), restore, revision, answers).await?;
        Ok(restore)
    }

    async fn answers(&self, restore: RestoreId) -> Result<Answers, Failure> {
        let opened = open(&self.site.db, self.to(), restore).await?;
        let mut answers = Answers::default();
        let asked = mapping(&self.site.db, self.to(), &opened).await?.references;
        for one in asked.into_iter().filter(|one| matches!(one.answer, ReferenceAnswer::Open(_))) {
            // Two groups may have the name: who answers knows which one stands for it.
            let stands_for_it = self.renamed.get(&one.reference.external_id);
            let mut candidates = one.candidates.into_iter().map(|candidate| candidate.id);
            let choice = candidates.find(|id| Some(id) == stands_for_it).map_or(Choice::LeaveOut, Choice::Use);
            answers.references.push((one.reference.kind, one.reference.external_id, Some(choice)));
        }
        Ok(answers)
    }

    /// Makes the plan.
    pub(super) async fn preview(&self, restore: RestoreId) -> Result<ShownPlan, Failure> {
        let run = start_preview(&self.site.db, self.to(), restore, Extra::default()).await?.run();
        self.ended(self.to(), run).await?;
        Ok(shown(&self.site.db, self.to(), restore).await?)
    }

    /// Does what the plan says.
    pub(super) async fn execute(&self, restore: RestoreId, plan: &ShownPlan) -> Result<RunRow, Failure> {
        let said = Confirmation {
            plan: plan.hash.clone(),
            impact_reviewed: true,
            tenant_name: self.site.db.tenant(self.to()).info().await?.display_name,
            reason: "A measurement".to_owned(),
        };
        let run = confirm(&self.site.db, self.to(), restore, &said, Extra::default()).await?.run();
        self.ended(self.to(), run).await
    }

    async fn ended(&self, scope: &TenantScope, run: RunId) -> Result<RunRow, Failure> {
        timeout(LONGEST, self.site.ended(scope, run)).await.map_err(|_| "a run did not end")?
    }
}

/// So many objects with assignments, of each type its share.
async fn wanted(simulator: &Simulator, count: usize) -> Result<BTreeMap<&'static str, Vec<Value>>, Failure> {
    let mut wanted = BTreeMap::new();
    for key in TYPES {
        let contract = Registry::embedded().get(key).ok_or("a type is not there")?;
        let mut all = simulator.objects_of(&simulator.tenants[0], &contract.path).await?;
        all.retain(|object| object["assignments"].as_array().is_some_and(|list| !list.is_empty()));
        wanted.insert(key, all);
    }
    let total: usize = wanted.values().map(Vec::len).sum();
    if total < count {
        return Err(format!("the tenant has only {total} objects with assignments").into());
    }
    let (mut left, mut of) = (count, total);
    for objects in wanted.values_mut() {
        let share = objects.len() * left / of.max(1);
        of -= objects.len();
        left -= share;
        objects.truncate(share);
    }
    Ok(wanted)
}

/// Puts what the objects refer to into the empty tenants, under other ids: a program that keeps the source's is wrong.
async fn copy_named(simulator: &Simulator) -> Result<Renamed, Failure> {
    let mut renamed = Renamed::new();
    for key in NAMED {
        let path = Registry::embedded().get(key).map_or(key, |contract| contract.path.as_str());
        for mut object in simulator.objects_of(&simulator.tenants[0], path).await? {
            let id = object["id"].as_str().unwrap_or_default().to_owned();
            let new = other(&id);
            object["id"] = new.clone().into();
            for tenant in &simulator.tenants[1..] {
                simulator.insert(tenant, path, object.clone()).await?;
            }
            renamed.insert(id, new);
        }
    }
    Ok(renamed)
}

/// Another id of the same kind; small numbers, which scope tags have, stay as they are.
fn other(id: &str) -> String {
    let (first, rest) = id.split_at(id.len().min(1));
    let digit = u8::from_str_radix(first, 16).unwrap_or_default() ^ 8;
    if rest.len() < 8 { id.to_owned() } else { format!("{digit:x}{rest}") }
}
