//! Checkpoints: heads of chains, signed with a key that the database does not hold.

use serde::{Deserialize, Serialize};

use super::chain::{AuditChain, Hash};
use crate::db::Row;
use crate::db::sql::Arg;
use crate::keys::Keys;
use crate::{Db, StoreError};

/// A head of a chain as it was at a time, and the signature of both. Whoever keeps one elsewhere can prove later that
/// the chain up to there is still the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The chain.
    pub chain: AuditChain,
    /// The number of its links at that time.
    pub position: u64,
    /// The hash of the last one.
    #[serde(with = "hexadecimal")]
    pub hash: Vec<u8>,
    /// When it was signed, milliseconds since the Unix epoch, by the database's clock.
    #[serde(rename = "at_ms")]
    pub at: i64,
    /// Which key signed it; not a secret.
    #[serde(with = "hexadecimal")]
    pub key_id: Vec<u8>,
    /// The signature: BLAKE3 keyed with a key that is derived from the installation's.
    #[serde(with = "hexadecimal")]
    pub mac: Vec<u8>,
}

impl Checkpoint {
    pub(super) fn sign(keys: &Keys, chain: AuditChain, position: u64, hash: &Hash, at: i64) -> Self {
        let unsigned = Self { chain, position, hash: hash.to_vec(), at, key_id: keys.id().to_vec(), mac: Vec::new() };
        Self { mac: keys.sign_checkpoint(&unsigned.message()).as_bytes().to_vec(), ..unsigned }
    }

    /// Whether this installation's key signed exactly this.
    pub fn is_genuine(&self, db: &Db) -> bool {
        let Ok(mac) = <[u8; 32]>::try_from(self.mac.as_slice()) else { return false };
        // Compared in constant time.
        self.hash.len() == 32 && db.keys().sign_checkpoint(&self.message()) == blake3::Hash::from_bytes(mac)
    }

    /// What is signed. Every part but the hash has one width, and only a hash of 32 bytes is genuine.
    fn message(&self) -> Vec<u8> {
        let mut message = self.chain.uuid().into_bytes().to_vec();
        message.extend(self.position.to_le_bytes());
        message.extend(&self.hash);
        message.extend(self.at.to_le_bytes());
        message
    }

    pub(super) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            chain: AuditChain::of(row.get("chain")?),
            position: row.count("position")?,
            hash: row.get("hash")?,
            at: row.get("at")?,
            key_id: row.get("key_id")?,
            mac: row.get("mac")?,
        })
    }

    pub(super) fn into_row(self) -> Vec<Arg> {
        vec![
            self.chain.arg(),
            self.position.into(),
            self.hash.into(),
            self.at.into(),
            self.key_id.into(),
            self.mac.into(),
        ]
    }
}

mod hexadecimal {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&data_encoding::HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        crate::keys::from_hex(&text).ok_or_else(|| D::Error::custom("an even number of hexadecimal digits is expected"))
    }
}
