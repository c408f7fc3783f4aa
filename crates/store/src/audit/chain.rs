//! What a chain is: the encoding of an entry, and the hash of a link. Written down in `docs/engine.md`, so that anybody can
//! compute it again.

use std::fmt;
use std::str::FromStr;

use model::ids::{Id, ParseIdError, TenantId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::StoreError;
use crate::db::Row;
use crate::db::sql::Arg;

/// A hash of this chain.
pub(super) type Hash = [u8; 32];

/// In front of the first link.
pub(super) const NOTHING: Hash = [0; 32];
/// Keeps these hashes apart from all others.
const LINK: &str = "TenantAtlas 2026 audit link";
const WORKSPACE: &str = "installation";

/// Which chain: a tenant's, or the installation's own for entries of no tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuditChain(pub Option<TenantId>);

impl AuditChain {
    /// As it is stored and hashed: the tenant, or zeros.
    pub(super) fn uuid(self) -> Uuid {
        self.0.map_or(Uuid::nil(), Id::uuid)
    }

    pub(super) fn of(uuid: Uuid) -> Self {
        Self((!uuid.is_nil()).then(|| TenantId::from_uuid(uuid)))
    }

    pub(super) fn arg(self) -> Arg {
        Arg::from(self.uuid())
    }
}

impl fmt::Display for AuditChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(tenant) => tenant.fmt(f),
            None => f.write_str(WORKSPACE),
        }
    }
}

impl FromStr for AuditChain {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        if text == WORKSPACE { Ok(Self(None)) } else { text.parse().map(|tenant| Self(Some(tenant))) }
    }
}

impl Serialize for AuditChain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AuditChain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// All columns of an entry, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) id: Uuid,
    pub(super) at: i64,
    pub(super) tenant: Option<Uuid>,
    pub(super) actor_id: Option<Uuid>,
    pub(super) actor_name: String,
    pub(super) address: Option<String>,
    pub(super) action: String,
    pub(super) object: Option<String>,
    pub(super) run: Option<Uuid>,
    pub(super) outcome: String,
    pub(super) detail: Option<String>,
}

impl Content {
    pub(super) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            tenant: row.get("tenant_id")?,
            actor_id: row.get("actor_id")?,
            actor_name: row.get("actor_name")?,
            address: row.get("address")?,
            action: row.get("action")?,
            object: row.get("object")?,
            run: row.get("run_id")?,
            outcome: row.get("outcome")?,
            detail: row.get("detail")?,
        })
    }

    pub(super) fn chain(&self) -> AuditChain {
        AuditChain(self.tenant.map(TenantId::from_uuid))
    }

    /// The columns in the order of their table. Each says whether it is there and how long it is, so that no two entries
    /// have one encoding.
    fn encoding(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        let mut add = |column: Option<&[u8]>| match column {
            None => bytes.push(0),
            Some(value) => {
                bytes.push(1);
                bytes.extend((value.len() as u64).to_le_bytes());
                bytes.extend(value);
            }
        };
        add(Some(self.id.as_bytes()));
        add(Some(&self.at.to_le_bytes()));
        add(self.tenant.as_ref().map(|id| &id.as_bytes()[..]));
        add(self.actor_id.as_ref().map(|id| &id.as_bytes()[..]));
        add(Some(self.actor_name.as_bytes()));
        add(self.address.as_ref().map(String::as_bytes));
        add(Some(self.action.as_bytes()));
        add(self.object.as_ref().map(String::as_bytes));
        add(self.run.as_ref().map(|id| &id.as_bytes()[..]));
        add(Some(self.outcome.as_bytes()));
        add(self.detail.as_ref().map(String::as_bytes));
        bytes
    }

    /// The hash of the link of this entry at that position, behind the link with the hash `previous`.
    pub(super) fn link(&self, chain: AuditChain, position: u64, previous: &Hash) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key(LINK);
        hasher.update(chain.uuid().as_bytes());
        hasher.update(&position.to_le_bytes());
        hasher.update(previous);
        hasher.update(&self.encoding());
        *hasher.finalize().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Few values, so that two entries are often alike but for where a text ends and what is absent.
    fn entries() -> impl Strategy<Value = Content> {
        let id = || (0..3_u128).prop_map(Uuid::from_u128);
        let text = || "[a\u{1}\u{0}]{0,3}";
        let some = || prop::option::of(text());
        let who = (id(), 0..3_i64, prop::option::of(id()), prop::option::of(id()), text(), some());
        (who, text(), some(), prop::option::of(id()), text(), some()).prop_map(
            |((id, at, tenant, actor_id, actor_name, address), action, object, run, outcome, detail)| Content {
                id,
                at,
                tenant,
                actor_id,
                actor_name,
                address,
                action,
                object,
                run,
                outcome,
                detail,
            },
        )
    }

    /// Another entry that differs in little: two of the text columns are cut elsewhere, or are the other's.
    fn nearly(entry: &Content, cut: usize) -> Content {
        let joined = format!("{}{}", entry.actor_name, entry.action);
        let at = joined.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(joined.len());
        let (actor_name, action) = joined.split_at(at);
        Content { actor_name: actor_name.into(), action: action.into(), ..entry.clone() }
    }

    proptest! {
        #[test]
        fn two_different_entries_have_different_encodings(one in entries(), other in entries(), cut in 0..7_usize) {
            let near = nearly(&one, cut);
            for other in [other, near] {
                prop_assert_eq!(one == other, one.encoding() == other.encoding());
            }
        }

        #[test]
        fn an_absent_column_is_no_empty_one(entry in entries()) {
            let (absent, empty) = (None, Some(String::new()));
            for (detail, object) in [(&absent, &empty), (&empty, &absent), (&empty, &empty)] {
                let other = Content { detail: detail.clone(), object: object.clone(), ..entry.clone() };
                let without = Content { detail: None, object: None, ..entry.clone() };
                prop_assert_ne!(other.encoding(), without.encoding());
            }
        }
    }

    #[test]
    fn the_place_in_a_chain_is_part_of_the_hash() {
        let entry = Content {
            id: Uuid::from_u128(1),
            at: 1,
            tenant: None,
            actor_id: None,
            actor_name: "system".into(),
            address: None,
            action: "a.b".into(),
            object: None,
            run: None,
            outcome: "succeeded".into(),
            detail: None,
        };
        let (none, other) = (AuditChain(None), AuditChain::of(Uuid::from_u128(7)));
        let hashes = [
            entry.link(none, 1, &NOTHING),
            entry.link(none, 2, &NOTHING),
            entry.link(none, 1, &[1; 32]),
            entry.link(other, 1, &NOTHING),
        ];
        assert_eq!(hashes.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    }
}
