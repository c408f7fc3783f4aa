//! What two documents name by id, as their tenants call it.

use std::collections::{BTreeSet, HashMap};

use model::AppError;
use model::diff::{Names, Side};
use model::registry::Contract;
use model::registry::content::{Definitions, Reference, references};
use serde_json::Value;
use store::{Db, TenantScope};

/// What is looked up of one document; real policies name some dozens.
const NAMES_MAX: usize = 1_000;

/// From the database alone.
pub(super) struct TenantNames {
    definitions: Definitions,
    objects: HashMap<(Side, String, String), String>,
}

impl TenantNames {
    pub(super) async fn read(
        db: &Db,
        contract: &Contract,
        old: (&TenantScope, &Value),
        new: (&TenantScope, &Value),
    ) -> Result<Self, AppError> {
        let ids: BTreeSet<&str> = super::settings(contract, [old.1, new.1]).collect();
        let ids = || ids.iter().copied();
        // Where both tenants know a setting, the new document's one says what it is called.
        let mut definitions = db.tenant(old.0).definitions().names(ids()).await?;
        definitions.extend(db.tenant(new.0).definitions().names(ids()).await?);
        let mut objects = HashMap::new();
        for (side, (scope, document)) in [(Side::Old, old), (Side::New, new)] {
            read(db, scope, side, &references(contract, document), &mut objects).await?;
        }
        Ok(Self { definitions, objects })
    }
}

async fn read(
    db: &Db,
    scope: &TenantScope,
    side: Side,
    named: &[Reference],
    objects: &mut HashMap<(Side, String, String), String>,
) -> Result<(), AppError> {
    let tenant = db.tenant(scope);
    let named = || named.iter().take(NAMES_MAX).filter(|reference| !reference.kind.starts_with("external:"));
    let groups = named().filter(|reference| reference.kind == "groups");
    let groups: Vec<String> = groups.map(|reference| reference.external_id.clone()).collect();
    for (id, name) in tenant.groups().names(&groups).await? {
        objects.insert((side, "groups".to_owned(), id), name);
    }
    let others: Vec<Reference> = named().filter(|reference| reference.kind != "groups").cloned().collect();
    for found in tenant.inventory().linked_objects(&others).await? {
        if let Some(name) = found.name.filter(|name| !name.is_empty()) {
            objects.insert((side, found.reference.kind, found.reference.external_id), name);
        }
    }
    Ok(())
}

impl Names for TenantNames {
    fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    fn object(&self, side: Side, kind: &str, id: &str) -> Option<String> {
        self.objects.get(&(side, kind.to_owned(), id.to_owned())).cloned()
    }
}
