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
    /// What the objects were last, by Graph's id: what is still the same is not packed.
    last: HashMap<String, Last>,
}

/// The last complete version of an object.
struct Last {
    content_hash: Vec<u8>,
    /// Of what Graph sent.
    document_hash: Vec<u8>,
}

/// The content of a complete object whose document is the one of its last version, to the letter.
#[derive(Debug, Clone, Copy)]
pub struct Kept([u8; 32]);

/// An object as it is recorded.
pub struct SealedObject {
    /// Its document, text and content are empty once they are packed. Of a [`Kept`] content there never was a text.
    pub(super) object: RecordedObject,
    pub(super) content_hash: [u8; 32],
    /// Of the row of the list.
    pub(super) row_hash: Option<[u8; 32]>,
    /// Absent when its content is the last one, or it is not complete.
    pub(super) packed: Option<Packed>,
    /// Whether its text was made.
    has_text: bool,
}

/// What is stored of a new content.
pub(super) struct Packed {
    pub(super) document: Blob,
    /// What the object is found by; absent when it is still to be made.
    pub(super) lines: Option<Lines>,
}

impl Inventory<'_> {
    /// A sealer that knows what the objects of a type were last.
    pub async fn sealer(&self, type_key: &str) -> Result<Sealer, StoreError> {
        let statement = sql!(
            "select o.external_id, o.content_hash, v.blob_hash from inventory_objects o join versions v on v.id = o.version_id \
             where o.tenant_id = $1 and o.type_key = $2 and o.content_hash is not null",
            self.0.tenant_arg(),
            type_key,
        );
        let rows = self.0.db.fetch("inventory_objects", statement).await?;
        let last = rows.iter().map(|row| {
            let last = Last { content_hash: row.get("content_hash")?, document_hash: row.get("blob_hash")? };
            Ok((row.get("external_id")?, last))
        });
        Ok(Sealer { last: last.collect::<Result<_, StoreError>>()?, ..self.sealer_of_new() })
    }

    /// A sealer that knows nothing.
    pub(super) fn sealer_of_new(&self) -> Sealer {
        let (db, tenant) = (self.0.db.clone(), self.0.tenant());
        Sealer { hasher: db.keys().hasher(tenant), db, tenant, last: HashMap::new() }
    }
}

impl SealedObject {
    /// The groups that its assignments name.
    pub fn assigned_groups(&self) -> &[String] {
        &self.object.assigned_groups
    }
}

impl Sealer {
    /// The content of an object whose document is still the same: nobody has to look into it.
    pub fn kept(&self, external_id: &str, document: &[u8]) -> Option<Kept> {
        let last = self.last.get(external_id)?;
        let is_same = last.document_hash[..] == self.hasher.hash(document)[..];
        last.content_hash.as_slice().try_into().ok().filter(|_| is_same).map(Kept)
    }

    /// Seals one.
    pub fn seal(&self, object: RecordedObject) -> SealedObject {
        let content_hash = self.hasher.hash(&object.content);
        let is_known = self.last.get(&object.external_id).is_some_and(|last| last.content_hash[..] == content_hash[..]);
        let is_new = object.missing_parts.is_empty() && !is_known;
        let mut sealed = self.unpacked(object, content_hash, true);
        if is_new {
            self.pack(&mut sealed);
        }
        sealed
    }

    /// Seals one of which neither content nor text were made.
    pub fn seal_kept(&self, object: RecordedObject, Kept(content_hash): Kept) -> SealedObject {
        self.unpacked(object, content_hash, false)
    }

    fn unpacked(&self, object: RecordedObject, content_hash: [u8; 32], has_text: bool) -> SealedObject {
        let row_hash = object.signal.as_ref().map(|signal| self.hasher.hash(&signal.row));
        SealedObject { object, content_hash, row_hash, packed: None, has_text }
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
            lines: sealed.has_text.then(|| Lines::pack(&self.db, self.tenant, key, &lines)),
        });
    }
}
