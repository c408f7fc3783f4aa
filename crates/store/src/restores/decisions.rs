//! What was decided about ids of another directory, so that it is asked once for each pair of tenants.

use model::AppError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Restores;
use crate::db::sql::{Arg, Builder, id};
use crate::{StoreError, audit, blobs};

/// Rows per statement.
const ROWS_MAX: usize = 500;

/// One decision about one id of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The directory that the id is from (a GUID).
    pub directory_id: String,
    /// Key of the contract that it belongs to, or `external:` and a word.
    pub kind: String,
    /// The id there.
    pub external_id: String,
    /// What was decided, in the feature's words.
    pub choice: Value,
}

impl Restores<'_> {
    /// Remembers decisions; a later one about the same id replaces the earlier one.
    pub async fn remember(&self, decisions: &[Decision]) -> Result<(), AppError> {
        let mut tx = self.0.db.begin("restores.remember").await?;
        let at = audit::now(&mut tx).await?;
        for chunk in decisions.chunks(ROWS_MAX) {
            let mut upsert =
                Builder::new("insert into restore_decisions (tenant_id, key_hash, body, bytes, decided_at) ");
            upsert.rows(chunk.iter().map(|decision| {
                let hash = self.hash(&decision.directory_id, &decision.kind, &decision.external_id);
                let (body, bytes) = self.sealed(&self.place(&hash), decision);
                vec![id(self.0.tenant()).into(), (&hash).into(), body.into(), bytes.into(), at.into()]
            }));
            upsert.text(
                " on conflict (tenant_id, key_hash) do update set body = excluded.body, bytes = excluded.bytes, \
                 decided_at = excluded.decided_at",
            );
            tx.execute(upsert.statement()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What was decided about these ids (kind and id) of a directory.
    pub async fn decided(&self, directory_id: &str, asked: &[(String, String)]) -> Result<Vec<Decision>, StoreError> {
        let hashes: Vec<_> = asked.iter().map(|(kind, external)| self.hash(directory_id, kind, external)).collect();
        let mut found = Vec::new();
        for chunk in hashes.chunks(ROWS_MAX) {
            let mut query = Builder::new("select key_hash, body, bytes from restore_decisions where ");
            query.with("tenant_id = {} and key_hash", [self.0.tenant_arg().into()]);
            query.one_of(chunk.iter().map(Arg::from));
            for row in self.0.db.fetch("restore_decisions", query.statement()).await? {
                let (hash, body): (Vec<u8>, Vec<u8>) = (row.get("key_hash")?, row.get("body")?);
                let plain = blobs::unpack(self.0.db, &self.place(&hash), &body, row.count("bytes")?)?;
                found.push(serde_json::from_slice(&plain).map_err(|_| StoreError::Undecryptable)?);
            }
        }
        Ok(found)
    }

    /// Which ids a tenant's policies name is told by its policies, which are encrypted: so it is found by a keyed hash.
    fn hash(&self, directory_id: &str, kind: &str, external_id: &str) -> [u8; 32] {
        let text = format!("restore_decisions/{directory_id}/{kind}/{external_id}");
        self.0.db.keys().hasher(self.0.tenant()).hash(text.as_bytes())
    }

    fn place(&self, hash: &[u8]) -> String {
        blobs::place("restore_decisions", self.0.tenant(), hash)
    }
}
