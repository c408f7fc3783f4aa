//! From what a person chose to what would be sent.

use std::collections::{BTreeSet, HashMap, HashSet};

use engine::{Ending, RunCtx};
use graph::TenantGraph;
use model::diff::Difference;
use model::registry::{Contract, Mode, Registry};
use model::restore::{
    Action, Choice, Mapped, Ordered, Plan, PlanItem, Promise, Purpose, Step, Why, bring_back, in_order, map_references,
    promise, promise_brought_back, remove, steps, with_secrets,
};
use serde_json::Value;
use store::Restore;

use super::approval::Approvals;
use super::found::{Missing, missing};
use super::live::{Live, Look, gone_groups, look};
use super::place::{Placed, Places};
use super::reach::reached;
use crate::restores::draft::{Draft, ObjectKey};
use crate::restores::mapping::{Mapping, TargetAnswer, map};
use crate::restores::plan::FORMAT;
use crate::restores::source::{SourceObject, documents, objects, origin, source_scope};
use crate::starting::app_ending;

/// One object on its way into the plan.
struct Candidate {
    contract: &'static Contract,
    object: SourceObject,
    /// Absent where it is removed.
    document: Option<Value>,
    answer: TargetAnswer,
}

/// Makes the plan, from the database and from one look at the tenant.
pub(in crate::restores) async fn build(
    ctx: &RunCtx,
    graph: &TenantGraph,
    restore: &Restore,
    draft: &Draft,
) -> Result<Plan, Ending> {
    let source = source_scope(&ctx.db, &ctx.scope, restore.source.tenant).await.map_err(app_ending)?;
    let all = objects(&ctx.db, &ctx.scope, &source, restore, draft).await.map_err(app_ending)?;
    let chosen: Vec<_> = all.into_iter().filter(|object| draft.has(&object.key)).collect();
    let contents = documents(&ctx.db, &source, &chosen).await.map_err(app_ending)?;
    let origin = origin(&ctx.db, &source, restore).await.map_err(app_ending)?;
    let mapping = map(&ctx.db, &ctx.scope, &source, origin.as_ref(), draft, &chosen, &contents);
    let mapping = mapping.await.map_err(app_ending)?;
    let candidates = candidates(chosen, contents, &mapping, draft);
    let looks = candidates.iter().filter_map(|candidate| {
        let id = match &candidate.answer {
            TargetAnswer::InPlace(candidate, _) => candidate.id.clone(),
            TargetAnswer::Removed => candidate.object.key.id.clone(),
            _ => return None,
        };
        Some(Look { key: candidate.object.key.clone(), contract: candidate.contract, id })
    });
    let looks = looks.collect();
    let gone = gone_groups(graph, &mapping).await?;
    let granted: BTreeSet<String> = match graph.granted_permissions().await {
        Ok(granted) => granted.into_iter().collect(),
        Err(error) => return Err(crate::inventory::sync_run::ending_of(&error)),
    };
    let observed_at_ms = ctx.db.ping().await.map_err(crate::starting::store_ending)?;
    let live = look(graph, looks).await?;
    let documents = candidates.iter().filter_map(|one| Some((one.contract, one.document.as_ref()?)));
    let missing = missing(graph, documents).await?;
    let places = Places::new(&mapping, &gone);
    let choice = Choice { settings: draft.settings, assignments: draft.assignments };
    let approvals = Approvals::of(&ctx.db, &ctx.scope).await.map_err(app_ending)?;
    let secrets = secrets_missing(&mapping);
    let (taken, items) = (HashSet::new(), Vec::new());
    let mut planner = Planner { choice, live, missing, secrets, places, granted, approvals, taken, items };
    planner.plan(candidates);
    let items = planner.items;
    let directory_id = ctx.db.tenant(&ctx.scope).info().await.map_err(app_ending)?.directory_id;
    let (blocks, reached) = (blocks(&items), reached(graph, &items).await);
    Ok(Plan { format: FORMAT, directory_id, observed_at_ms, blocks, items, reached })
}

fn candidates(
    chosen: Vec<SourceObject>,
    contents: Vec<Option<Value>>,
    mapping: &Mapping,
    draft: &Draft,
) -> Vec<Candidate> {
    let known = |(object, mut document): (SourceObject, Option<Value>)| {
        if let Some(document) = &mut document {
            with_secrets(document, draft.secrets_of(&object.key));
        }
        let contract = Registry::embedded().get(&object.key.type_key)?;
        let answer = mapping.target(&object.key).cloned()?;
        Some(Candidate { contract, object, document, answer })
    };
    chosen.into_iter().zip(contents).filter_map(known).collect()
}

fn secrets_missing(mapping: &Mapping) -> HashMap<ObjectKey, Vec<String>> {
    let mut missing: HashMap<ObjectKey, Vec<String>> = HashMap::new();
    for secret in mapping.secrets.iter().filter(|secret| !secret.entered) {
        missing.entry(secret.object.clone()).or_default().push(secret.name.clone());
    }
    missing
}

/// What keeps the whole plan from being executed.
fn blocks(items: &[PlanItem]) -> Vec<Why> {
    let nothing = !items.iter().any(PlanItem::is_written);
    let why = Why {
        code: "restore.nothing_to_do".to_owned(),
        message: "Nothing would be written: everything is as it should be already, or cannot be restored".to_owned(),
    };
    nothing.then_some(why).into_iter().collect()
}

/// Puts one item after the other into the plan.
struct Planner<'a> {
    choice: Choice,
    live: HashMap<ObjectKey, Live>,
    missing: Missing,
    /// Names of values that nobody has, by object.
    secrets: HashMap<ObjectKey, Vec<String>>,
    places: Places<'a>,
    granted: BTreeSet<String>,
    approvals: Approvals,
    /// Objects of the tenant that an item changes.
    taken: HashSet<(String, String)>,
    items: Vec<PlanItem>,
}

impl Planner<'_> {
    fn plan(&mut self, candidates: Vec<Candidate>) {
        let (written, removed): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|one| one.document.is_some());
        let mut written: Vec<Option<Candidate>> = written.into_iter().map(Some).collect();
        let mut rest: Vec<usize> = (0..written.len()).collect();
        while !rest.is_empty() {
            let order = order(&written, &rest);
            let (next, ring) = match order {
                Ok(order) => (order, false),
                Err(ring) => (ring, true),
            };
            for index in &next {
                let Some(candidate) = written[*index].take() else { continue };
                if ring { self.in_a_ring(&candidate) } else { self.write(candidate) }
            }
            rest.retain(|index| !next.contains(index));
        }
        for candidate in removed {
            self.remove(&candidate);
        }
    }

    fn sequence(&self) -> u32 {
        u32::try_from(self.items.len() + 1).unwrap_or(u32::MAX)
    }

    fn empty(&self, candidate: &Candidate, action: Action, why: Vec<Why>) -> PlanItem {
        PlanItem {
            sequence: self.sequence(),
            type_key: candidate.contract.key.clone(),
            source_id: candidate.object.key.id.clone(),
            name: candidate.object.name.clone(),
            live_id: None,
            gone_id: None,
            action,
            why,
            steps: Vec::new(),
            permissions: candidate.contract.permissions.write.clone(),
            approval: self.approvals.expected(candidate.contract),
            by_hand: false,
            live: None,
            promised: None,
            promised_slots: Vec::new(),
            unverifiable: Vec::new(),
            secrets_missing: self.secrets.get(&candidate.object.key).cloned().unwrap_or_default(),
        }
    }

    fn in_a_ring(&mut self, candidate: &Candidate) {
        let why = Why {
            code: "restore.cycle".to_owned(),
            message:
                "It and others name each other in a ring, so that none of them can be written first. Restore them \
                      one by one"
                    .to_owned(),
        };
        let item = self.empty(candidate, Action::Impossible, vec![why]);
        self.items.push(item);
    }

    fn write(&mut self, candidate: Candidate) {
        let item = self.item(&candidate);
        let key = candidate.object.key;
        match (&item.action, &item.live_id) {
            (Action::Impossible, _) => {}
            (Action::Create, _) => self.places.put(key, Placed::Made(item.sequence)),
            (_, Some(id)) => self.places.put(key, Placed::At(id.clone())),
            _ => {}
        }
        self.items.push(item);
    }

    fn item(&mut self, candidate: &Candidate) -> PlanItem {
        let (id, live) = match &candidate.answer {
            TargetAnswer::Open(why) => return self.empty(candidate, Action::Impossible, vec![why.clone()]),
            TargetAnswer::LeftOut | TargetAnswer::Removed => {
                return self.empty(candidate, Action::Skip, vec![left_out()]);
            }
            TargetAnswer::New(_) => (None, Live::Gone(None)),
            TargetAnswer::InPlace(target, _) => {
                if !self.taken.insert((candidate.contract.key.clone(), target.id.clone())) {
                    return self.empty(candidate, Action::Impossible, vec![same_target(&target.name)]);
                }
                let live = self.live.get(&candidate.object.key).cloned().unwrap_or(Live::Gone(None));
                (Some(target.id.clone()), live)
            }
        };
        let found = if let Live::Found(live) = &live { Some(live) } else { None };
        let document = candidate.document.as_ref().unwrap_or(&Value::Null);
        if let Some(why) = self.missing.of(candidate.contract, document, found) {
            return self.empty(candidate, Action::Impossible, vec![why]);
        }
        match live {
            Live::Unread(why) => self.empty(candidate, Action::Impossible, vec![why]),
            Live::Found(live) => self.change(candidate, id, live),
            Live::Gone(bin) => self.make(candidate, id, bin),
        }
    }

    fn mapped(&self, candidate: &Candidate) -> Mapped {
        let document = candidate.document.as_ref().unwrap_or(&Value::Null);
        map_references(candidate.contract, document, &mut |reference| self.places.resolve(reference))
    }

    fn change(&mut self, candidate: &Candidate, id: Option<String>, live: Value) -> PlanItem {
        let contract = candidate.contract;
        let wanted = self.mapped(candidate);
        let made = self.with_or_without_assignments(|choice| {
            let promised = promise(contract, &wanted, Some(&live), choice);
            Ok((steps(contract, &wanted, Some(&live), choice)?, promised))
        });
        let mut item = match made {
            // What cannot be written need not be when it is so.
            Err(_) if Difference::between(contract, &live, &wanted.document).is_empty() => {
                self.empty(candidate, Action::Skip, vec![already_so()])
            }
            Err(why) => self.empty(candidate, Action::Impossible, vec![why]),
            Ok(((steps, promised), why)) => {
                let action = action_of(&steps);
                let mut item = self.empty(candidate, action, why);
                if action == Action::Skip && promised.stays.is_empty() {
                    item.why.push(already_so());
                }
                promised_into(&mut item, steps, promised);
                item
            }
        };
        item.live_id = id;
        item.live = Some(live);
        self.permitted(contract, item)
    }

    fn make(&mut self, candidate: &Candidate, id: Option<String>, bin: Option<Value>) -> PlanItem {
        let contract = candidate.contract;
        let wanted = self.mapped(candidate);
        let made = self.with_or_without_assignments(|choice| match &bin {
            Some(deleted) => {
                let promised = promise_brought_back(contract, &wanted, deleted, choice);
                Ok((bring_back(contract, &wanted, deleted, choice)?, promised))
            }
            None => {
                let promised = promise(contract, &wanted, None, choice);
                Ok((steps(contract, &wanted, None, choice)?, promised))
            }
        });
        let mut item = match made {
            Err(why) => self.empty(candidate, Action::Impossible, vec![why]),
            Ok(((steps, promised), why)) => {
                let action = if bin.is_some() { Action::BringBack } else { Action::Create };
                let mut item = self.empty(candidate, action, why);
                promised_into(&mut item, steps, promised);
                item
            }
        };
        if bin.is_some() {
            item.live_id = id;
        } else {
            item.gone_id = id;
        }
        self.permitted(contract, item)
    }

    fn remove(&mut self, candidate: &Candidate) {
        let live = self.live.get(&candidate.object.key).cloned().unwrap_or(Live::Gone(None));
        let item = match live {
            Live::Unread(why) => self.empty(candidate, Action::Impossible, vec![why]),
            Live::Gone(_) => self.empty(candidate, Action::Skip, vec![already_so()]),
            Live::Found(live) => match remove(candidate.contract, &live) {
                Err(why) => self.empty(candidate, Action::Impossible, vec![why]),
                Ok(steps) => {
                    let mut item = self.empty(candidate, Action::Remove, Vec::new());
                    item.steps = steps;
                    item.live_id = Some(candidate.object.key.id.clone());
                    item.live = Some(live);
                    self.permitted(candidate.contract, item)
                }
            },
        };
        self.items.push(item);
    }

    /// The list of assignments is sent whole or not at all: when a group of it stands for nothing, the settings go alone.
    fn with_or_without_assignments<T>(&self, make: impl Fn(Choice) -> Result<T, Why>) -> Result<(T, Vec<Why>), Why> {
        match make(self.choice) {
            Ok(made) => Ok((made, Vec::new())),
            Err(why) if why.code == "restore.group_unmapped" && self.choice.settings => {
                let alone = Choice { assignments: false, ..self.choice };
                Ok((make(alone)?, vec![why]))
            }
            Err(why) => Err(why),
        }
    }

    /// What nobody may write is not tried, and what is not released is shown to be done by hand.
    fn permitted(&self, contract: &Contract, mut item: PlanItem) -> PlanItem {
        if item.steps.is_empty() {
            return item;
        }
        if let Mode::PreviewOnly { reason } = &contract.restore {
            item.by_hand = true;
            item.why.push(Why { code: "restore.by_hand".to_owned(), message: reason.clone() });
            return item;
        }
        let missing: Vec<&str> = contract
            .permissions
            .write
            .iter()
            .filter(|permission| !self.granted.contains(*permission))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            let message = format!("The application may not write it. Grant {} to it in Entra", missing.join(", "));
            item.why.insert(0, Why { code: "restore.permission_missing".to_owned(), message });
            item.action = Action::Impossible;
            item.steps.clear();
        }
        item
    }
}

/// The order of those that are left; or the ring that keeps them from having one.
fn order(written: &[Option<Candidate>], rest: &[usize]) -> Result<Vec<usize>, Vec<usize>> {
    let ordered: Vec<_> = rest
        .iter()
        .filter_map(|index| {
            let candidate = written[*index].as_ref()?;
            let document = candidate.document.as_ref()?;
            Some(Ordered { contract: candidate.contract, external_id: &candidate.object.key.id, document })
        })
        .collect();
    let places = |found: Vec<usize>| found.into_iter().map(|place| rest[place]).collect();
    in_order(&ordered).map(places).map_err(|cycle| places(cycle.items))
}

fn action_of(steps: &[Step]) -> Action {
    let assigns =
        |step: &Step| matches!(step.purpose, Purpose::Assign | Purpose::AddAssignment | Purpose::RemoveAssignment);
    match steps {
        [] => Action::Skip,
        steps if steps.iter().all(assigns) => Action::AssignmentsOnly,
        _ => Action::Update,
    }
}

fn promised_into(item: &mut PlanItem, steps: Vec<Step>, promised: Promise) {
    item.steps = steps;
    item.promised = Some(promised.document);
    item.promised_slots = promised.slots;
    item.unverifiable = promised.unverifiable;
    item.why.extend(promised.stays);
}

fn already_so() -> Why {
    Why { code: "restore.already_so".to_owned(), message: "It is as it should be already".to_owned() }
}

fn left_out() -> Why {
    Why { code: "restore.left_out".to_owned(), message: "It was left out".to_owned() }
}

fn same_target(name: &str) -> Why {
    let message =
        format!("Another object of this restore goes to \"{name}\" already. Choose another one, or leave it out");
    Why { code: "restore.same_target".to_owned(), message }
}
