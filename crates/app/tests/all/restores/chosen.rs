//! Objects of every kind that can be restored, and what is done to them by hand.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use app::restores::{ObjectKey, ShownPlan};
use model::diff::same_after_write;
use model::registry::content::path::edit_holders;
use model::registry::{Assignable, Contract, CreateMode, DIRECTORY, Mode, Registry, content};
use model::restore::{PlanItem, own};
use serde_json::{Value, json};
use testkit::restoring::planned;
use testkit::{World, by_hand};

/// One object, as it was.
pub(super) struct Chosen {
    pub(super) contract: &'static Contract,
    pub(super) id: String,
    pub(super) before: Value,
}

/// The first object that fits of each kind that can be restored: of each derived type, and of those that every directory has.
pub(super) async fn by_kind(world: &World, fits: impl Fn(&Chosen) -> bool) -> Vec<Chosen> {
    let mut found = BTreeMap::new();
    for one in all(world).await.into_iter().filter(fits) {
        let kind = content::object_type(&one.before).unwrap_or_default().to_owned();
        let built_in = content::is_built_in(one.contract, &one.before);
        found.entry((&one.contract.key, kind, built_in)).or_insert(one);
    }
    found.into_values().collect()
}

/// The first one of each type alone.
pub(super) fn of_each_type(chosen: Vec<Chosen>) -> Vec<Chosen> {
    let mut types = HashSet::new();
    chosen.into_iter().filter(|one| types.insert(&one.contract.key)).collect()
}

/// Every object of a type that can be restored that the tenant's lists show.
pub(super) async fn all(world: &World) -> Vec<Chosen> {
    let seen = world.objects().await;
    let seen: HashSet<_> = seen.iter().map(|row| (row.type_key.as_str(), row.external_id.as_str())).collect();

    let enabled = Registry::embedded().observed().filter(|contract| matches!(contract.restore, Mode::Enabled));
    let of = |contract: &'static Contract| {
        let objects = stored(world, contract);
        let chosen = move |before: Value| {
            let id = content::external_id(contract, &before)?.to_owned();
            Some(Chosen { contract, id, before })
        };
        objects.into_iter().filter_map(chosen)
    };
    let is_seen = |one: &Chosen| seen.contains(&(one.contract.key.as_str(), one.id.as_str()));
    enabled.flat_map(of).filter(is_seen).collect()
}

/// Types that can be restored of which none is among these.
pub(super) fn missing(chosen: &[Chosen]) -> Vec<&'static str> {
    let enabled = Registry::embedded().observed().filter(|contract| matches!(contract.restore, Mode::Enabled));
    let is_in = |contract: &&Contract| !chosen.iter().any(|one| one.contract.key == contract.key);
    enabled.filter(is_in).map(|contract| contract.key.as_str()).collect()
}

/// What a draft calls them.
pub(super) fn keys(chosen: &[Chosen]) -> BTreeSet<ObjectKey> {
    chosen.iter().map(Chosen::key).collect()
}

/// The simulator keeps what nobody wrote in its own ways: nothing said, an empty list, moments of rows.
pub(super) fn clean(value: &mut Value) {
    let says_nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match value {
        Value::Array(rows) => rows.iter_mut().for_each(clean),
        Value::Object(map) => {
            map.values_mut().for_each(clean);
            map.retain(|name, value| {
                !says_nothing(value) && !["createdDateTime", "lastModifiedDateTime"].contains(&name.as_str())
            });
        }
        _ => {}
    }
}

pub(super) fn forget(document: &mut Value, path: &str) {
    edit_holders(document, path, &mut |holder, name| {
        holder.shift_remove(name);
    });
}

/// The type whose objects stand inside of another one.
const BRANDING: &str = "companyBranding";

fn stored(world: &World, contract: &Contract) -> Vec<Value> {
    if contract.key != BRANDING {
        return world.simulator.objects(world.directory(), &collection(world, contract));
    }
    let organization = world.simulator.objects(world.directory(), "organization");
    organization[0]["branding"]["localizations"].as_array().cloned().unwrap_or_default()
}

fn collection(world: &World, contract: &Contract) -> String {
    contract.path.replace(DIRECTORY, world.directory())
}

impl Chosen {
    pub(super) fn can_be_changed(&self) -> bool {
        let mut changed = self.before.clone();
        by_hand::change(self.contract, &mut changed);
        self.contract.update.method != "none" && changed != self.before
    }

    /// Whether a restore makes it, and cannot take it away again.
    pub(super) fn is_made_by_changing_it(&self) -> bool {
        !self.contract.single && self.contract.create.mode == CreateMode::PatchOnly
    }

    pub(super) fn can_be_made_again(&self) -> bool {
        by_hand::can_be_made_again(self.contract, &self.before)
    }

    fn is_branding(&self) -> bool {
        self.contract.key == BRANDING
    }

    /// It stands inside of the organisation.
    fn brand(&self, world: &World, edit: impl FnOnce(&mut Vec<Value>)) {
        let change = |organization: &mut Value| {
            edit(organization["branding"]["localizations"].as_array_mut().unwrap());
        };
        let organization = world.simulator.objects(world.directory(), "organization");
        let id = organization[0]["id"].as_str().unwrap();
        assert!(world.simulator.change(world.directory(), "organization", id, change));
    }

    /// Where the simulator has it.
    fn place(&self, world: &World) -> (String, &str) {
        (collection(world, self.contract), if self.contract.single { "" } else { &self.id })
    }

    pub(super) fn is_there(&self, world: &World) -> bool {
        stored(world, self.contract).iter().any(|object| content::external_id(self.contract, object) == Some(&self.id))
    }

    /// What has that id is as this was, with the new ids in place of old ones: but for what is held back, for what nobody can
    /// compare, and for what the service says itself.
    pub(super) fn assert_as_before(&self, world: &World, id: &str, ids: &[(String, String)], plan: &ShownPlan) {
        let found = stored(world, self.contract)
            .into_iter()
            .find(|object| content::external_id(self.contract, object) == Some(id));
        let mut now = found.unwrap_or_else(|| panic!("{} {id} is not there", self.contract.key));
        let mut text = self.before.to_string();
        for (old, new) in ids {
            text = text.replace(&Value::from(old.as_str()).to_string(), &Value::from(new.as_str()).to_string());
        }
        let mut before: Value = serde_json::from_str(&text).unwrap();
        let item = planned(plan, &self.contract.key, &self.id);
        for document in [&mut before, &mut now] {
            let contract = self.contract;
            contract.held.iter().for_each(|held| forget(document, &held.property));
            item.unverifiable.iter().for_each(|path| forget(document, path));
            contract.strip.iter().filter(|path| contract.part(path).is_none()).for_each(|path| forget(document, path));
            // A definition is named by its id; what else is said of it is not the policy's.
            forget(document, "definitionValues[].definition.classType");
            for name in &contract.update.not_null {
                if document.get(name).is_some_and(Value::is_null) {
                    forget(document, name);
                }
            }
            *document = own(contract, document);
            clean(document);
        }
        let differs = same_after_write(self.contract, &before, &now);
        assert!(differs.is_empty(), "{} {id}: {:#?}", self.contract.key, differs.changes());
    }

    /// Edits it where it stands.
    fn edit(&self, world: &World, edit: impl FnOnce(&mut Value)) {
        if self.is_branding() {
            return self.brand(world, |rows| edit(rows.iter_mut().find(|row| row["id"] == self.id.as_str()).unwrap()));
        }
        let (collection, key) = self.place(world);
        assert!(world.simulator.change(world.directory(), &collection, key, edit), "{} {}", self.contract.key, self.id);
    }

    pub(super) fn change_by_hand(&self, world: &World) {
        self.edit(world, |object| by_hand::change(self.contract, object));
    }

    /// The object that an item of a plan changes or removes.
    pub(super) fn of_plan(world: &World, item: &PlanItem) -> Self {
        let (contract, id) = (Registry::embedded().get(&item.type_key).unwrap(), item.live_id.clone().unwrap());
        let is_it = |object: &Value| content::external_id(contract, object) == Some(&id);
        let before = stored(world, contract).into_iter().find(is_it).unwrap();
        Self { contract, id, before }
    }

    /// Makes it what it was, whatever has become of it.
    pub(super) fn put_back(&self, world: &World) {
        if self.is_branding() {
            return self.brand(world, |rows| {
                rows.retain(|row| row["id"] != self.id.as_str());
                rows.push(self.before.clone());
            });
        }
        let (collection, key) = self.place(world);
        let there = |object: &mut Value| *object = self.before.clone();
        if !world.simulator.change_silently(world.directory(), &collection, key, there) {
            assert!(world.simulator.insert(world.directory(), &collection, self.before.clone()), "{}", self.id);
        }
    }

    /// Gives it a text of which nobody knows.
    pub(super) fn rename(&self, world: &World) {
        let name = match &self.before {
            _ if self.is_branding() => "signInPageText",
            before if before.get("description").is_some() => "description",
            _ => "displayName",
        };
        self.edit(world, |object| object[name] = json!("of somebody else"));
    }

    /// Whether it has a list of assignments that anybody can change.
    pub(super) fn is_assigned(&self) -> bool {
        let list = matches!(self.contract.assignable, Assignable::Action(_));
        list && !content::is_built_in(self.contract, &self.before)
    }

    /// Edits its assignments.
    pub(super) fn assign(&self, world: &World, edit: impl FnOnce(&mut Vec<Value>)) {
        let part = self.contract.assignable.part().unwrap();
        self.edit(world, |object| {
            let mut rows = object[part].as_array().cloned().unwrap_or_default();
            edit(&mut rows);
            object[part] = Value::Array(rows);
        });
    }

    /// Somebody makes one like it.
    pub(super) fn copy(&self, world: &World, number: usize) {
        let mut copy = self.before.clone();
        copy["id"] = json!(format!("c0b70000-0000-4000-8000-{number:012}"));
        copy[self.contract.name.as_deref().unwrap_or("displayName")] = json!(format!("Another one, {number}"));
        let (collection, _) = self.place(world);
        assert!(world.simulator.insert(world.directory(), &collection, copy), "{}", self.contract.key);
    }

    /// What a draft calls it.
    pub(super) fn key(&self) -> ObjectKey {
        ObjectKey::new(&self.contract.key, &self.id)
    }

    /// Removes it, into the deleted items where its kind has some.
    pub(super) fn remove(&self, world: &World) {
        if self.is_branding() {
            return self.brand(world, |rows| rows.retain(|row| row["id"] != self.id.as_str()));
        }
        let (collection, key) = self.place(world);
        assert!(world.simulator.remove(world.directory(), &collection, key), "{}", self.contract.key);
        if let Some(bin) = &self.contract.deleted {
            let mut deleted = self.before.clone();
            deleted["deletedDateTime"] = json!("2026-01-01T00:00:00Z");
            assert!(world.simulator.insert(world.directory(), bin, deleted));
        }
    }
}
