//! What takes processor time before an object can be recorded: hashes, compression, encryption. No statement is needed for
//! it, so that it is done on any thread while other objects are written.

use std::collections::HashMap;

use model::ids::TenantId;

use super::texts::Lines;
use super::{Inventory, RecordedObject};
use crate::blobs::Blob;
use crate::db::sql::sql;
use crate::keys::ContentHasher;
use crate::{Db, StoreError};

/// Seals objects of one tenant.
pub struct Sealer {
    db: Db,
    tenant: TenantId,
    hasher: ContentHasher,
    /// Hashes of the last contents, by Graph's id: what has the same is not packed.
    known: HashMap<String, Vec<u8>>,
}

/// An object as it is recorded.
pub struct SealedObject {
    /// Its document, text and content are empty once they are packed.
    pub(super) object: RecordedObject,
    pub(super) content_hash: [u8; 32],
    /// Of the row of the list.
    pub(super) row_hash: Option<[u8; 32]>,
    /// Absent when its content is the last one, or it is not complete.
    pub(super) packed: Option<Packed>,
}

/// What is stored of a new content.
pub(super) struct Packed {
    pub(super) document: Blob,
    /// What the object is found by.
    pub(super) lines: Lines,
}

impl Inventory<'_> {
    /// A sealer that knows what the objects of a type were last.
    pub async fn sealer(&self, type_key: &str) -> Result<Sealer, StoreError> {
        let statement = sql!(
            "select external_id, content_hash from inventory_objects where tenant_id = $1 and type_key = $2 \
             and content_hash is not null",
            self.0.tenant_arg(),
            type_key,
        );
        let rows = self.0.db.fetch("inventory_objects", statement).await?;
        let known = rows.iter().map(|row| Ok((row.get("external_id")?, row.get("content_hash")?)));
        Ok(Sealer { known: known.collect::<Result<_, StoreError>>()?, ..self.sealer_of_new() })
    }

    /// A sealer that knows nothing.
    pub(super) fn sealer_of_new(&self) -> Sealer {
        let (db, tenant) = (self.0.db.clone(), self.0.tenant());
        Sealer { hasher: db.keys().hasher(tenant), db, tenant, known: HashMap::new() }
    }
}

impl Sealer {
    /// Seals one.
    pub fn seal(&self, object: RecordedObject) -> SealedObject {
        let content_hash = self.hasher.hash(&object.content);
        let row_hash = object.signal.as_ref().map(|signal| self.hasher.hash(&signal.row));
        let is_known = self.known.get(&object.external_id).is_some_and(|hash| hash[..] == content_hash[..]);
        let is_new = object.missing_parts.is_empty() && !is_known;
        let mut sealed = SealedObject { object, content_hash, row_hash, packed: None };
        if is_new {
            self.pack(&mut sealed);
        }
        sealed
    }

    /// Packs what is to be a version, unless it is packed.
    pub(super) fn pack(&self, sealed: &mut SealedObject) {
        if sealed.packed.is_some() {
            return;
        }
        let object = &mut sealed.object;
        let (document, lines) = (std::mem::take(&mut object.document), std::mem::take(&mut object.searched.lines));
        object.content = Vec::new();
        let hash = self.hasher.hash(&document);
        let key = (object.type_key.as_str(), object.external_id.as_str());
        sealed.packed = Some(Packed {
            document: Blob::pack(&self.db, self.tenant, hash, &document),
            lines: Lines::pack(&self.db, self.tenant, key, &lines),
        });
    }
}
