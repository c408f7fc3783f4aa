//! Keys: secrets and versions are encrypted with a key that the database does not hold.
//!
//! XChaCha20-Poly1305 with a random 24-byte nonce per value, the id of the key in front, and the place where the
//! value belongs as associated data, so that a value moved to another row or tenant does not decrypt. Content hashes
//! are BLAKE3 keyed per tenant, so that equal content in two tenants cannot be told to be equal.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER_PERMISSIVE;
use model::Ambient;
use model::ids::{Id, TenantId};
use zeroize::Zeroizing;

use crate::StoreError;
use crate::db::PoolsRef;
use crate::db::sql::sql;

type Secret = Zeroizing<[u8; 32]>;

const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const CHECK_TEXT: &[u8] = b"TenantAtlas key check";
const CHECK_PLACE: &str = "installation/key_check";

/// Where the key comes from.
#[derive(Clone)]
pub struct Keyring(Source);

#[derive(Clone)]
enum Source {
    Given(Secret),
    File(PathBuf),
}

impl Keyring {
    /// From 64 hexadecimal digits or base64 of 32 bytes, as an environment variable holds it.
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        parse(text).map(|key| Self(Source::Given(key)))
    }

    /// From a file, made with mode 0600 when the database is new.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Source::Given(_) => f.write_str("Keyring(given)"),
            Source::File(path) => write!(f, "Keyring({})", path.display()),
        }
    }
}

fn parse(text: &str) -> Result<Secret, StoreError> {
    let text = text.trim();
    let bytes = Zeroizing::new(
        match text.len() {
            64 => from_hex(text),
            _ => STANDARD.decode(text).ok(),
        }
        .unwrap_or_default(),
    );
    let key: [u8; 32] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::KeyUnusable("it is not 32 bytes in hexadecimal or base64".into()))?;
    Ok(Zeroizing::new(key))
}

/// Bytes from two hexadecimal digits each.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()
}

fn unusable(path: &Path, what: &str) -> StoreError {
    StoreError::KeyUnusable(format!("{} {what}", path.display()))
}

fn read_file(path: &Path) -> Result<Option<Secret>, StoreError> {
    match std::fs::read_to_string(path).map(Zeroizing::new) {
        Ok(text) => parse(&text).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(_) => Err(unusable(path, "cannot be read")),
    }
}

fn make_file(path: &Path, ambient: &Ambient) -> Result<Secret, StoreError> {
    let key = Zeroizing::new(ambient.bytes::<32>());
    let text = Zeroizing::new(STANDARD.encode(*key) + "\n");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|_| unusable(path, "cannot be made"))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|_| unusable(path, "cannot be written"))?;
    Ok(key)
}

/// The key in use.
pub(crate) struct Keys {
    key_id: [u8; KEY_ID_BYTES],
    encryption: Secret,
    hashing: Secret,
    checkpoints: Secret,
}

impl Keys {
    fn new(master: &Secret) -> Self {
        let derive = |context: &str| Zeroizing::new(blake3::derive_key(context, master.as_slice()));
        let id = blake3::derive_key("TenantAtlas 2026 key id", master.as_slice());
        Self {
            key_id: [id[0], id[1], id[2], id[3]],
            encryption: derive("TenantAtlas 2026 encryption at rest"),
            hashing: derive("TenantAtlas 2026 content hashes"),
            checkpoints: derive("TenantAtlas 2026 audit checkpoints"),
        }
    }

    /// Finds or makes the key, and proves that it fits the database.
    pub(crate) async fn unlock(keyring: Keyring, pools: &PoolsRef<'_>, ambient: &Ambient) -> Result<Self, StoreError> {
        let stored = stored_check(pools).await?;
        let master = match keyring.0 {
            Source::Given(key) => key,
            Source::File(path) => match read_file(&path)? {
                Some(key) => key,
                None if stored.is_some() => return Err(StoreError::KeyLost { path: path.display().to_string() }),
                None => make_file(&path, ambient)?,
            },
        };
        let keys = Self::new(&master);
        let check = match stored {
            Some(check) => check,
            None => keys.store_check(pools, ambient).await?,
        };
        match keys.decrypt(CHECK_PLACE, &check) {
            Ok(text) if text == CHECK_TEXT => Ok(keys),
            _ => Err(StoreError::KeyWrong),
        }
    }

    /// Two first starts may race: the check value that is there afterwards is the one that counts.
    async fn store_check(&self, pools: &PoolsRef<'_>, ambient: &Ambient) -> Result<Vec<u8>, StoreError> {
        let check = self.encrypt(ambient, CHECK_PLACE, CHECK_TEXT);
        let mut tx = pools.begin().await?;
        tx.execute(sql!(
            "insert into installation (name, value) values ('key_check', $1) on conflict (name) do nothing",
            check
        ))
        .await?;
        tx.commit().await?;
        Ok(stored_check(pools).await?.expect("it was just stored"))
    }

    /// `place` says where the value belongs, for example `connections/ten_…`.
    pub(crate) fn encrypt(&self, ambient: &Ambient, place: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = ambient.bytes::<NONCE_BYTES>();
        let cipher = XChaCha20Poly1305::new((&*self.encryption).into());
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let body = cipher.encrypt(&XNonce::from(nonce), payload).expect("encryption into memory cannot fail");
        [self.key_id.as_slice(), &nonce, &body].concat()
    }

    pub(crate) fn decrypt(&self, place: &str, stored: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (key_id, rest) = stored.split_at_checked(KEY_ID_BYTES).ok_or(StoreError::Undecryptable)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(StoreError::Undecryptable)?;
        if key_id != self.key_id {
            return Err(StoreError::KeyWrong);
        }
        let cipher = XChaCha20Poly1305::new((&*self.encryption).into());
        let payload = Payload { msg: body, aad: place.as_bytes() };
        cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| StoreError::Undecryptable)
    }

    /// Tells one key from another; not a secret.
    pub(crate) fn id(&self) -> [u8; KEY_ID_BYTES] {
        self.key_id
    }

    /// The signature of a checkpoint of the audit log.
    pub(crate) fn sign_checkpoint(&self, message: &[u8]) -> blake3::Hash {
        blake3::keyed_hash(&self.checkpoints, message)
    }

    /// Makes the content hashes of one tenant.
    pub(crate) fn hasher(&self, tenant: TenantId) -> ContentHasher {
        let key = blake3::keyed_hash(&self.hashing, tenant.uuid().as_bytes());
        ContentHasher(Zeroizing::new(*key.as_bytes()))
    }
}

/// Hashes content with one tenant's key.
pub(crate) struct ContentHasher(Secret);

impl ContentHasher {
    pub(crate) fn hash(&self, content: &[u8]) -> [u8; 32] {
        *blake3::keyed_hash(&self.0, content).as_bytes()
    }
}

async fn stored_check(pools: &PoolsRef<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    let rows = pools.fetch("installation", sql!("select value from installation where name = 'key_check'")).await?;
    rows.first().map(|row| row.get("value")).transpose()
}
