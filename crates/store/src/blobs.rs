//! Observed documents: stored once per tenant and content, compressed, then encrypted.

use std::cell::RefCell;

use data_encoding::HEXLOWER;
use model::ids::TenantId;
use zstd::bulk::{Compressor, Decompressor};

use crate::db::Tx;
use crate::db::sql::{Builder, id};
use crate::{Db, StoreError};

/// The fastest: JSON shrinks to a quarter or a tenth at any level. At level 3 a tenant's documents take 0.7 % less, and a
/// fifth more instructions.
const LEVEL: i32 = 1;

thread_local! {
    /// Setting one up takes as long as compressing a small document.
    static COMPRESSOR: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(LEVEL).expect("the level is one that the library knows"));
    /// The same holds for it.
    static DECOMPRESSOR: RefCell<Decompressor<'static>> =
        RefCell::new(Decompressor::new().expect("nothing is loaded into it"));
}

/// A packed document.
pub(crate) struct Blob {
    /// Names it.
    pub(crate) hash: [u8; 32],
    body: Vec<u8>,
    /// Its length before it was packed.
    pub(crate) bytes: usize,
}

impl Blob {
    /// Packs a document of the tenant that has the hash.
    pub(crate) fn pack(db: &Db, tenant: TenantId, hash: [u8; 32], document: &[u8]) -> Self {
        Self { hash, body: pack(db, &place("blobs", tenant, &hash), document), bytes: document.len() }
    }
}

/// Authenticated with the row that the hash names: one moved to another row, table or tenant does not decrypt.
pub(crate) fn place(table: &str, tenant: TenantId, hash: &[u8]) -> String {
    format!("{table}/{tenant}/{}", HEXLOWER.encode(hash))
}

/// Stores those that are not there yet.
pub(crate) async fn store(tx: &mut Tx, tenant: TenantId, blobs: &[&Blob]) -> Result<(), StoreError> {
    if blobs.is_empty() {
        return Ok(());
    }
    let rows = blobs
        .iter()
        .map(|blob| vec![id(tenant).into(), (&blob.hash).into(), blob.body.as_slice().into(), blob.bytes.into()]);
    let mut insert = Builder::new("insert into blobs (tenant_id, hash, body, bytes) ");
    insert.rows(rows);
    insert.text(" on conflict (tenant_id, hash) do nothing");
    tx.execute(insert.statement()).await?;
    Ok(())
}

/// The document of a stored body.
pub(crate) fn open(db: &Db, tenant: TenantId, hash: &[u8], body: &[u8], bytes: u64) -> Result<Vec<u8>, StoreError> {
    unpack(db, &place("blobs", tenant, hash), body, bytes)
}

/// Compressed, then encrypted for that place.
pub(crate) fn pack(db: &Db, place: &str, plain: &[u8]) -> Vec<u8> {
    let packed = COMPRESSOR.with_borrow_mut(|compressor| compressor.compress(plain));
    let packed = packed.expect("compression into memory cannot fail");
    db.keys().encrypt(db.ambient(), place, &packed)
}

/// What was packed for that place; `bytes` is its length.
pub(crate) fn unpack(db: &Db, place: &str, body: &[u8], bytes: u64) -> Result<Vec<u8>, StoreError> {
    let packed = db.keys().decrypt(place, body)?;
    let capacity = usize::try_from(bytes).map_err(|_| StoreError::Undecryptable)?;
    let plain = DECOMPRESSOR.with_borrow_mut(|decompressor| decompressor.decompress(&packed, capacity));
    plain.map_err(|_| StoreError::Undecryptable)
}
