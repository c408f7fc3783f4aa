//! The objects of one tenant. Every object is stored whole, its parts (settings, assignments, …) inline.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// Objects by collection path, for example `deviceManagement/configurationPolicies`.
#[derive(Debug, Default)]
pub(crate) struct Store {
    collections: HashMap<String, Collection>,
    last_sequence: u64,
    /// Moves with everything that may have been written.
    revision: u64,
    /// What clients wrote and no answer shows, by reference.
    secrets: BTreeMap<String, String>,
    /// What was gathered from all objects, with the revision of then.
    gathered: Mutex<Option<(u64, Arc<Gathered>)>>,
}

/// Texts by a word that leads to them.
pub(crate) type Gathered = HashMap<String, BTreeSet<String>>;

/// Objects in the order of their creation.
#[derive(Debug, Default)]
pub(crate) struct Collection {
    objects: BTreeMap<u64, Value>,
    sequences: HashMap<String, u64>,
}

impl Collection {
    /// Objects after a position, with their positions.
    pub(crate) fn after(&self, position: u64) -> impl Iterator<Item = (u64, &Value)> {
        self.objects.range(position + 1..).map(|(sequence, object)| (*sequence, object))
    }

    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.objects.get(self.sequences.get(id)?)
    }
}

impl Store {
    pub(crate) fn collection(&self, path: &str) -> Option<&Collection> {
        self.collections.get(path)
    }

    pub(crate) fn get(&self, path: &str, id: &str) -> Option<&Value> {
        self.collection(path)?.get(id)
    }

    /// The same number as before: nothing was written since.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// What `gather` makes of all objects, once for each revision: every row of a long answer may ask for it.
    pub(crate) fn gathered(&self, gather: impl FnOnce(&Self) -> Gathered) -> Arc<Gathered> {
        let mut kept = self.gathered.lock().expect("nobody panics while gathering");
        match &*kept {
            Some((revision, all)) if *revision == self.revision => all.clone(),
            _ => {
                let all = Arc::new(gather(self));
                *kept = Some((self.revision, all.clone()));
                all
            }
        }
    }

    pub(crate) fn get_mut(&mut self, path: &str, id: &str) -> Option<&mut Value> {
        self.revision += 1;
        let collection = self.collections.get_mut(path)?;
        collection.objects.get_mut(collection.sequences.get(id)?)
    }

    pub(crate) fn all(&self, path: &str) -> Vec<Value> {
        self.collection(path).map(|collection| collection.objects.values().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = (&String, &Collection)> {
        self.collections.iter()
    }

    /// Adds an object, or replaces the one with the same id in its place.
    pub(crate) fn insert(&mut self, path: &str, id: &str, object: Value) {
        self.revision += 1;
        let collection = self.collections.entry(path.to_owned()).or_default();
        let sequence = *collection.sequences.entry(id.to_owned()).or_insert_with(|| {
            self.last_sequence += 1;
            self.last_sequence
        });
        collection.objects.insert(sequence, object);
    }

    /// Puts a secret away under the reference by which it is asked for.
    pub(crate) fn keep_secret(&mut self, reference: &str, secret: String) {
        self.secrets.insert(reference.to_owned(), secret);
    }

    /// All of them, by reference.
    pub(crate) fn secrets(&self) -> &BTreeMap<String, String> {
        &self.secrets
    }

    pub(crate) fn secret(&self, reference: &str) -> Option<&str> {
        self.secrets.get(reference).map(String::as_str)
    }

    pub(crate) fn remove(&mut self, path: &str, id: &str) -> Option<Value> {
        self.revision += 1;
        let collection = self.collections.get_mut(path)?;
        let sequence = collection.sequences.remove(id)?;
        collection.objects.remove(&sequence)
    }
}
