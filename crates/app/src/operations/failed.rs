//! Which items of a run a repetition has to handle.

use std::collections::BTreeSet;

use engine::RunCtx;
use model::ids::RunId;
use store::{ItemFilter, ItemRow, StoreError};

/// Items read at a time.
const PAGE: usize = 1_000;

/// Keys of failed items, as runs over the inventory name them: `TYPE/OBJECT`, or `type/TYPE` for a whole list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FailedKeys {
    /// Types whose list could not be read.
    pub types: BTreeSet<String>,
    /// Objects as type and id.
    pub objects: BTreeSet<(String, String)>,
}

impl FailedKeys {
    /// Every type that one of them belongs to, sorted.
    pub fn all_types(&self) -> BTreeSet<&str> {
        self.types.iter().chain(self.objects.iter().map(|(type_key, _)| type_key)).map(String::as_str).collect()
    }

    /// Whether a repetition handles this object.
    pub fn contains(&self, type_key: &str, external_id: &str) -> bool {
        self.types.contains(type_key) || self.objects.contains(&(type_key.to_owned(), external_id.to_owned()))
    }

    fn add(&mut self, key: &str) {
        match key.split_once('/') {
            Some(("type", type_key)) => drop(self.types.insert(type_key.to_owned())),
            Some((type_key, object)) => drop(self.objects.insert((type_key.to_owned(), object.to_owned()))),
            None => {}
        }
    }
}

/// What did not succeed in that run of the same tenant.
pub async fn failed_keys(ctx: &RunCtx, of: RunId) -> Result<FailedKeys, StoreError> {
    let mut keys = FailedKeys::default();
    failed_items(ctx, of).await?.iter().for_each(|item| keys.add(&item.key));
    Ok(keys)
}

/// The same as items.
pub(crate) async fn failed_items(ctx: &RunCtx, of: RunId) -> Result<Vec<ItemRow>, StoreError> {
    let runs = ctx.db.tenant(&ctx.scope).runs();
    let mut failed: Vec<ItemRow> = Vec::new();
    loop {
        let after = failed.last().map_or(0, |item| item.sequence);
        let items = runs.items(of, &ItemFilter::failed(), after, PAGE).await?;
        if items.is_empty() {
            return Ok(failed);
        }
        failed.extend(items);
    }
}

#[cfg(test)]
mod tests {
    use super::FailedKeys;

    #[test]
    fn keys_tell_lists_and_objects_apart() {
        let mut keys = FailedKeys::default();
        ["type/scopeTags", "settingsCatalog/a", "settingsCatalog/b", "nonsense"].iter().for_each(|key| keys.add(key));
        assert_eq!(keys.all_types().into_iter().collect::<Vec<_>>(), ["scopeTags", "settingsCatalog"]);
        assert!(keys.contains("scopeTags", "0") && keys.contains("settingsCatalog", "b"));
        assert!(!keys.contains("settingsCatalog", "c"));
    }
}
