//! Fills a tenant from a seed, with the mix of object types that real tenants show.

use std::collections::HashSet;

use serde_json::Value;

use super::assignments::Sources;
use super::{
    admin_templates, catalog, compliance, device_configurations, directory, names::Namer, scripts, tenant_wide, types,
};
use crate::clock::{EPOCH, format_seconds};
use crate::random::Random;
use crate::store::Store;

/// What every generator of objects needs.
pub(crate) struct Maker {
    pub(crate) random: Random,
    pub(crate) namer: Namer,
    pub(crate) sources: Sources,
}

/// Collection, share of all objects in per mille, most there can be, and what makes one.
type Part = (&'static str, usize, usize, fn(&mut Maker) -> Value);

/// Everything but the few of other types, and the settings catalog, which takes the rest: about 40 %.
const PARTS: &[Part] = &[
    ("deviceManagement/deviceConfigurations", 200, usize::MAX, device_configurations::make),
    ("deviceManagement/deviceCompliancePolicies", 80, usize::MAX, compliance::make),
    ("identity/conditionalAccess/policies", 15, 40, tenant_wide::conditional_access),
    ("deviceManagement/deviceManagementScripts", 60, usize::MAX, scripts::windows),
    ("deviceManagement/groupPolicyConfigurations", 50, usize::MAX, admin_templates::make),
    ("deviceManagement/deviceHealthScripts", 40, usize::MAX, scripts::remediation),
    ("deviceManagement/deviceShellScripts", 40, usize::MAX, scripts::shell),
];

/// Objects others refer to, made first.
const REFERENCES: &[Part] = &[
    ("deviceManagement/assignmentFilters", 30, usize::MAX, tenant_wide::filter),
    ("deviceManagement/roleScopeTags", 15, usize::MAX, tenant_wide::scope_tag),
    ("deviceManagement/notificationMessageTemplates", 10, usize::MAX, tenant_wide::notification_template),
    ("identity/conditionalAccess/namedLocations", 10, 20, tenant_wide::named_location),
];

/// Adds so many objects, and a quarter as many groups.
pub(crate) fn generate(store: &mut Store, seed: u64, objects: usize) {
    let mut maker = Maker { random: Random::new(seed), namer: Namer::default(), sources: Sources::default() };
    for _ in 0..(objects / 4).max(12) {
        let group = directory::group(&mut maker);
        maker.sources.groups.push(text(&group, "id"));
        put(store, "groups", group);
    }
    let mut left = objects;
    let mut add = |store: &mut Store, maker: &mut Maker, part: &Part| {
        let (path, share, most, make) = part;
        // One at least of each, as long as something is left for the catalog.
        let count = (objects * share / 1000).clamp(1, *most).min(left.saturating_sub(1));
        left -= count;
        for _ in 0..count {
            let object = make(maker);
            maker.sources.note(path, &object);
            put(store, path, object);
        }
    };
    for part in REFERENCES.iter().chain(PARTS) {
        add(store, &mut maker, part);
    }
    let counts = types::counts(objects, room(objects, left));
    for _ in 0..left - counts.iter().sum::<usize>() {
        let policy = catalog::policy(&mut maker);
        maker.sources.note("deviceManagement/configurationPolicies", &policy);
        put(store, "deviceManagement/configurationPolicies", policy);
    }
    maker.random = Random::new(seed ^ OTHER_NUMBERS);
    for (one, count) in types::TYPES.iter().zip(counts) {
        for index in 0..count {
            let object = (one.make)(&mut maker, index);
            maker.sources.note(one.path, &object);
            put(store, one.path, object);
        }
    }
}

/// How many of the rest may be of other types: from this size on enough for one of each, half of it below, and the
/// settings catalog keeps some always.
fn room(objects: usize, rest: usize) -> usize {
    const ALL_TYPES_FROM: usize = 150;
    const CATALOG_LEAST: usize = 12;
    let most = if objects < ALL_TYPES_FROM { rest / 2 } else { rest };
    rest.saturating_sub(CATALOG_LEAST).min(most)
}

/// Keeps the numbers of the other types apart from those of the mix.
const OTHER_NUMBERS: u64 = 0x6f74_6865_7254_7970;

fn put(store: &mut Store, path: &str, object: Value) {
    let id = text(&object, "id");
    store.insert(path, &id, object);
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

impl Maker {
    /// Moments of creation and last change within three years before the simulator's day.
    pub(crate) fn moments(&mut self) -> (String, String) {
        let created = EPOCH - 94_000_000 + self.random.below(80_000_000) as i64;
        let modified = created + self.random.below(13_000_000) as i64;
        let fraction = self.random.below(10_000_000);
        let spell = |seconds: i64| format_seconds(seconds).replace('Z', &format!(".{fraction:07}Z"));
        (spell(created), spell(modified))
    }

    /// Scope tags of an object: mostly the built-in one.
    pub(crate) fn scope_tags(&mut self) -> Vec<String> {
        if self.sources.scope_tags.is_empty() || !self.random.chance(20) {
            return vec!["0".to_owned()];
        }
        let tag = self.random.pick(&self.sources.scope_tags).clone();
        vec!["0".to_owned(), tag]
    }

    /// A name nobody has yet.
    pub(crate) fn name(&mut self, platform: &str, topic: &str) -> String {
        self.namer.name(&mut self.random, platform, topic)
    }

    /// Distinct members of a list, in random order.
    pub(crate) fn several<'a, T>(&mut self, all: &'a [T], count: usize) -> Vec<&'a T> {
        let mut seen = HashSet::new();
        let mut chosen = Vec::new();
        while chosen.len() < count.min(all.len()) {
            let index = self.random.below(all.len());
            if seen.insert(index) {
                chosen.push(&all[index]);
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(seed: u64, objects: usize) -> Store {
        let mut store = Store::default();
        generate(&mut store, seed, objects);
        store
    }

    fn count(store: &Store, path: &str) -> usize {
        store.collection(path).map_or(0, |collection| collection.len())
    }

    #[test]
    fn a_seed_gives_the_same_tenant_always_and_another_seed_another() {
        let path = "deviceManagement/configurationPolicies";
        assert_eq!(made(7, 60).all(path), made(7, 60).all(path));
        assert_ne!(made(7, 60).all(path), made(8, 60).all(path));
    }

    #[test]
    fn exactly_so_many_objects_are_made_and_groups_besides() {
        for objects in [10, 60, 650] {
            let store = made(1, objects);
            let all: usize = store.paths().map(|(_, collection)| collection.len()).sum();
            let groups = count(&store, "groups");
            assert_eq!(all - groups, objects);
            assert_eq!(groups, (objects / 4).max(12));
        }
    }

    #[test]
    fn the_mix_is_that_of_a_real_tenant() {
        let store = made(3, 1000);
        let catalog = count(&store, "deviceManagement/configurationPolicies");
        assert!((350..=450).contains(&catalog), "{catalog}");
        let policies = store.all("deviceManagement/configurationPolicies");
        let settings = |policy: &Value| policy["settings"].as_array().map_or(0, Vec::len);
        assert!(policies.iter().any(|policy| settings(policy) > 25));
        assert!(policies.iter().all(|policy| (1..=60).contains(&settings(policy))));
        assert!(policies.iter().all(|policy| policy["settingCount"] == settings(policy)));
        let values = |policy: &Value| policy["definitionValues"].as_array().map_or(0, Vec::len);
        assert!(store.all("deviceManagement/groupPolicyConfigurations").iter().any(|policy| values(policy) > 1));
    }

    #[test]
    fn names_and_ids_are_unique_and_every_reference_leads_somewhere() {
        let store = made(5, 650);
        let mut names = HashSet::new();
        for (path, collection) in store.paths().filter(|(path, _)| path.as_str() != "groups") {
            for (_, object) in collection.after(0) {
                let name = crate::collections::name_of(object).unwrap_or_default();
                assert!(names.insert((path, name.to_lowercase())), "{path} {name}");
                for assignment in object["assignments"].as_array().into_iter().flatten() {
                    if let Some(group) = assignment["target"]["groupId"].as_str() {
                        assert!(store.get("groups", group).is_some());
                    }
                    if let Some(filter) = assignment["target"]["deviceAndAppManagementAssignmentFilterId"].as_str() {
                        assert!(store.get("deviceManagement/assignmentFilters", filter).is_some());
                    }
                }
            }
        }
    }

    #[test]
    fn what_the_other_types_refer_to_is_there() {
        let store = made(9, 2000);
        let follow = |from: &str, name: &str, to: &str| {
            let all = store.all(from);
            let texts = all.iter().flat_map(|object| match &object[name] {
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect::<Vec<_>>(),
            });
            let mut found = 0;
            for id in texts {
                assert!(store.get(to, id).is_some(), "{from} {name} {id}");
                found += 1;
            }
            assert!(found > 0, "{from} has no {name}");
        };
        let (apps, profiles) = ("deviceAppManagement/mobileApps", "deviceManagement/deviceConfigurations");
        follow("deviceAppManagement/mobileAppConfigurations", "targetedMobileApps", apps);
        follow("deviceManagement/deviceEnrollmentConfigurations", "selectedMobileAppIds", apps);
        follow(apps, "vppTokenId", "deviceAppManagement/vppTokens");
        follow("deviceManagement/roleAssignments", "roleDefinition", "deviceManagement/roleDefinitions");
        follow("deviceManagement/roleAssignments", "members", "groups");
        follow("deviceManagement/operationApprovalPolicies", "approverGroupIds", "groups");
        for name in ["rootCertificate", "rootCertificatesForServerValidation", "identityCertificate"] {
            follow(profiles, name, profiles);
        }
    }
}
