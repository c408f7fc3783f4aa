//! What a tenant holds, and what a run made in it.

use std::collections::BTreeMap;

use app::restores::Source;
use model::ids::BackupSetId;
use model::run::Outcome;
use serde_json::Value;
use store::WriteRow;
use testkit::{TestDatabase, World};

/// Objects of the tenant: enough for one of every type.
const OBJECTS: usize = 160;

/// A tenant with something of every type, and a set of all of it.
pub(super) async fn backed_up(database: &TestDatabase) -> (World, Source) {
    let world = World::seeded(database, OBJECTS).await;
    let (row, set) = world.back_up("before").await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
    (world, source)
}

/// A set of what the tenant holds at this moment.
pub(super) async fn backed_up_now(world: &World, name: &str) -> BackupSetId {
    // A backup takes what was observed in the last minutes as it is.
    world.drain().await;
    world.sync().await;
    let (row, set) = world.back_up(name).await;
    assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
    set
}

/// What a set holds, by type and id; nothing of what could not be taken into it.
pub(super) async fn contents(world: &World, set: BackupSetId) -> BTreeMap<(String, String), Option<Value>> {
    let scope = world.scope().await;
    let tenant = world.db.tenant(&scope);
    let mut contents = BTreeMap::new();
    for item in tenant.backups().items(set, None, 0, 100_000).await.unwrap() {
        let content = match item.version {
            Some(version) => {
                let document = tenant.versions().document(version).await.unwrap();
                Some(serde_json::from_slice(&document).unwrap())
            }
            None => None,
        };
        contents.insert((item.type_key, item.external_id), content);
    }
    contents
}

/// The ids of what these requests made, by item.
pub(super) fn made(rows: &[WriteRow]) -> BTreeMap<u32, String> {
    rows.iter().filter_map(|row| Some((row.item, row.ended.as_ref()?.1.made.clone()?))).collect()
}
