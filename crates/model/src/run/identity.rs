//! What makes two starts the same run.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::canonical;
use crate::ids::{Id, TenantId};

/// SHA-256 over tenant, type and the canonical JSON of the effective inputs that the type names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity([u8; 32]);

impl Identity {
    /// `inputs` holds just the fields that count; their order does not matter.
    pub fn of(tenant: TenantId, run_type: &str, inputs: &Value) -> Self {
        let mut hash = Sha256::new();
        hash.update(tenant.uuid().as_bytes());
        hash.update((run_type.len() as u64).to_le_bytes());
        hash.update(run_type.as_bytes());
        hash.update(canonical::to_string(inputs).as_bytes());
        Self(hash.finalize().into())
    }

    /// The database's form.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0[..6]))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_order_of_inputs_does_not_matter_and_everything_else_does() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(1));
        let one = Identity::of(tenant, "inventory.sync", &json!({"a": 1, "b": [1, 2]}));
        assert_eq!(one, Identity::of(tenant, "inventory.sync", &json!({"b": [1, 2], "a": 1})));
        assert_ne!(one, Identity::of(tenant, "inventory.sync", &json!({"b": [2, 1], "a": 1})));
        assert_ne!(one, Identity::of(tenant, "policy.sync", &json!({"a": 1, "b": [1, 2]})));
        let other = TenantId::from_uuid(Uuid::from_u128(2));
        assert_ne!(one, Identity::of(other, "inventory.sync", &json!({"a": 1, "b": [1, 2]})));
    }
}
