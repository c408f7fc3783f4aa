//! Who records a type of a tenant at this moment.

use std::collections::BTreeSet;

use model::ids::{Id, TenantId};

use crate::db::Tx;
use crate::db::sql::sql;
use crate::{Engine, StoreError};

/// Until its end no other transaction records these types of the tenant. Two runs may see the same object at the same
/// moment: on PostgreSQL each would find it as it was before the other and make a version of its own. SQLite has one
/// writer at a time anyway. It comes before the proof of the lease: whoever waits here does not hold the row of its run,
/// so that its beat goes on.
pub(crate) async fn one_at_a_time<'a>(
    tx: &mut Tx,
    tenant: TenantId,
    type_keys: impl IntoIterator<Item = &'a str>,
) -> Result<(), StoreError> {
    if tx.engine() == Engine::Sqlite {
        return Ok(());
    }
    // In one order for everybody, so that no two wait for each other. The number keeps our names apart from other locks.
    for type_key in type_keys.into_iter().collect::<BTreeSet<_>>() {
        let name = format!("inventory/{}/{type_key}", tenant.uuid());
        tx.execute(sql!("select pg_advisory_xact_lock(hashtextextended($1, 8386093281337500518))", name)).await?;
    }
    Ok(())
}
